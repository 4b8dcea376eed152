"""Who is covered by the sites of a service before and after, in all, by municipality, zone and class."""

from typing import Any

import numpy as np

from gisplan.analysis.inputs import Floats
from gisplan.analysis.results import (
    Groups,
    Table,
    by_municipality_zone_and_class,
    groups_of_territory,
    number,
)
from gisplan.analysis.siting_inputs import People
from gisplan.analysis.siting_request import SitingRequest


def least(od_min: Floats) -> Floats:
    """Minutes to the nearest of the columns, inf where there is none."""
    found: Floats = od_min.min(axis=1, initial=np.inf)
    return found


def totals_table(request: SitingRequest, who: People, sides: tuple[Floats, Floats]) -> Table:
    """Everybody of the age group; means over those who reach a site at all."""
    people = who.weights
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
    return Table("totals", columns, [row])


def covered_tables(request: SitingRequest, who: People, before: Floats, after: Floats) -> list[Table]:
    """Covered people by municipality, zone and SNAI class: the same people three times."""
    groups = groups_of_territory()
    own = _municipality_of(who, groups)
    people = who.weights

    of_each = {
        "people": people,
        "covered_today": people * (before <= request.minutes),
        "covered_then": people * (after <= request.minutes),
    }
    values = {name: _summed(own, column, len(groups.codes)) for name, column in of_each.items()}
    values["difference"] = values["covered_then"] - values["covered_today"]
    return by_municipality_zone_and_class("covered", groups, values)


def minutes_table(who: People, before: Floats, after: Floats) -> Table:
    """Mean minutes of each municipality's people, today and then; not known where some of them reach nothing."""
    groups = groups_of_territory()
    own = _municipality_of(who, groups)
    people = _summed(own, who.weights, len(groups.codes))
    means = [_means(own, who.weights, side, people) for side in (before, after)]
    rows = [
        [code, name, number(people[k]), number(means[0][k]), number(means[1][k])]
        for k, (code, name) in enumerate(zip(groups.codes, groups.names, strict=True))
    ]
    return Table(
        "minutes_by_municipality",
        ["istat_code", "municipality", "people", "minutes_today", "minutes_then"],
        rows,
    )


def _municipality_of(who: People, groups: Groups) -> Any:
    place = {code: k for k, code in enumerate(groups.codes)}
    return np.array([place[code] for code in who.municipalities])


def _summed(own: Any, values: Floats, count: int) -> Floats:
    total: Floats = np.bincount(own, weights=values, minlength=count).astype(np.float64)
    return total


def _means(own: Any, weights: Floats, minutes: Floats, people: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        total = _summed(own, np.where(weights > 0, weights * minutes, 0.0), len(people))
    found: Floats = np.divide(total, people, out=np.full(len(people), np.nan), where=people > 0)
    return found
