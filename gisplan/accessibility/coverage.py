"""Coverage: who is within a threshold of a service, who is not, and of whom it cannot be known.

A place that is reached is covered. One that is not reached is not covered only where the register of the service
is complete wherever the threshold leads; elsewhere a service may stand that nobody listed, so it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from gisplan.accessibility.checks import Floats, checked_counts, checked_minutes, checked_od, rows_of
from gisplan.accessibility.errors import BadCounts
from gisplan.accessibility.proximity import nearest

COVERED, NOT_COVERED, NOT_KNOWN = 0, 1, 2
STATUSES = ("covered", "not_covered", "not_known")
TOLERANCE = 1e-9

Flags = NDArray[np.bool_]
Status = NDArray[np.int8]


@dataclass(frozen=True)
class Coverage:
    """Status of each place of the demand, and its nearest service.

    Attributes
    ----------
    status : int8, shape (n,)
        COVERED, NOT_COVERED or NOT_KNOWN.
    minutes : float64, shape (n,)
        To the nearest service; inf where none can be reached at all.
    destination : int64, shape (n,)
        Column of that service, -1 where `minutes` is inf.
    """

    status: Status
    minutes: Floats
    destination: NDArray[np.int64]

    @property
    def shares(self) -> Floats:
        """Share of 1 of each place's people by status, shape (n, 3): all of them in one."""
        return np.eye(len(STATUSES))[self.status]


@dataclass(frozen=True)
class GroupSums:
    """People and places of each group by status; summed over the groups they are those of the demand.

    Attributes
    ----------
    labels : list of str, length n_groups
        In the order in which they first appear.
    people : float64, shape (n_groups, 3)
        Columns in the order of STATUSES.
    places : int64, shape (n_groups, 3)
    """

    labels: list[str]
    people: Floats
    places: NDArray[np.int64]


def coverage(
    od_min: ArrayLike | csr_array, *, threshold_min: float, complete: ArrayLike | None = None
) -> Coverage:
    """Status (no unit) and minutes to the nearest service of each place, shape (n,).

    Minutes equal to the threshold are within it. Without services nothing is covered.

    Parameters
    ----------
    od_min : minutes from each place (row) to each service (column)
        inf is unreachable, as is a pair that a sparse matrix does not store.
    threshold_min : float
        Minutes within which a place is covered.
    complete : bool, shape (n,), optional
        Whether no service that is not listed can be within the threshold of the place (see `complete_within`);
        where False, a place that is not reached is NOT_KNOWN. Without it every register is complete.

    Raises
    ------
    BadMatrix, BadParameter, BadCounts
        See `checked_od`, `checked_minutes`; `complete` of another shape.
    """
    limit = checked_minutes(threshold_min)
    found = nearest(od_min)
    minutes, destination = found.minutes[:, 0], found.destination[:, 0]
    known = _flags(complete, len(minutes))
    status = np.where(minutes <= limit, COVERED, np.where(known, NOT_COVERED, NOT_KNOWN)).astype(np.int8)
    return Coverage(status, minutes, destination)


def complete_within(od_min: ArrayLike | csr_array, complete: ArrayLike, *, threshold_min: float) -> Flags:
    """Whether every area that a place can reach within the threshold has a complete register, shape (n,).

    `od_min` is minutes from each place to each area, `complete` of shape (n_areas,). A place that reaches no area at
    all is complete: nothing can be within its threshold.

    Raises
    ------
    BadMatrix, BadParameter, BadCounts
        See `checked_od`, `checked_minutes`; `complete` of another shape.
    """
    od, limit = checked_od(od_min), checked_minutes(threshold_min)
    gaps = ~_flags(complete, int(od.shape[1]))
    if isinstance(od, csr_array):
        near = rows_of(od)[(od.data <= limit) & gaps[od.indices]]
        found = np.zeros(int(od.shape[0]), dtype=bool)
        found[near] = True
        return ~found
    return np.asarray(~(od[:, gaps] <= limit).any(axis=1))


def partial_shares(
    people: ArrayLike, *, placed: ArrayLike, reached: ArrayLike, complete: ArrayLike
) -> Floats:
    """Share of 1 of each place's people by status, shape (n, 3), where a part of a place can be reached.

    Of `people`, `placed` live on known ground and `reached` of these within the threshold; whoever is on no known
    ground is not known. A place without people is of one status: that of its register.

    Raises
    ------
    BadCounts
        See `checked_counts`; more placed than there are, or more reached than placed, beyond rounding.
    """
    everyone = checked_counts(people, len(np.atleast_1d(np.asarray(people))), name="people")
    ground = checked_counts(placed, len(everyone), name="placed")
    within = checked_counts(reached, len(everyone), name="reached")
    _refuse_more(ground, everyone, "people placed", "people")
    _refuse_more(within, ground, "people reached", "people placed")
    ground = np.minimum(ground, everyone)
    within = np.minimum(within, ground)
    known = _flags(complete, len(everyone))
    left = ground - within
    counts = np.column_stack(
        (within, np.where(known, left, 0.0), np.where(known, 0.0, left) + everyone - ground)
    )
    alone = np.eye(len(STATUSES))[np.where(known, NOT_COVERED, NOT_KNOWN)]
    return np.where(everyone[:, None] > 0, counts / np.where(everyone > 0, everyone, 1)[:, None], alone)


def status_of(shares: Floats) -> Status:
    """Status (no unit) of a place from its people's shares, shape (n,): covered is half of them or more.

    It is not known where those of whom it is not known could make the half.
    """
    covered, unknown = shares[:, COVERED], shares[:, NOT_KNOWN]
    short = covered + unknown < 0.5 - TOLERANCE
    status = np.where(covered >= 0.5 - TOLERANCE, COVERED, np.where(short, NOT_COVERED, NOT_KNOWN))
    return status.astype(np.int8)


def sums_by_group(shares: Floats, people: ArrayLike, groups: Sequence[str]) -> GroupSums:
    """People (their unit) and places of each group by status; see `GroupSums`.

    Raises
    ------
    BadCounts
        `people` or `groups` of another length than `shares`.
    """
    counts = checked_counts(people, len(shares), name="people")
    if len(groups) != len(shares):
        raise BadCounts(
            f"Expected a group for each of {len(shares)} places, found {len(groups)}; give one each."
        )
    labels = list(dict.fromkeys(groups))
    position = {label: k for k, label in enumerate(labels)}
    at = np.array([position[label] for label in groups], dtype=np.int64)
    sums, places = (
        np.zeros((len(labels), len(STATUSES))),
        np.zeros((len(labels), len(STATUSES)), dtype=np.int64),
    )
    np.add.at(sums, at, shares * counts[:, None])
    np.add.at(places, (at, status_of(shares).astype(np.int64)), 1)
    return GroupSums(labels, sums, places)


def _flags(values: ArrayLike | None, length: int) -> Flags:
    if values is None:
        return np.ones(length, dtype=bool)
    flags = np.asarray(values)
    if flags.shape != (length,) or flags.dtype != np.bool_:
        raise BadCounts(
            f"Expected {length} flags, True where the register is complete, found {flags.dtype} of shape "
            f"{flags.shape}; give one each."
        )
    return flags


def _refuse_more(part: Floats, whole: Floats, name: str, of: str) -> None:
    bad = np.flatnonzero(part > whole * (1 + 1e-6) + 1e-6)
    if len(bad):
        raise BadCounts(
            f"Expected no more {name} than {of}, found {part[bad[0]]:g} of {whole[bad[0]]:g} at position {bad[0]}; "
            "correct it."
        )
