"""Whom several hubs reach together, and whom none reaches: from the matrix of minutes and the people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from gisplan.accessibility.checks import Floats, checked_counts, checked_minutes, checked_od
from gisplan.accessibility.decay import StepDecay, decay_weights


@dataclass(frozen=True)
class Overlap:
    """People in the catchments of two hubs at once.

    Attributes
    ----------
    people : float64, shape (n_hubs, n_hubs)
        People within reach of both; on the diagonal the people of the hub's own catchment. Symmetric.
    share : float64, shape (n_hubs, n_hubs)
        Of the people of the row's hub, the share whom the column's hub reaches too; nan where the row's hub
        reaches nobody.
    alone : float64, shape (n_hubs,)
        People whom this hub alone reaches: those who would lose their only hub with it.
    hubs_in_reach : int64, shape (n_origins,)
        How many hubs reach each origin.
    """

    people: Floats
    share: Floats
    alone: Floats
    hubs_in_reach: NDArray[np.int64]


@dataclass(frozen=True)
class AccessGap:
    """People whom no hub reaches.

    Attributes
    ----------
    not_reached : bool, shape (n_origins,)
        Origins out of the reach of every hub.
    people, people_reached, people_not_reached : float
        Everyone; the other two add up to it.
    """

    not_reached: NDArray[np.bool_]
    people: float
    people_reached: float
    people_not_reached: float

    @property
    def share_not_reached(self) -> float:
        """Share of the people, 0 to 1; nan where there are none."""
        return self.people_not_reached / self.people if self.people else float("nan")


def catchment_overlap(od_min: ArrayLike | csr_array, people: ArrayLike, *, threshold_min: float) -> Overlap:
    """People reached by two hubs at once within `threshold_min`, shape (n_hubs, n_hubs), limit included.

    Parameters
    ----------
    od_min : minutes, shape (n_origins, n_hubs)
        inf, or not stored in a sparse matrix, is unreachable.
    people : shape (n_origins,)
        Who lives there.
    threshold_min : float
        A hub exactly so far counts.

    Raises
    ------
    BadMatrix, BadCounts, BadParameter
        See `checked_od`, `checked_counts`, `checked_minutes`.
    """
    within, headcount = _within(od_min, people, threshold_min)
    shared = (within * headcount[:, None]).T @ within
    own = np.diag(shared)[:, None]
    share = np.divide(shared, own, out=np.full(shared.shape, np.nan), where=own > 0)
    hubs_in_reach = within.sum(axis=1)
    alone = headcount[hubs_in_reach == 1] @ within[hubs_in_reach == 1]
    return Overlap(shared, share, alone, hubs_in_reach.astype(np.int64))


def access_gap(od_min: ArrayLike | csr_array, people: ArrayLike, *, threshold_min: float) -> AccessGap:
    """People whom no hub reaches within `threshold_min`, and where they live; with no hub, everyone.

    Notes
    -----
    Parameters and refusals as of `catchment_overlap`.
    """
    within, headcount = _within(od_min, people, threshold_min)
    not_reached = within.sum(axis=1) == 0
    return AccessGap(
        not_reached,
        float(headcount.sum()),
        float(headcount[~not_reached].sum()),
        float(headcount[not_reached].sum()),
    )


def _within(od_min: ArrayLike | csr_array, people: ArrayLike, threshold_min: float) -> tuple[Floats, Floats]:
    od = checked_od(od_min)
    headcount = checked_counts(people, int(od.shape[0]), name="people")
    reached = decay_weights(od, StepDecay((checked_minutes(threshold_min),)))
    return (reached.toarray() if isinstance(reached, csr_array) else reached), headcount
