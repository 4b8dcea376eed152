"""Two scenarios by the people who reach a hub, or a service, in each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.exports import run_tables
from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.scenarios import METHOD, answers
from gisplan.territory.profile import latest_edition
from gisplan.web import hub_maps
from gisplan.web.comparison import FIRST, SECOND, CannotCompare, Comparison, Figure, Side
from gisplan.web.difference_map import Differences, counted_in_words, difference_map, municipalities

#: Table of a run -> its column of people: of hubs, and of a service.
_PEOPLE = {"difference_by_municipality": "reached_then", "covered_by_municipality": "covered_then"}
Reached = Mapping[str, float | None]


def scenarios(first: str, second: str) -> Comparison:
    """By their numbers; both must have been compared with today."""
    ground = latest_edition()
    found = [_scenario(number) for number in (first, second)]
    if found[0].service != found[1].service:
        raise CannotCompare(_("Uno dei due scenari è di un altro servizio: scegline due dello stesso."))
    runs = [_run_of(one) for one in found]
    specs = [hub_maps.scenario_map(one, run) for one, run in zip(found, runs, strict=True)]
    if ground is None or specs[0] is None or specs[1] is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    places = municipalities(ground)
    reached = [_reached(run) for run in runs]
    values = {code: (reached[0].get(code), reached[1].get(code)) for code in places.names}
    asked = Differences(
        title=_("Persone raggiunte in più o in meno"),
        unit="",
        decimals=0,
        names=(f"A: {found[0].name}", f"B: {found[1].name}"),
    )
    difference = difference_map(asked, ground, values, places=places)
    sides = [
        Side(one.name, reverse("scenario", args=[one.pk]), replace(spec, key=key))
        for one, spec, key in zip(found, (specs[0], specs[1]), (FIRST, SECOND), strict=True)
    ]
    return Comparison(
        first=sides[0],
        second=sides[1],
        figures=_figures(found, values),
        difference=difference,
        says=(counted_in_words(difference),),
        notes=tuple(
            _("Lo scenario %(name)s è stato cambiato dopo il confronto con oggi: le cifre sono di prima.")
            % {"name": one.name}
            for one, run in zip(found, runs, strict=True)
            if not answers(run, one)
        ),
    )


def _scenario(number: str) -> Scenario:
    found = Scenario.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise CannotCompare(_("Scegli due scenari: uno di quelli nell'indirizzo non c'è."))
    return found


def _run_of(scenario: Scenario) -> Run:
    run = Run.objects.filter(method=METHOD, parameters__scenario=scenario.name).first()
    if run is None or not any(table["name"] in _PEOPLE for table in run_tables(run)):
        raise CannotCompare(
            _("Lo scenario %(name)s non è ancora stato confrontato con oggi: prima va calcolato.")
            % {"name": scenario.name}
        )
    return run


def _reached(run: Run) -> Reached:
    """People of each municipality who are reached in the scenario; not known where its people are not."""
    table = next(one for one in run_tables(run) if one["name"] in _PEOPLE)
    code, people, then = (
        table["columns"].index(name) for name in ("istat_code", "people", _PEOPLE[table["name"]])
    )
    return {row[code]: None if row[people] is None else row[then] for row in table["rows"]}


def _figures(
    found: Sequence[Scenario], values: Mapping[str, tuple[float | None, float | None]]
) -> tuple[Figure, ...]:
    """Sums of the municipalities known on both sides, so that they compare; those that are not are counted apart."""
    modes = [str(one.get_mode_display()) for one in found]
    known = [(a, b) for a, b in values.values() if a is not None and b is not None]
    unknown = [sum(pair[side] is None for pair in values.values()) for side in (0, 1)]
    name = _("Persone raggiunte, nei comuni in cui è noto da tutt'e due le parti")
    totals = [round(sum(pair[side] for pair in known)) if known else None for side in (0, 1)]
    return (
        Figure(name=_("Modo"), first=modes[0], second=modes[1]),
        Figure(name=_("Minuti"), first=found[0].minutes, second=found[1].minutes),
        Figure(name=_("Modifiche"), first=found[0].changes.count(), second=found[1].changes.count()),
        Figure(name=name if any(unknown) else _("Persone raggiunte"), first=totals[0], second=totals[1]),
        Figure(name=_("Comuni in cui non è noto"), first=unknown[0], second=unknown[1]),
    )


BUILDERS = {"scenari": scenarios}
