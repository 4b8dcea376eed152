"""Two scenarios by the people who reach a hub or a service in each."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.exports import run_tables
from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.scenarios import METHOD
from gisplan.territory.profile import latest_edition
from gisplan.web import hub_maps
from gisplan.web.comparison import (
    FIRST,
    SECOND,
    CannotCompare,
    Comparison,
    Figure,
    Side,
    difference_map,
    with_key,
)

_BY_MUNICIPALITY = "difference_by_municipality"


def scenarios(first: str, second: str) -> Comparison:
    """By their numbers; both must have been compared with today."""
    ground = latest_edition()
    found = [_scenario(number) for number in (first, second)]
    runs = [_run_of(one) for one in found]
    specs = [hub_maps.scenario_map(one, run) for one, run in zip(found, runs, strict=True)]
    if ground is None or specs[0] is None or specs[1] is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    reached = [_reached(run) for run in runs]
    values = {code: (reached[0].get(code), reached[1].get(code)) for code in {*reached[0], *reached[1]}}
    sides = [
        Side(one.name, reverse("scenario", args=[one.pk]), with_key(spec, key))
        for one, spec, key in zip(found, (specs[0], specs[1]), (FIRST, SECOND), strict=True)
    ]
    return Comparison(
        first=sides[0],
        second=sides[1],
        figures=_figures(found, reached),
        difference=difference_map(
            _("Persone raggiunte in più o in meno"), ground, values, (found[0].name, found[1].name)
        ),
    )


def _scenario(number: str) -> Scenario:
    found = Scenario.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise CannotCompare(_("Scegli due scenari: uno di quelli nell'indirizzo non c'è."))
    return found


def _run_of(scenario: Scenario) -> Run:
    run = Run.objects.filter(method=METHOD, parameters__scenario=scenario.name).first()
    if run is None or not any(table["name"] == _BY_MUNICIPALITY for table in run_tables(run)):
        raise CannotCompare(
            _("Lo scenario %(name)s non è ancora stato confrontato con oggi: prima va calcolato.")
            % {"name": scenario.name}
        )
    return run


def _reached(run: Run) -> dict[str, float | None]:
    """People of each municipality who reach a hub in the scenario."""
    table = next(one for one in run_tables(run) if one["name"] == _BY_MUNICIPALITY)
    code, then = table["columns"].index("istat_code"), table["columns"].index("reached_then")
    return {row[code]: row[then] for row in table["rows"]}


def _figures(found: list[Scenario], reached: list[dict[str, Any]]) -> tuple[Figure, ...]:
    totals = [sum(value or 0 for value in side.values()) for side in reached]
    modes = [str(one.get_mode_display()) for one in found]
    return (
        Figure(name=_("Modo"), first=modes[0], second=modes[1]),
        Figure(name=_("Minuti"), first=found[0].minutes, second=found[1].minutes),
        Figure(name=_("Modifiche"), first=found[0].changes.count(), second=found[1].changes.count()),
        Figure(name=_("Persone raggiunte"), first=round(totals[0]), second=round(totals[1])),
    )


BUILDERS = {"scenari": scenarios}
