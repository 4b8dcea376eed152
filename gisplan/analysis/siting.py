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
from gisplan.analysis.results import Table, by_municipality_zone_and_class, groups_of_territory, number
from gisplan.analysis.runs import known_run
from gisplan.analysis.siting_inputs import SitingInputs, siting_digest, siting_inputs
from gisplan.analysis.siting_request import CENTER, LSCP, MCLP, UNITS, SitingRequest

METHOD = "siting"
#: Pairs of a place and a candidate that a page may wait for; measured: 3,000 x 312 take 2 s to cover, more to halve.
QUICK_PAIRS = {MCLP: 400_000, LSCP: 400_000, CENTER: 150_000}


def known_siting(request: SitingRequest) -> Run | None:
    """The run that answers the same question on what is loaded now, if one is kept."""
    return known_run(METHOD, request.parameters, siting_digest(request, current_ground()), to_front=False)


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
    before = _least(inputs.od_min[:, :n_existing])
    after = _least(inputs.od_min[:, plan.open])
    tables = [
        _sites_table(request, inputs, plan, after=after),
        _totals(request, inputs, (before, after), left_out=_left_out(inputs, plan, wanted)),
        _proof(request, inputs, plan),
        *_by_group(request, inputs, before, after),
        _minutes_table(inputs, before, after),
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


def _least(od_min: Floats) -> Floats:
    least: Floats = od_min.min(axis=1, initial=np.inf)
    return least


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
                *(_metres(value) for value in sites.points_m[k]),
                *([number(sites.costs[k])] if request.cost_field else []),
                number(float(inputs.people.weights[own].sum())),
            ]
        )
    head = ["site_kind", "site", "name", "istat_code", "x_m", "y_m"]
    costs = ["cost_eur"] if request.cost_field else []
    return Table("sites", [*head, *costs, "people_nearest"], rows)


def _metres(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None


def _totals(
    request: SitingRequest, inputs: SitingInputs, sides: tuple[Floats, Floats], *, left_out: float
) -> Table:
    """Everybody of the age group; means over those who reach a site at all."""
    people = inputs.people.weights
    row: list[Any] = [number(float(people.sum()))]
    columns = ["people"]
    covered = [float(people[side <= request.minutes].sum()) for side in sides]
    columns += ["covered_today", "covered_then", "difference"]
    row += [number(covered[0]), number(covered[1]), number(covered[1] - covered[0])]
    for end, side in zip(("today", "then"), sides, strict=True):
        reached = np.isfinite(side) & (people > 0)
        weight = people[reached]
        mean = float((side[reached] * weight).sum() / weight.sum()) if weight.any() else np.nan
        longest = float(side[reached].max()) if reached.any() else np.nan
        columns += [f"mean_min_{end}", f"longest_min_{end}"]
        row += [number(mean), number(longest)]
    return Table("totals", [*columns, "not_served"], [[*row, number(left_out)]])


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


def _by_group(request: SitingRequest, inputs: SitingInputs, before: Floats, after: Floats) -> list[Table]:
    """Covered people by municipality, zone and SNAI class: the same people three times."""
    groups = groups_of_territory()
    place = {code: k for k, code in enumerate(groups.codes)}
    own = np.array([place[code] for code in inputs.people.municipalities])
    people = inputs.people.weights

    of_each = {
        "people": people,
        "covered_today": people * (before <= request.minutes),
        "covered_then": people * (after <= request.minutes),
    }
    values = {name: _summed(own, column, len(groups.codes)) for name, column in of_each.items()}
    values["difference"] = values["covered_then"] - values["covered_today"]
    return by_municipality_zone_and_class("covered", groups, values)


def _minutes_table(inputs: SitingInputs, before: Floats, after: Floats) -> Table:
    """Mean minutes of each municipality's people, today and then; not known where some of them reach nothing."""
    groups = groups_of_territory()
    place = {code: k for k, code in enumerate(groups.codes)}
    own = np.array([place[code] for code in inputs.people.municipalities])
    people = _summed(own, inputs.people.weights, len(groups.codes))
    means = [_means(own, inputs.people.weights, side, people) for side in (before, after)]
    rows = [
        [code, name, number(people[k]), number(means[0][k]), number(means[1][k])]
        for k, (code, name) in enumerate(zip(groups.codes, groups.names, strict=True))
    ]
    return Table(
        "minutes_by_municipality",
        ["istat_code", "municipality", "people", "minutes_today", "minutes_then"],
        rows,
    )


def _summed(own: Any, values: Floats, count: int) -> Floats:
    total: Floats = np.bincount(own, weights=values, minlength=count).astype(np.float64)
    return total


def _means(own: Any, weights: Floats, minutes: Floats, people: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        total = _summed(own, np.where(weights > 0, weights * minutes, 0.0), len(people))
    found: Floats = np.divide(total, people, out=np.full(len(people), np.nan), where=people > 0)
    return found
