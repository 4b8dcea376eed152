"""The runs behind the figures of a page: which they are, and whether they still stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from gisplan.analysis.models import Band, Run
from gisplan.analysis.staleness import is_stale
from gisplan.web.column_names import METHODS
from gisplan.web.kept import data_stamp, kept


@dataclass(frozen=True)
class CitedRun:
    run: Run
    method: str | Promise
    stale: bool


def runs_behind(bands: Iterable[Band]) -> list[CitedRun]:
    """Each run once, the newest first; whether it is stale is asked once a run."""
    numbers = {band.run_id for band in bands}
    return [cited(run) for run in Run.objects.filter(pk__in=numbers).defer("result")]


def cited(run: Run) -> CitedRun:
    return CitedRun(run, METHODS.get(run.method, run.method), _no_longer_stands(run))


def _no_longer_stands(run: Run) -> bool:
    """Asked once while no row has changed: several maps of one page may cite the same run."""
    return kept(data_stamp(), ("stale", run.pk), lambda: is_stale(run))


def citation(bands: Iterable[Band]) -> str:
    """The same as a note under a map."""
    return note_of(runs_behind(bands))


def note_of(found: Sequence[CitedRun]) -> str:
    said = [_("%(method)s n. %(number)s") % {"method": one.method, "number": one.run.pk} for one in found]
    stale = [str(one.run.pk) for one in found if one.stale]
    note = _("Calcolo: %(runs)s.") % {"runs": ", ".join(said)} if said else ""
    if stale:
        note += " " + _("Non corrisponde più ai dati caricati: n. %(numbers)s.") % {
            "numbers": ", ".join(stale)
        }
    return note
