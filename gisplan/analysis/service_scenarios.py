"""Scenarios of a service: new sites beside those of today, who is covered before and after."""

from typing import Any

import numpy as np
from django.contrib.auth.models import User

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import Floats
from gisplan.analysis.models import Run, Scenario, ScenarioChange
from gisplan.analysis.results import Table, number
from gisplan.analysis.runs import keep_result, known_run
from gisplan.analysis.siting_inputs import Sites, matrix_of, people_of, sites_of_today, siting_digest
from gisplan.analysis.siting_request import LSCP, SitingRequest
from gisplan.analysis.siting_tables import covered_tables, least, minutes_table, totals_table

METHOD = "scenario"
Kind = ScenarioChange.Kind


def run_service_scenario(
    scenario: Scenario, changes: list[dict[str, Any]], *, user: User | None = None
) -> Run:
    """Compare with today; the same scenario on the same inputs is the same Run."""
    if not changes:
        raise AnalysisError(f"Expected changes in the scenario {scenario.name!r}, found none: add one first.")
    request, ground = request_of_service(scenario), current_ground()
    parameters = {
        "scenario": scenario.name,
        "service": scenario.service,
        "group": request.group,
        "mode": request.mode,
        "minutes": [request.minutes],
        "changes": changes,
    }
    input_digest = siting_digest(request, ground)
    kept = known_run(METHOD, parameters, input_digest)
    if kept:
        return kept
    result = _comparison(request, _new_sites(changes, ground), ground)
    return keep_result(
        METHOD, parameters, result, input_digest=input_digest, editions=ground.editions, user=user
    )


def request_of_service(scenario: Scenario) -> SitingRequest:
    """The question that siting would ask of the same people, mode and minutes."""
    return SitingRequest(
        problem=LSCP,
        service=scenario.service,
        minutes=scenario.minutes,
        mode=scenario.mode,
        group=scenario.age_group or "all",
    )


def service_digest(parameters: dict[str, Any], ground: Ground) -> str:
    """That the inputs of such a Run have now."""
    asked = SitingRequest(
        problem=LSCP,
        service=parameters["service"],
        minutes=parameters["minutes"][0],
        mode=parameters["mode"],
        group=parameters["group"],
    )
    return siting_digest(asked, ground)


def _new_sites(changes: list[dict[str, Any]], ground: Ground) -> Sites:
    rows = []
    for k, change in enumerate(changes):
        if change["kind"] != Kind.ADD:
            raise RequestRefused(
                f"Expected new sites alone in a scenario of a service, found a change of kind {change['kind']!r}: take "
                "it away.",
                field="service_change",
                found=str(change["kind"]),
            )
        x, y = change["at_m"]
        at = ground.municipality_at(x, y)
        if at is None:
            raise RequestRefused(
                f"Expected a new site in a loaded municipality, found one at {x:g}, {y:g}: move it.",
                field="service_change",
                found=f"{x:g}, {y:g}",
            )
        name = change["name"] or ground.people.names[at]
        rows.append((f"new-{k + 1}", name, ground.people.codes[at], (float(x), float(y))))
    return Sites.of(rows)


def _comparison(request: SitingRequest, new: Sites, ground: Ground) -> dict[str, Any]:
    people, today = people_of(request, ground), sites_of_today(request, ground)
    od_min, method, stated = matrix_of(request, ground, people, (today, new))
    before, after = least(od_min[:, : len(today)]), least(od_min)
    totals = totals_table(request, people, (before, after))
    counts = [len(today), len(today) + len(new)]
    within = np.where(after <= request.minutes, after, np.inf)
    tables = [
        Table("totals", ["sites_today", "sites_then", *totals.columns], [[*counts, *totals.rows[0]]]),
        *covered_tables(request, people, before, after),
        minutes_table(people, before, after),
        _new_table(new, (od_min, len(today)), within, people.weights),
    ]
    return {
        "tables": [table.as_json() for table in tables],
        "features": {"type": "FeatureCollection", "features": []},
        "stated": {"method": method, **stated},
    }


def _new_table(new: Sites, inputs: tuple[Floats, int], after: Floats, weights: Floats) -> Table:
    """The new sites with the people within the minutes for whom each is the nearest."""
    od_min, n_today = inputs
    nearest = od_min.argmin(axis=1) - n_today
    rows = []
    for k, (x, y) in enumerate(new.points_m.tolist()):
        people = float(weights[np.isfinite(after) & (nearest == k)].sum())
        rows.append(
            [new.codes[k], new.names[k], new.municipalities[k], round(x, 2), round(y, 2), number(people)]
        )
    return Table("sites", ["site", "name", "istat_code", "x_m", "y_m", "people_nearest"], rows)


def service_note(run: Run) -> str:
    """For the terminal."""
    (table,) = [one for one in run.result["tables"] if one["name"] == "totals"]
    totals = dict(zip(table["columns"], table["rows"][0], strict=True))
    asked = run.parameters
    return (
        f"run {run.pk}: {totals['sites_today']} sites of {asked['service']} today, {totals['sites_then']} then; people "
        f"aged {asked['group']} within {asked['minutes'][0]} min by {asked['mode']} (method = "
        f"{run.result['stated']['method']}): {totals['covered_today']:,.0f} today, {totals['covered_then']:,.0f} then, "
        f"{totals['difference']:+,.0f}"
    )
