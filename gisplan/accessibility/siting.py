"""Where the next services should stand: covering and median problems, exact with HiGHS, greedy as the start.

`od_min` holds the minutes from each demand place (row) to each site, existing or candidate (column). Demand that
no site can serve is left out of the problem and told, and never makes it impossible.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack

from gisplan.accessibility.checks import Floats, checked_counts, checked_minutes
from gisplan.accessibility.errors import NoPlan
from gisplan.accessibility.siting_choice import (
    ROUNDING,
    Allowance,
    Choice,
    SitePlan,
    allowance,
    dense_od,
    greedy_cover,
    merged,
    plan,
)
from gisplan.accessibility.siting_solver import Effort, Mip, Solved, solve

Cover = NDArray[np.bool_]


def locate_set_covering(
    od_min: ArrayLike | csr_array,
    *,
    threshold_min: float,
    choice: Choice | None = None,
    effort: Effort | None = None,
) -> SitePlan:
    """Fewest new sites (their number, or their cost where given) that cover all demand (LSCP; Toregas et al. 1971).

    min Σ_j c_j y_j with Σ_{j: t_ij ≤ t0} y_j ≥ 1 for each place that some site can cover; limit included. Of
    `choice` the costs and the existing sites are read.

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `Choice`.
    NoPlan
        The time ended before any plan was found.
    """
    od, effort = dense_od(od_min), effort or Effort()
    allowed = allowance(choice or Choice(), od.shape[1], needs_limit=False)
    covers = od <= checked_minutes(threshold_min)
    left_out = covers.sum(axis=1) == 0
    open_rows = ~left_out & ~covers[:, allowed.fixed].any(axis=1)
    found, greedy, chosen = _cover_all(covers[open_rows][:, allowed.candidates], allowed, effort)
    objective = float(allowed.takes[chosen].sum())
    bound = _rounded_up(found.bound, allowed, objective)
    return plan(
        od, allowed, chosen=allowed.candidates[chosen], value=(objective, bound, greedy), left_out=left_out
    )


def locate_max_covering(
    od_min: ArrayLike | csr_array,
    people: ArrayLike,
    *,
    threshold_min: float,
    choice: Choice,
    effort: Effort | None = None,
) -> SitePlan:
    """Most people covered within the number or the budget (MCLP; Church and ReVelle 1974).

    max Σ_i P_i z_i with z_i ≤ Σ_{j: t_ij ≤ t0} y_j; limit included. The objective counts those whom existing sites
    cover. Places covered by the same candidates are one row of the problem.

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `checked_counts`, `Choice`.
    """
    od, effort = dense_od(od_min), effort or Effort()
    weights = checked_counts(people, len(od), name="people")
    allowed = allowance(choice, od.shape[1])
    covers = od <= checked_minutes(threshold_min)
    by_fixed = covers[:, allowed.fixed].any(axis=1)
    rows, row_people = merged(covers[~by_fixed][:, allowed.candidates], weights[~by_fixed])
    already = float(weights[by_fixed].sum())
    start = greedy_cover(rows, row_people, allowed)
    greedy = already + _covered(rows, row_people, start)
    found = solve(_max_covering(rows, row_people, allowed), effort, start=_start(rows, start))
    chosen = _best_of(start, found, score=lambda sites: _covered(rows, row_people, sites), n=rows.shape[1])
    objective = already + _covered(rows, row_people, chosen)
    bound = max(objective, already - found.bound)
    bound = objective if bound - objective < ROUNDING * max(objective, 1) else bound
    return plan(
        od,
        allowed,
        chosen=allowed.candidates[chosen],
        value=(objective, bound, greedy),
        left_out=covers.sum(axis=1) == 0,
    )


def locate_center(od_min: ArrayLike | csr_array, *, choice: Choice, effort: Effort | None = None) -> SitePlan:
    """Shortest greatest time (minutes) to the nearest open site (p-center; Hakimi 1964).

    The smallest t of the matrix for which the set covering problem fits the number or the budget (Minieka 1970),
    by bisection; what no site reaches is left out.

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `Choice`.
    NoPlan
        The number or the budget does not suffice to reach all that can be reached, or the time ended first.
    """
    od, effort = dense_od(od_min), effort or Effort()
    allowed = allowance(choice, od.shape[1])
    left_out = np.isfinite(od).sum(axis=1) == 0
    served = od[~left_out]
    times = np.unique(served[np.isfinite(served)])
    if not len(times):
        return plan(od, allowed, chosen=np.zeros(0, dtype=np.int64), value=(0.0, 0.0, 0.0), left_out=left_out)
    deadline = time.monotonic() + effort.time_limit_s
    best, low, greedy = _bisect(served, times, allowed, effort=effort, deadline=deadline)
    objective = float(served[:, np.union1d(allowed.candidates[best], allowed.fixed)].min(axis=1).max())
    return plan(
        od,
        allowed,
        chosen=allowed.candidates[best],
        value=(objective, float(times[low]), greedy),
        left_out=left_out,
    )


def _bisect(
    served: Floats, times: Floats, allowed: Allowance, *, effort: Effort, deadline: float
) -> tuple[list[int], int, float]:
    """The best choice, the first time not proven impossible, and the time that greedy alone reaches."""
    low, high = 0, len(times)
    best: list[int] | None = None
    greedy = math.inf
    while low < high:
        middle = (low + high) // 2 if best is not None else len(times) - 1
        covers = served <= times[middle]
        rows = covers[~covers[:, allowed.fixed].any(axis=1)][:, allowed.candidates]
        chosen, by_greedy, impossible = _fits(rows, allowed, effort, deadline)
        if chosen is not None:
            best, high = chosen, middle
            greedy = min(greedy, float(times[middle])) if by_greedy else greedy
        elif impossible:
            low = middle + 1
        else:
            break
    if best is None:
        raise NoPlan(
            "Expected sites that reach all demand that can be reached, found that the number or the budget "
            "does not suffice (or the time ended); raise it, or ask for set covering to learn how many it takes."
        )
    return best, min(low, len(times) - 1), greedy


def _fits(
    rows: Cover, allowed: Allowance, effort: Effort, deadline: float
) -> tuple[list[int] | None, bool, bool]:
    """A choice within the allowance that covers all rows, whether greedy found it, whether there is none."""
    if not rows.any(axis=1).all():
        return None, False, True
    start = greedy_cover(rows, np.ones(len(rows)), allowed)
    if _covered(rows, np.ones(len(rows)), start) >= len(rows):
        return start, True, False
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        return None, False, False
    rows, _ = merged(rows, np.ones(len(rows)))
    mip = _set_covering(rows, allowed, limit=allowed.limit)
    found = solve(mip, effort, time_limit_s=left_s)
    if found.values is None:
        return None, False, found.infeasible
    return _chosen(found.values, rows.shape[1]), False, False


def _cover_all(rows: Cover, allowed: Allowance, effort: Effort) -> tuple[Solved, float, list[int]]:
    rows, weights = merged(rows, np.ones(len(rows)))
    start = greedy_cover(rows, weights, allowed)
    found = solve(_set_covering(rows, allowed), effort, start=_start(rows, start)[: rows.shape[1]])
    chosen = _best_of(start, found, score=lambda sites: -float(allowed.takes[sites].sum()), n=rows.shape[1])
    return found, float(allowed.takes[start].sum()), chosen


def _set_covering(rows: Cover, allowed: Allowance, *, limit: float = math.inf) -> Mip:
    n_rows, n_sites = rows.shape
    matrix = vstack((csr_array(rows.astype(np.float64)), csr_array(allowed.takes[None])), format="csr")
    return Mip(
        cost=allowed.takes,
        rows=csr_array(matrix),
        row_lower=np.concatenate((np.ones(n_rows), [0.0])),
        row_upper=np.concatenate((np.full(n_rows, float(max(n_sites, 1))), [limit])),
        n_binary=n_sites,
    )


def _max_covering(rows: Cover, people: Floats, allowed: Allowance) -> Mip:
    n_rows, n_sites = rows.shape
    row, site = np.nonzero(rows)
    minus = coo_array((-np.ones(len(row)), (row, site)), shape=rows.shape)
    covered = hstack((minus, eye_array(n_rows)))
    taken = coo_array(
        (allowed.takes, (np.zeros(n_sites, dtype=np.int64), np.arange(n_sites))), (1, n_sites + n_rows)
    )
    return Mip(
        cost=np.concatenate((np.zeros(n_sites), -people)),
        rows=csr_array(vstack((covered, taken), format="csr")),
        row_lower=np.full(n_rows + 1, -math.inf),
        row_upper=np.concatenate((np.zeros(n_rows), [allowed.limit])),
        n_binary=n_sites,
    )


def _covered(rows: Cover, weights: Floats, sites: list[int]) -> float:
    return float(weights[rows[:, sites].any(axis=1)].sum())


def _start(rows: Cover, sites: list[int]) -> Floats:
    opened = np.zeros(rows.shape[1])
    opened[sites] = 1.0
    return np.concatenate((opened, rows[:, sites].any(axis=1).astype(np.float64)))


def _chosen(values: Floats, n: int) -> list[int]:
    return [int(site) for site in np.flatnonzero(values[:n] > 0.5)]


def _best_of(start: list[int], found: Solved, *, score: Callable[[list[int]], float], n: int) -> list[int]:
    """The solver's sites, or the start's where the solver has none or worse."""
    if found.values is None:
        return start
    exact = _chosen(found.values, n)
    return exact if score(exact) >= score(start) else start


def _rounded_up(bound: float, allowed: Allowance, objective: float) -> float:
    """A number of sites is whole, so its bound is too."""
    whole = (allowed.takes == 1).all()
    lowest = max(0.0, float(np.ceil(bound - 1e-6)) if whole else bound)
    return objective if objective - lowest < ROUNDING * max(objective, 1) else lowest
