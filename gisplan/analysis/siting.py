"""Where the next services should stand: the problem solved, who is covered before and after, and the proof."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gisplan.accessibility.errors import AccessibilityError
from gisplan.accessibility.siting import locate_center, locate_max_covering, locate_set_covering
from gisplan.accessibility.siting_choice import Choice, SitePlan
from gisplan.accessibility.siting_median import locate_median
from gisplan.accessibility.siting_solver import Effort, Progress
from gisplan.analysis.answers import Answer
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.ground import current_ground
from gisplan.analysis.inputs import Floats
from gisplan.analysis.models import Run
from gisplan.analysis.results import Table, number
from gisplan.analysis.runs import known_run
from gisplan.analysis.siting_inputs import Sites, SitingInputs, siting_digest, siting_inputs
from gisplan.analysis.siting_request import CENTER, LSCP, MCLP, UNITS, SitingRequest
from gisplan.analysis.siting_tables import covered_tables, least, minutes_table, totals_table

METHOD = "siting"
PLACED = ("x_m", "y_m", "placed_at")
#: Pairs of a place and a candidate that a page may wait for; measured: 3,000 x 312 take 2 s to cover, more to halve.
QUICK_PAIRS = {MCLP: 400_000, LSCP: 400_000, CENTER: 150_000}


def known_siting(request: SitingRequest, input_digest: str = "") -> Run | None:
    """The run that answers the same question on what is loaded now, if one is kept."""
    digest_now = input_digest or siting_digest(request, current_ground())
    return known_run(METHOD, request.parameters, digest_now, to_front=False)


def is_quick(request: SitingRequest, inputs: SitingInputs) -> bool:
    """Whether an answer is predicted within the patience of a page; a median or a budget may take minutes."""
    pairs = len(inputs.people.weights) * len(inputs.candidates)
    return request.budget_eur is None and pairs <= QUICK_PAIRS.get(request.problem, 0)


def site(
    request: SitingRequest,
    *,
    inputs: SitingInputs | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Answer:
    """Solve and measure; what cannot be done is one sentence."""
    inputs = inputs or siting_inputs(request, current_ground())
    wanted = np.flatnonzero(inputs.people.weights > 0)
    try:
        plan = _solve(request, inputs, wanted, progress)
    except AccessibilityError as error:
        raise RequestRefused(str(error), field="plan", found=request.problem) from error
    n_existing = len(inputs.existing)
    before = least(inputs.od_min[:, :n_existing])
    after = least(inputs.od_min[:, plan.open])
    tables = [
        _sites_table(request, inputs, plan, after=after),
        _totals(request, inputs, (before, after), left_out=_left_out(inputs, plan, wanted)),
        _proof(request, inputs, plan),
        *covered_tables(request, inputs.people, before, after),
        minutes_table(inputs.people, before, after),
        _candidates_table(request, inputs),
    ]
    return Answer(
        METHOD,
        request.parameters,
        inputs.editions,
        inputs.digest,
        {
            "tables": [table.as_json() for table in tables],
            "stated": {"method": inputs.method, **inputs.parameters},
        },
    )


def _solve(
    request: SitingRequest, inputs: SitingInputs, wanted: Any, progress: Callable[[Progress], None] | None
) -> SitePlan:
    """On the places that have somebody of the age group."""
    n_existing = len(inputs.existing)
    costs = None
    if request.cost_field:
        costs = np.concatenate([np.zeros(n_existing), inputs.candidates.costs])
    by_number = request.problem != LSCP and request.number is not None
    choice = Choice(
        number=request.number,
        budget=request.budget_eur,
        costs=None if by_number else costs,
        fixed=range(n_existing),
    )
    effort = Effort(time_limit_s=float(request.time_limit_s), progress=progress)
    od_min, people = inputs.od_min[wanted], inputs.people.weights[wanted]
    if request.problem == LSCP:
        return locate_set_covering(od_min, threshold_min=request.minutes, choice=choice, effort=effort)
    if request.problem == MCLP:
        return locate_max_covering(
            od_min, people, threshold_min=request.minutes, choice=choice, effort=effort
        )
    if request.problem == CENTER:
        return locate_center(od_min, choice=choice, effort=effort)
    return locate_median(od_min, people, choice=choice, effort=effort)


def _left_out(inputs: SitingInputs, plan: SitePlan, wanted: Any) -> float:
    """People whom no site of today and no candidate can serve: the problem is solved without them."""
    return float(inputs.people.weights[wanted][plan.left_out].sum())


def _sites_table(request: SitingRequest, inputs: SitingInputs, plan: SitePlan, *, after: Floats) -> Table:
    """New sites first, then those of today, with the people for whom each is the nearest within the minutes."""
    n_existing = len(inputs.existing)
    open_columns = plan.open
    nearest = (
        open_columns[inputs.od_min[:, open_columns].argmin(axis=1)] if len(open_columns) else open_columns
    )
    reached = np.isfinite(after) & (after <= request.minutes)
    rows = []
    for column in [*plan.chosen.tolist(), *range(n_existing)]:
        sites, k = (
            (inputs.existing, column) if column < n_existing else (inputs.candidates, column - n_existing)
        )
        own = reached & (nearest == column)
        rows.append(
            [
                "existing" if column < n_existing else "new",
                *(sites.codes[k], sites.names[k], sites.municipalities[k]),
                *_placed(sites, k),
                *([number(sites.costs[k])] if request.cost_field else []),
                number(float(inputs.people.weights[own].sum())),
            ]
        )
    head = ["site_kind", "site", "name", "istat_code", *PLACED]
    costs = ["cost_eur"] if request.cost_field else []
    return Table("sites", [*head, *costs, "people_nearest"], rows)


def _placed(sites: Sites, k: int) -> list[Any]:
    """Metres to 1 cm, and whether they are the place's own."""
    x, y = sites.points_m[k].tolist()
    return [round(x, 2), round(y, 2), "own_position" if sites.exact[k] else "municipal_centre"]


def _candidates_table(request: SitingRequest, inputs: SitingInputs) -> Table:
    sites = inputs.candidates
    costs = ["cost_eur"] if request.cost_field else []
    rows = [
        [
            *(sites.codes[k], sites.names[k], sites.municipalities[k], *_placed(sites, k)),
            *([number(sites.costs[k])] if costs else []),
        ]
        for k in range(len(sites))
    ]
    return Table("candidates", ["site", "name", "istat_code", *PLACED, *costs], rows)


def _totals(
    request: SitingRequest, inputs: SitingInputs, sides: tuple[Floats, Floats], *, left_out: float
) -> Table:
    table = totals_table(request, inputs.people, sides)
    return Table(table.name, [*table.columns, "not_served"], [[*table.rows[0], number(left_out)]])


def _proof(request: SitingRequest, inputs: SitingInputs, plan: SitePlan) -> Table:
    """The objective, the bound that no plan passes, the gap between them, and what greedy alone finds."""
    unit = "€" if request.problem == LSCP and request.cost_field else UNITS[request.problem]
    spent = float(np.nansum(inputs.candidates.costs[plan.chosen - len(inputs.existing)]))
    row = [
        *(request.problem, len(plan.chosen), len(inputs.existing), len(inputs.candidates)),
        *(
            unit,
            number(plan.objective),
            number(plan.bound),
            _gap(plan.gap),
            plan.optimal,
            number(plan.greedy),
        ),
        number(spent) if request.cost_field else None,
    ]
    head = ["problem", "sites_new", "sites_existing", "sites_candidate", "objective_unit"]
    return Table("proof", [*head, "objective", "bound", "gap", "optimal", "greedy", "spent_eur"], [row])


def _gap(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
