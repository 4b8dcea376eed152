"""p-median: a good plan by greedy and exchange, a bound by Lagrangian relaxation, the rest closed by HiGHS."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array

from gisplan.accessibility.checks import Floats, checked_counts
from gisplan.accessibility.errors import NoPlan
from gisplan.accessibility.siting_choice import (
    ROUNDING,
    Allowance,
    Choice,
    Positions,
    SitePlan,
    allowance,
    dense_od,
    plan,
)
from gisplan.accessibility.siting_solver import Effort, Mip, Progress, solve

ROUNDS = 1500
PATIENCE = 25


@dataclass(frozen=True)
class _Problem:
    """Person-minutes of each place (row) at each candidate (column), and at the nearest existing site."""

    cost: Floats
    at_fixed: Floats
    allowed: Allowance

    def of(self, sites: Positions) -> float:
        return float(np.minimum(self.at_fixed, _least(self.cost, sites)).sum())


@dataclass
class _Bound:
    """The best Lagrangian bound so far, its multipliers and the candidates' reduced costs."""

    value: float
    prices: Floats
    reduced: Floats


def locate_median(
    od_min: ArrayLike | csr_array, people: ArrayLike, *, choice: Choice, effort: Effort | None = None
) -> SitePlan:
    """Least person-minutes to the nearest open site within the number or the budget (p-median; Hakimi 1964).

    min Σ_i P_i Σ_j t_ij x_ij with Σ_j x_ij = 1, x_ij ≤ y_j (ReVelle and Swain 1970). Start: greedy and exchange
    (Teitz and Bart 1968). Bound: Σ_j x_ij = 1 relaxed, subgradient steps (Narula, Ogbu and Samuelsson 1977), which
    also rules out sites and pairs; HiGHS closes what is left. Divide by the people for the mean.

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `checked_counts`, `Choice`.
    NoPlan
        The number or the budget does not suffice to reach all that can be reached, or the time ended first.
    """
    started = time.monotonic()
    od, effort = dense_od(od_min), effort or Effort()
    weights = checked_counts(people, len(od), name="people")
    allowed = allowance(choice, od.shape[1])
    left_out = np.isfinite(od).sum(axis=1) == 0
    problem = _problem(od[~left_out], weights[~left_out], allowed)
    greedy = _greedy(problem)
    start = _exchange(problem, greedy)
    sites, bound = _search(problem, start, effort=effort, started=started)
    reached = np.isfinite(od[:, np.union1d(allowed.candidates[sites], allowed.fixed)]).sum(axis=1) > 0
    if not reached[~left_out].all():
        raise NoPlan(
            "Expected sites that reach all demand that can be reached, found that the number or the budget does not "
            "suffice (or the time ended); raise it, or ask for set covering to learn how many it takes."
        )
    value = problem.of(sites)
    return plan(
        od,
        allowed,
        chosen=allowed.candidates[sites],
        value=(value, min(bound, value), problem.of(greedy)),
        left_out=left_out,
    )


def _problem(od: Floats, people: Floats, allowed: Allowance) -> _Problem:
    """Unreachable pairs cost more than any plan without them, so that they are used only where nothing else can be."""
    finite = od[np.isfinite(od)]
    farther = (float(finite.max()) + 1.0) * max(float(people.sum()), 1.0) * 10 if len(finite) else 1.0
    cost = np.full(od.shape, farther)
    np.multiply(people[:, None], od, out=cost, where=np.isfinite(od))
    at_fixed = _least(cost, allowed.fixed)
    return _Problem(cost[:, allowed.candidates], np.minimum(at_fixed, farther), allowed)


def _least(cost: Floats, sites: Positions) -> Floats:
    return cost[:, sites].min(axis=1) if len(sites) else np.full(len(cost), np.inf)


def _greedy(problem: _Problem) -> Positions:
    """Candidates one by one, each the most saved per cost that still fits."""
    takes, left = problem.allowed.takes, problem.allowed.limit
    now, chosen = problem.at_fixed.copy(), list[int]()
    while True:
        saved = np.maximum(now[:, None] - problem.cost, 0.0).sum(axis=0)
        saved[(takes > left + ROUNDING) | np.isin(np.arange(len(takes)), chosen)] = 0.0
        best = int(np.argmax(saved / np.maximum(takes, 1e-12))) if len(takes) else -1
        if best < 0 or saved[best] <= 0:
            return np.array(chosen, dtype=np.int64)
        chosen.append(best)
        left -= float(takes[best])
        now = np.minimum(now, problem.cost[:, best])


def _exchange(problem: _Problem, start: Positions) -> Positions:
    """One site out, one in, the best such pair each time, while it saves."""
    sites, value = start.copy(), problem.of(start)
    takes, limit = problem.allowed.takes, problem.allowed.limit
    while len(sites):
        best = (value * (1 - ROUNDING), -1, -1)
        for out in range(len(sites)):
            rest = np.delete(sites, out)
            without = np.minimum(problem.at_fixed, _least(problem.cost, rest))
            totals = np.minimum(without[:, None], problem.cost).sum(axis=0)
            totals[takes > limit - takes[rest].sum() + ROUNDING] = np.inf
            into = int(np.argmin(totals))
            best = min(best, (float(totals[into]), out, into))
        if best[1] < 0:
            return sites
        value, out, into = best
        sites[out] = into
    return sites


def _search(
    problem: _Problem, start: Positions, *, effort: Effort, started: float
) -> tuple[Positions, float]:
    """The best sites and a proven bound, within what is left of the time."""
    deadline = started + effort.time_limit_s
    sites, found = _lagrange(problem, start, effort=effort, deadline=deadline, started=started)
    value = problem.of(sites)
    left_s = deadline - time.monotonic()
    if _gap(value, found.value) <= max(effort.gap, ROUNDING) or left_s <= 0:
        return sites, found.value
    kept, pairs = _still_possible(problem, found, value)
    mip, assigned = _median(problem, kept, pairs)
    start_values = _start(problem, sites, kept=kept, assigned=assigned)
    solved = solve(mip, effort, start=start_values, time_limit_s=left_s)
    bound = max(found.value, min(value, solved.bound))
    if solved.values is None:
        return sites, bound
    exact = kept[np.flatnonzero(solved.values[: len(kept)] > 0.5)]
    return (exact if problem.of(exact) < value else sites), bound


def _lagrange(
    problem: _Problem, start: Positions, *, effort: Effort, deadline: float, started: float
) -> tuple[Positions, _Bound]:
    """Subgradient ascent; each relaxed choice of sites is a plan to try."""
    sites, value = start, problem.of(start)
    prices = np.minimum(problem.at_fixed, _least(problem.cost, start))
    best = _Bound(-math.inf, prices, np.zeros(problem.cost.shape[1]))
    step, stale = 1.0, 0
    for _ in range(ROUNDS):
        below = np.minimum(problem.cost - prices[:, None], 0.0)
        reduced, at_fixed = below.sum(axis=0), np.minimum(problem.at_fixed - prices, 0.0)
        share = _cheapest(reduced, problem.allowed)
        bound = float(prices.sum() + at_fixed.sum() + share @ reduced)
        stale = 0 if bound > best.value + ROUNDING * abs(value) else stale + 1
        if bound > best.value:
            best = _Bound(bound, prices.copy(), reduced)
            sites, value = _try(problem, np.flatnonzero(share >= 1), sites, value)
            _tell(effort, Progress(time.monotonic() - started, value, bound))
        slope = 1.0 - (below < 0) @ share - (at_fixed < 0)
        steepness = float(slope @ slope)
        if _gap(value, best.value) <= max(effort.gap, ROUNDING) or steepness == 0 or step < 1e-4:
            break
        if time.monotonic() > deadline:
            break
        if stale >= PATIENCE:
            step, stale, prices = step / 2, 0, best.prices
        prices = prices + step * (value - bound) / steepness * slope
    return sites, best


def _tell(effort: Effort, progress: Progress) -> None:
    if effort.progress is not None:
        effort.progress(progress)


def _try(problem: _Problem, tried: Positions, sites: Positions, value: float) -> tuple[Positions, float]:
    found = problem.of(tried)
    if found >= value * (1 - ROUNDING):
        return sites, value
    better = _exchange(problem, tried)
    return better, problem.of(better)


def _cheapest(reduced: Floats, allowed: Allowance) -> Floats:
    """How much of each candidate to open for the least reduced cost: the continuous knapsack."""
    order = np.argsort(reduced / np.maximum(allowed.takes, 1e-12), kind="stable")
    left = allowed.limit - np.concatenate(([0.0], np.cumsum(allowed.takes[order])[:-1]))
    share = np.zeros(len(reduced))
    share[order] = np.clip(left / np.maximum(allowed.takes[order], 1e-12), 0.0, 1.0)
    share[reduced >= 0] = 0.0
    return share


def _still_possible(problem: _Problem, found: _Bound, value: float) -> tuple[Positions, NDArray[np.bool_]]:
    """Candidates, and pairs of place and candidate, that a plan better than `value` may use."""
    room = value - found.value + ROUNDING * abs(value)
    extra = np.zeros(len(found.reduced))
    if (problem.allowed.takes == 1).all():
        number = int(problem.allowed.limit)
        last = np.sort(found.reduced)[number - 1] if 0 < number <= len(extra) else 0.0
        extra = np.maximum(found.reduced - last, 0.0)
    kept = np.flatnonzero(extra <= room)
    detour = np.maximum(problem.cost - found.prices[:, None], 0.0)[:, kept] + extra[kept]
    return kept, detour <= room


def _median(
    problem: _Problem, kept: Positions, pairs: NDArray[np.bool_]
) -> tuple[Mip, tuple[Positions, Positions]]:
    """Sites first, then pairs, then each place at its existing site: Σ = 1 a place, x_ij ≤ y_j a pair."""
    place, site = np.nonzero(pairs)
    n_places, n_sites, n_pairs = len(pairs), len(kept), len(place)
    pair, one = np.arange(n_pairs), np.ones(n_pairs)
    rows = np.concatenate(
        (place, np.arange(n_places), n_places + pair, n_places + pair, np.full(n_sites, n_places + n_pairs))
    )
    columns = np.concatenate(
        (n_sites + pair, n_sites + n_pairs + np.arange(n_places), n_sites + pair, site, np.arange(n_sites))
    )
    takes = problem.allowed.takes[kept]
    values = np.concatenate((one, np.ones(n_places), one, -one, takes))
    shape = (n_places + n_pairs + 1, n_sites + n_pairs + n_places)
    return Mip(
        cost=np.concatenate((np.zeros(n_sites), problem.cost[place, kept[site]], problem.at_fixed)),
        rows=csr_array(coo_array((values, (rows, columns)), shape=shape)),
        row_lower=np.concatenate((np.ones(n_places), np.full(n_pairs + 1, -math.inf))),
        row_upper=np.concatenate((np.ones(n_places), np.zeros(n_pairs), [problem.allowed.limit])),
        n_binary=n_sites,
    ), (place, site)


def _start(
    problem: _Problem, sites: Positions, *, kept: Positions, assigned: tuple[Positions, Positions]
) -> Floats | None:
    """The plan so far as a point of the problem, or None where a site or pair of it was ruled out."""
    place, site = assigned
    opened = np.isin(kept, sites)
    costs = np.where(opened[site], problem.cost[place, kept[site]], np.inf)
    order = np.lexsort((costs, place))
    first = order[np.unique(place[order], return_index=True)[1]]
    pairs, alone = np.zeros(len(place)), np.ones(len(problem.cost))
    used = first[costs[first] <= problem.at_fixed[place[first]]]
    pairs[used], alone[place[used]] = 1.0, 0.0
    reached = float(problem.cost[place, kept[site]] @ pairs + problem.at_fixed @ alone)
    if reached > problem.of(sites) * (1 + ROUNDING):
        return None
    return np.concatenate((opened.astype(np.float64), pairs, alone))


def _gap(value: float, bound: float) -> float:
    return (value - bound) / abs(value) if value else 0.0
