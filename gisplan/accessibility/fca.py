"""Floating catchment areas: supply per person, where those who share a facility compete for it.

All take `od_min` of shape (n_origins, n_destinations), the people of each origin and the supply of each destination,
and keep every row of the demand. An origin that reaches nothing has 0; a facility whose catchment holds nobody gives
nothing to anyone and is told in `without_demand`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, diags_array

from gisplan.accessibility.checks import Floats, OdMatrix, checked_counts, checked_minutes, checked_od
from gisplan.accessibility.decay import Decay, StepDecay, decay_weights, over_destinations, over_origins

LUO_QI_STEPS = StepDecay((10.0, 20.0, 30.0), (1.0, 0.68, 0.22))


@dataclass(frozen=True)
class FloatingCatchment:
    """Supply per person of each origin, and what it rests on.

    Attributes
    ----------
    access : float64, shape (n_origins,)
        Supply per person; 0 where nothing is in reach, never nan, never inf.
    ratio : float64, shape (n_destinations,)
        Supply per person of the demand of each destination; 0 where it has none.
    demand : float64, shape (n_destinations,)
        People, weighted, who turn to each destination.
    without_demand : bool, shape (n_destinations,)
        Nobody lives in the catchment: its supply is in nobody's access.
    reaches_nothing : bool, shape (n_origins,)
        No destination in the catchment of the origin.
    """

    access: Floats
    ratio: Floats
    demand: Floats
    without_demand: NDArray[np.bool_]
    reaches_nothing: NDArray[np.bool_]


def two_step_fca(
    od_min: ArrayLike | csr_array, *, people: ArrayLike, supply: ArrayLike, threshold_min: float
) -> FloatingCatchment:
    """Supply per person by the two-step floating catchment area, limit included (Luo and Wang 2003).

    R_j = S_j / Σ_{k: t_kj ≤ t0} P_k and A_i = Σ_{j: t_ij ≤ t0} R_j, hence Σ_i A_i P_i = Σ_j S_j over the
    facilities whose catchment has people.

    Parameters
    ----------
    od_min : minutes, shape (n_origins, n_destinations)
        inf, or not stored in a sparse matrix, is unreachable.
    people : shape (n_origins,)
        Who asks; an origin without people has an access all the same.
    supply : shape (n_destinations,)
        In any unit, such as beds or places.
    threshold_min : float
        A facility exactly so far counts.

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `checked_counts`, `checked_minutes`.
    """
    decay = StepDecay((checked_minutes(threshold_min),))
    return enhanced_two_step_fca(od_min, people=people, supply=supply, decay=decay)


def enhanced_two_step_fca(
    od_min: ArrayLike | csr_array, *, people: ArrayLike, supply: ArrayLike, decay: Decay = LUO_QI_STEPS
) -> FloatingCatchment:
    """Supply per person by the two-step floating catchment area with weights (Luo and Qi 2009).

    R_j = S_j / Σ_k P_k W(t_kj) and A_i = Σ_j R_j W(t_ij); the weights of the paper by default, 1, 0.68 and 0.22
    within 10, 20 and 30 minutes. Conservation as in `two_step_fca`.

    Notes
    -----
    Parameters and refusals as of `two_step_fca`, with any curve of `decay` in place of the threshold.
    """
    weights, headcount, offered = _inputs(od_min, people, supply, decay)
    return _two_steps(weights, weights, people=headcount, supply=offered)


def three_step_fca(
    od_min: ArrayLike | csr_array, *, people: ArrayLike, supply: ArrayLike, decay: Decay = LUO_QI_STEPS
) -> FloatingCatchment:
    """Supply per person by the three-step floating catchment area (Wan, Zou and Sternberg 2012).

    Facilities compete for people first: G_ij = W_ij / Σ_k W_ik. Then R_j = S_j / Σ_i G_ij W_ij P_i and
    A_i = Σ_j G_ij W_ij R_j. Conservation as in `two_step_fca`.

    Notes
    -----
    Parameters and refusals as of `enhanced_two_step_fca`.
    """
    weights, headcount, offered = _inputs(od_min, people, supply, decay)
    chosen = _times(_share_of_rows(weights), weights)
    return _two_steps(chosen, chosen, people=headcount, supply=offered)


def balanced_fca(
    od_min: ArrayLike | csr_array, *, people: ArrayLike, supply: ArrayLike, decay: Decay = LUO_QI_STEPS
) -> FloatingCatchment:
    """Supply per person by the balanced floating catchment area (Páez, Higgins and Vivona 2019).

    People are shared among facilities and levels of service among people: R_j = S_j / Σ_i P_i W_ij / Σ_k W_ik and
    A_i = Σ_j R_j W_ij / Σ_k W_kj. What is preserved is Σ_j demand_j = Σ_i P_i over the origins that reach a
    facility, and Σ_i A_i = Σ_j R_j; Σ_i A_i P_i is *not* the supply, unlike in the other three.

    Notes
    -----
    Parameters and refusals as of `enhanced_two_step_fca`.
    """
    weights, headcount, offered = _inputs(od_min, people, supply, decay)
    return _two_steps(_share_of_rows(weights), _share_of_columns(weights), people=headcount, supply=offered)


def _inputs(
    od_min: ArrayLike | csr_array, people: ArrayLike, supply: ArrayLike, decay: Decay
) -> tuple[OdMatrix, Floats, Floats]:
    od = checked_od(od_min)
    headcount = checked_counts(people, int(od.shape[0]), name="people")
    offered = checked_counts(supply, int(od.shape[1]), name="supply")
    return decay_weights(od, decay), headcount, offered


def _two_steps(asked: OdMatrix, received: OdMatrix, *, people: Floats, supply: Floats) -> FloatingCatchment:
    demand = over_origins(asked, people)
    has_demand = demand > 0
    ratio = np.divide(supply, demand, out=np.zeros_like(supply), where=has_demand)
    access = over_destinations(received, ratio)
    return FloatingCatchment(access, ratio, demand, ~has_demand, _row_sums(received) == 0)


def _row_sums(weights: OdMatrix) -> Floats:
    return over_destinations(weights, np.ones(weights.shape[1]))


def _share_of_rows(weights: OdMatrix) -> OdMatrix:
    """W_ij / Σ_k W_ik; 0 in a row of zeros."""
    factor = _inverse(_row_sums(weights))
    return (
        diags_array(factor).tocsr() @ weights if isinstance(weights, csr_array) else weights * factor[:, None]
    )


def _share_of_columns(weights: OdMatrix) -> OdMatrix:
    """W_ij / Σ_k W_kj; 0 in a column of zeros."""
    factor = _inverse(over_origins(weights, np.ones(weights.shape[0])))
    return weights @ diags_array(factor).tocsr() if isinstance(weights, csr_array) else weights * factor


def _times(left: OdMatrix, right: OdMatrix) -> OdMatrix:
    if isinstance(left, csr_array):
        product: csr_array = csr_array(left.multiply(right))
        return product
    return np.asarray(left * right, dtype=np.float64)


def _inverse(sums: Floats) -> Floats:
    return np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
