"""How near, and how much within reach: nearest, k nearest, cumulative opportunities, gravity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from gisplan.accessibility.checks import (
    Floats,
    OdMatrix,
    checked_counts,
    checked_minutes,
    checked_od,
    rows_of,
)
from gisplan.accessibility.decay import Decay, StepDecay, decay_weights, over_destinations
from gisplan.accessibility.errors import BadParameter

NOWHERE = -1


@dataclass(frozen=True)
class Nearest:
    """The nearest destinations of each origin, nearest first.

    Attributes
    ----------
    minutes : float64, shape (n_origins, k)
        inf where fewer than so many destinations can be reached.
    destination : int64, shape (n_origins, k)
        Column of the matrix, -1 where `minutes` is inf. Of equal times the first column comes first.
    """

    minutes: Floats
    destination: NDArray[np.int64]


def nearest(od_min: ArrayLike | csr_array) -> Nearest:
    """Minutes to the nearest destination of each origin, shape (n_origins, 1), and which it is.

    inf and -1 where none can be reached, as where there is no destination at all.

    Raises
    ------
    BadMatrix
        See `checked_od`.
    """
    return k_nearest(od_min, 1)


def k_nearest(od_min: ArrayLike | csr_array, k: int) -> Nearest:
    """Minutes to the k nearest destinations of each origin, shape (n_origins, k), and which they are.

    Raises
    ------
    BadMatrix
        See `checked_od`.
    BadParameter
        `k` is not a whole number of 1 or more.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise BadParameter(f"Expected k of 1 or more, a whole number, found {k!r}; correct it.")
    od = checked_od(od_min)
    shape = (_rows(od), int(k))
    found = Nearest(np.full(shape, np.inf), np.full(shape, NOWHERE, dtype=np.int64))
    if isinstance(od, csr_array):
        _fill_from_sparse(found, od)
    else:
        _fill_from_dense(found, od)
    found.destination[np.isinf(found.minutes)] = NOWHERE
    return found


def cumulative_opportunities(
    od_min: ArrayLike | csr_array, opportunities: ArrayLike, *, threshold_min: float
) -> Floats:
    """Opportunities within `threshold_min` (their unit), shape (n_origins,); 0 where none is in reach.

    A_i = Σ_j O_j [t_ij ≤ t0] (Wachs and Kumagai 1973).

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `checked_counts`, `checked_minutes`.
    """
    return gravity(od_min, opportunities, decay=StepDecay((checked_minutes(threshold_min),)))


def gravity(od_min: ArrayLike | csr_array, opportunities: ArrayLike, *, decay: Decay) -> Floats:
    """Opportunities discounted by time (their unit), shape (n_origins,); 0 where none is in reach.

    A_i = Σ_j O_j f(t_ij) (Hansen 1959); `opportunities` has shape (n_destinations,).

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `checked_counts`; a curve with an impossible weight.
    """
    od = checked_od(od_min)
    offered = checked_counts(opportunities, _columns(od), name="opportunities")
    return over_destinations(decay_weights(od, decay), offered)


def _rows(od: OdMatrix) -> int:
    return int(od.shape[0])


def _columns(od: OdMatrix) -> int:
    return int(od.shape[1])


def _fill_from_dense(found: Nearest, od: Floats) -> None:
    kept = min(found.minutes.shape[1], od.shape[1])
    if not kept:
        return
    order = od.argmin(axis=1)[:, None] if kept == 1 else np.argsort(od, axis=1, kind="stable")[:, :kept]
    found.minutes[:, :kept] = np.take_along_axis(od, order, axis=1)
    found.destination[:, :kept] = order


def _fill_from_sparse(found: Nearest, od: csr_array) -> None:
    row = rows_of(od)
    order = np.lexsort((od.indices, od.data, row))
    row = row[order]
    place = np.arange(len(row)) - od.indptr[row]
    kept = place < found.minutes.shape[1]
    found.minutes[row[kept], place[kept]] = od.data[order][kept]
    found.destination[row[kept], place[kept]] = od.indices[order][kept]
