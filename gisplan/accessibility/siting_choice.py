"""What every siting problem shares: the sites that may be opened, the plan found, and greedy covering."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from gisplan.accessibility.checks import Floats, checked_counts, checked_od
from gisplan.accessibility.errors import BadParameter

Positions = NDArray[np.int64]
NOWHERE = -1
ROUNDING = 1e-9


@dataclass(frozen=True)
class Choice:
    """How many new sites may be opened, or for how much, beside those that exist.

    Attributes
    ----------
    number : int or None
        New sites at most.
    budget : float or None
        What they may cost in all, in the unit of `costs`. One of number and budget is given.
    costs : shape (n_destinations,) or None
        Cost of opening each; those of existing sites are not counted.
    fixed : sequence of int
        Columns of the existing sites: open whatever is chosen.
    """

    number: int | None = None
    budget: float | None = None
    costs: ArrayLike | None = None
    fixed: Sequence[int] = ()


@dataclass(frozen=True)
class Allowance:
    """A checked `Choice`: the candidates, what each takes (1, or its cost), and how much may be taken."""

    candidates: Positions
    fixed: Positions
    takes: Floats
    limit: float


@dataclass(frozen=True)
class SitePlan:
    """Sites to open, with the proof of how good they are.

    Attributes
    ----------
    chosen : int64, ascending
        Columns of the new sites.
    open : int64, ascending
        With the existing ones.
    objective : float
        In the unit of the problem.
    bound : float
        No plan is better than this.
    gap : float
        |objective - bound| / |objective|; 0 where the plan is proven optimal, inf where nothing is proven.
    greedy : float
        The objective of the greedy start, inf where greedy found no plan.
    nearest : int64, shape (n_origins,)
        The nearest open site, -1 where none can be reached.
    minutes : float64, shape (n_origins,)
        Minutes to it, inf where none can be reached.
    left_out : bool, shape (n_origins,)
        Demand that no existing or candidate site can serve: not in the objective.
    """

    chosen: Positions
    open: Positions
    objective: float
    bound: float
    gap: float
    greedy: float
    nearest: Positions
    minutes: Floats
    left_out: NDArray[np.bool_]

    @property
    def optimal(self) -> bool:
        """Proven, up to rounding: no plan is better."""
        return self.gap <= 1e-6


def dense_od(od_min: ArrayLike | csr_array) -> Floats:
    """Minutes, dense, shape (n_origins, n_destinations); inf where unreachable.

    Raises
    ------
    BadMatrix
        See `checked_od`.
    """
    od = checked_od(od_min)
    if not isinstance(od, csr_array):
        return od
    dense = np.full(od.shape, np.inf)
    dense[np.repeat(np.arange(od.shape[0]), np.diff(od.indptr)), od.indices] = od.data
    return dense


def allowance(choice: Choice, n_destinations: int, *, needs_limit: bool = True) -> Allowance:
    """The candidates and their cost, checked.

    Raises
    ------
    BadParameter
        Number and budget both or neither, a number below 0, a fixed site that is not a column, costs missing.
    BadCounts
        Costs that are not one number of 0 or more a destination.
    """
    fixed = np.unique(np.asarray(choice.fixed, dtype=np.int64))
    if len(fixed) and not (fixed[0] >= 0 and fixed[-1] < n_destinations):
        raise BadParameter(
            f"Expected fixed sites among columns 0 to {n_destinations - 1}, found {fixed.tolist()}; correct them."
        )
    candidates = np.setdiff1d(np.arange(n_destinations), fixed)
    takes = np.ones(n_destinations)
    if choice.costs is not None and choice.number is None:
        takes = checked_counts(choice.costs, n_destinations, name="costs")
    return Allowance(candidates, fixed, takes[candidates], _limit(choice) if needs_limit else math.inf)


def _limit(choice: Choice) -> float:
    if (choice.number is None) == (choice.budget is None):
        raise BadParameter("Expected a number of sites or a budget, found both or neither; give one of them.")
    if choice.budget is not None:
        if choice.costs is None:
            raise BadParameter("Expected the cost of each site beside the budget, found none; give costs.")
        if not 0 <= choice.budget < math.inf:
            raise BadParameter(f"Expected a budget of 0 or more, found {choice.budget}; correct it.")
        return float(choice.budget)
    number = choice.number
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
        raise BadParameter(f"Expected a number of sites of 0 or more, found {number!r}; correct it.")
    return float(number)


def plan(
    od_min: Floats,
    allowed: Allowance,
    *,
    chosen: Positions,
    value: tuple[float, float, float],
    left_out: NDArray[np.bool_],
) -> SitePlan:
    """The plan for the chosen columns; `value` is objective, bound and the greedy objective."""
    objective, bound, greedy = value
    open_ = np.union1d(chosen, allowed.fixed).astype(np.int64)
    n_origins = len(od_min)
    nearest, minutes = np.full(n_origins, NOWHERE, dtype=np.int64), np.full(n_origins, np.inf)
    if len(open_):
        served = od_min[:, open_]
        minutes = served.min(axis=1)
        nearest = np.where(np.isfinite(minutes), open_[served.argmin(axis=1)], NOWHERE)
    gap = abs(objective - bound) / abs(objective) if objective else float(bound != 0)
    return SitePlan(
        np.sort(chosen),
        open_,
        objective,
        bound,
        0.0 if gap < ROUNDING else gap,
        greedy,
        nearest,
        minutes,
        left_out,
    )


def greedy_cover(covers: NDArray[np.bool_], weights: Floats, allowed: Allowance) -> list[int]:
    """Candidates (positions among them) taken one by one for the most new weight per cost, while they fit.

    With a number, the weight covered is at least 1 - 1/e of the best (Nemhauser, Wolsey and Fisher 1978).
    """
    chosen: list[int] = []
    left, open_weight = allowed.limit, weights.copy()
    per_cost = 1 / np.maximum(allowed.takes, 1e-12)
    while True:
        gain = np.where(allowed.takes <= left + ROUNDING, open_weight @ covers, 0.0)
        best = int(np.argmax(gain * per_cost)) if len(gain) else NOWHERE
        if best == NOWHERE or gain[best] <= 0:
            return chosen
        chosen.append(best)
        left -= float(allowed.takes[best])
        open_weight[covers[:, best]] = 0.0


def merged(covers: NDArray[np.bool_], weights: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Rows covered by the same candidates as one row with their weight together; rows that none covers go."""
    some = covers.any(axis=1)
    packed = np.packbits(covers[some], axis=1)
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    people = np.bincount(group.ravel(), weights=weights[some], minlength=len(first))
    return covers[some][first], people.astype(np.float64)
