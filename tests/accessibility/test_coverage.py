"""Coverage against counting by hand and pandas: nothing is lost, nothing that may be covered is called uncovered."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from gisplan.accessibility.coverage import (
    COVERED,
    NOT_COVERED,
    NOT_KNOWN,
    complete_within,
    coverage,
    partial_shares,
    status_of,
    sums_by_group,
)
from gisplan.accessibility.errors import BadCounts, BadMatrix, BadParameter

OD = np.array([[5.0, 20.0], [16.0, 15.0], [16.0, np.inf], [np.inf, np.inf]])


def test_minutes_equal_to_the_threshold_are_within_it() -> None:
    found = coverage(OD, threshold_min=15)
    assert found.status.tolist() == [COVERED, COVERED, NOT_COVERED, NOT_COVERED]
    assert found.minutes.tolist() == [5, 15, 16, np.inf]
    assert found.destination.tolist() == [0, 1, 0, -1]


def test_a_place_in_an_incomplete_register_is_not_known_unless_it_is_reached() -> None:
    found = coverage(OD, threshold_min=15, complete=np.array([False, True, False, True]))
    assert found.status.tolist() == [COVERED, COVERED, NOT_KNOWN, NOT_COVERED]


def test_without_services_coverage_is_zero() -> None:
    none = np.empty((3, 0))
    assert coverage(none, threshold_min=15).status.tolist() == [NOT_COVERED] * 3
    unknown = coverage(none, threshold_min=15, complete=np.zeros(3, dtype=bool))
    assert unknown.status.tolist() == [NOT_KNOWN] * 3
    sums = sums_by_group(unknown.shares, [10, 20, 30], ["a", "a", "b"])
    assert sums.people[:, COVERED].tolist() == [0, 0]


def test_a_gap_of_the_register_counts_only_within_the_threshold() -> None:
    areas_min = np.array([[0.0, 10.0, 30.0], [10.0, 0.0, 15.0], [30.0, 15.1, 0.0], [np.inf] * 3])
    complete = np.array([True, True, False])
    assert complete_within(areas_min, complete, threshold_min=15).tolist() == [True, False, False, True]
    pairs = np.nonzero(np.isfinite(areas_min))
    sparse = csr_array((areas_min[pairs], pairs), shape=areas_min.shape)
    assert complete_within(sparse, complete, threshold_min=15).tolist() == [True, False, False, True]


def test_sums_are_those_of_pandas_and_lose_nobody() -> None:
    rng = np.random.default_rng(3)
    od = rng.uniform(0, 60, (500, 8))
    people = rng.integers(0, 1000, 500).astype(float)
    groups = rng.choice(["C", "D", "E", ""], 500).tolist()
    complete = rng.random(500) < 0.5
    found = coverage(od, threshold_min=7, complete=complete)
    sums = sums_by_group(found.shares, people, groups)
    frame = pd.DataFrame(
        {"group": groups, "status": np.where(od.min(axis=1) <= 7, 0, np.where(complete, 1, 2))}
    )
    frame["people"] = people
    expected = frame.pivot_table(
        index="group", columns="status", values="people", aggfunc="sum", fill_value=0
    )
    places = frame.pivot_table(
        index="group", columns="status", values="people", aggfunc="count", fill_value=0
    )
    assert (expected.to_numpy() > 0).all()
    assert np.array_equal(sums.people, expected.loc[sums.labels].to_numpy())
    assert np.array_equal(sums.places, places.loc[sums.labels].to_numpy())
    assert sums.people.sum() == people.sum()
    assert sums.places.sum() == 500


def test_a_place_reached_in_part_is_split_and_who_is_on_no_ground_is_not_known() -> None:
    shares = partial_shares(
        [100, 100, 0, 0], placed=[90, 90, 0, 0], reached=[60, 60, 0, 0], complete=np.array([True, False] * 2)
    )
    assert shares == pytest.approx(np.array([[0.6, 0.3, 0.1], [0.6, 0, 0.4], [0, 1, 0], [0, 0, 1]]))
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))


@pytest.mark.parametrize(
    ("shares", "status"),
    [
        ((0.5, 0.5, 0.0), COVERED),
        ((0.49, 0.51, 0.0), NOT_COVERED),
        ((0.4, 0.35, 0.25), NOT_KNOWN),  # the quarter could make the half
        ((0.4, 0.55, 0.05), NOT_COVERED),  # it could not
        ((0.0, 0.0, 1.0), NOT_KNOWN),
    ],
)
def test_a_place_is_covered_where_half_its_people_are(shares: tuple[float, ...], status: int) -> None:
    assert status_of(np.array([shares])).tolist() == [status]


def test_a_longer_threshold_never_covers_less() -> None:
    od = np.random.default_rng(5).uniform(0, 60, (300, 4))
    covered = [int((coverage(od, threshold_min=t).status == COVERED).sum()) for t in (1, 5, 15, 30, 60)]
    assert covered == sorted(covered)
    assert covered[0] < covered[-1] == 300


def test_what_cannot_be_counted_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadMatrix, match="correct it"):
        coverage([[-1.0]], threshold_min=15)
    with pytest.raises(BadParameter, match="threshold_min above 0"):
        coverage(OD, threshold_min=0)
    with pytest.raises(BadCounts, match="found int64 of shape"):
        coverage(OD, threshold_min=15, complete=[1, 0, 1, 0])
    with pytest.raises(BadCounts, match="found 11 of 10 at position 0"):
        partial_shares([20], placed=[10], reached=[11], complete=np.array([True]))
    with pytest.raises(BadCounts, match="a group for each of 4 places, found 1"):
        sums_by_group(coverage(OD, threshold_min=15).shares, [1, 1, 1, 1], ["a"])
