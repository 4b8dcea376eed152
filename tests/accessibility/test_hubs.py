"""Overlap and gap, ranking, quality classes."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from gisplan.accessibility import (
    access_gap,
    catchment_overlap,
    hub_category,
    quality_classes,
    quality_table,
    rank_hubs,
)
from gisplan.accessibility.errors import AccessibilityError, BadParameter, BadTable, BadValues
from gisplan.accessibility.hub_quality import DEFAULT_TABLE, class_letter

INF = np.inf
OD = np.array([[5, 15.0, INF], [15, 10, INF], [INF, 14, INF], [40, 40, INF]])
PEOPLE = np.array([100.0, 20, 3, 7])
NAN = float("nan")


def test_overlap_counts_whom_both_hubs_reach() -> None:
    found = catchment_overlap(OD, PEOPLE, threshold_min=15)
    assert found.people.tolist() == [[120, 120, 0], [120, 123, 0], [0, 0, 0]]
    np.testing.assert_allclose(found.share, [[1, 1, 0], [120 / 123, 1, 0], [NAN, NAN, NAN]])
    assert found.alone.tolist() == [0, 3, 0]
    assert found.hubs_in_reach.tolist() == [2, 2, 1, 0]


def test_gap_is_whom_no_hub_reaches() -> None:
    found = access_gap(OD, PEOPLE, threshold_min=15)
    assert found.not_reached.tolist() == [False, False, False, True]
    assert (found.people, found.people_reached, found.people_not_reached) == (130, 123, 7)
    assert found.share_not_reached == pytest.approx(7 / 130)


def test_without_a_hub_everyone_is_in_the_gap() -> None:
    found = access_gap(np.empty((4, 0)), PEOPLE, threshold_min=15)
    assert found.people_reached == 0
    assert found.share_not_reached == 1


def test_gap_of_nobody_is_not_a_share() -> None:
    assert np.isnan(access_gap([[5.0]], [0], threshold_min=15).share_not_reached)


@given(seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_inclusion_and_exclusion_of_two_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    od, people = rng.uniform(0, 30, (30, 2)), rng.integers(0, 90, 30).astype(float)
    found, gap = catchment_overlap(od, people, threshold_min=12), access_gap(od, people, threshold_min=12)
    both, own = found.people[0, 1], np.diag(found.people)
    assert gap.people_reached == pytest.approx(own.sum() - both)
    assert found.alone == pytest.approx(own - both)
    sparse = catchment_overlap(csr_array(od), people, threshold_min=12)
    np.testing.assert_allclose(sparse.people, found.people)


def test_ranking_shows_what_each_term_adds() -> None:
    found = rank_hubs(
        {"people": [1000, 3000, 2000], "minutes": [10, 30, 20]},
        {"people": 3, "minutes": 1},
        lower_is_better={"minutes"},
    )
    np.testing.assert_allclose(found.contributions, [[0, 0.25], [0.75, 0], [0.375, 0.125]])
    assert found.score.tolist() == pytest.approx([0.25, 0.75, 0.5])
    assert found.rank.tolist() == [3, 1, 2]
    assert found.order.tolist() == [1, 2, 0]
    assert found.weights.tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("normalisation", "expected"),
    [
        ("min_max", [0, 0.5, 0.5, 1]),
        ("share_of_max", [0.2, 0.6, 0.6, 1]),
        ("percentile", [0, 0.5, 0.5, 1]),
    ],
)
def test_normalisations(normalisation: Any, expected: list[float]) -> None:
    found = rank_hubs({"beds": [2, 6, 6, 10]}, {"beds": 1}, normalisation=normalisation)
    np.testing.assert_allclose(found.normalised[:, 0], expected)
    assert found.rank.tolist() == [4, 2, 2, 1]


def test_hub_with_an_unknown_term_has_no_rank_and_changes_no_other() -> None:
    found = rank_hubs({"beds": [2, NAN, 10], "people": [9, 9, 9]}, {"beds": 1, "people": 1})
    assert found.rank.tolist() == [2, 0, 1]
    assert found.order.tolist() == [2, 0, 1]
    assert np.isnan(found.score[1])
    assert found.contributions[:, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: rank_hubs({"a": [1]}, {"b": 1}), BadParameter),
        (lambda: rank_hubs({}, {}), BadParameter),
        (lambda: rank_hubs({"a": [1]}, {"a": 0}), BadParameter),
        (lambda: rank_hubs({"a": [1]}, {"a": -1}), BadParameter),
        (lambda: rank_hubs({"a": [1]}, {"a": NAN}), BadParameter),
        (lambda: rank_hubs({"a": [1]}, {"a": 1}, lower_is_better=["b"]), BadParameter),
        (lambda: rank_hubs({"a": [1]}, {"a": 1}, normalisation="z"), BadParameter),  # type: ignore[arg-type]
        (lambda: rank_hubs({"a": [1, 2], "b": [1]}, {"a": 1, "b": 1}), BadValues),
        (lambda: rank_hubs({"a": []}, {"a": 1}), BadValues),
        (lambda: rank_hubs({"a": [INF]}, {"a": 1}), BadValues),
        (lambda: rank_hubs({"a": [-1, 2]}, {"a": 1}, normalisation="share_of_max"), BadValues),
    ],
)
def test_ranking_that_means_nothing_is_refused(
    call: Callable[[], Any], kind: type[AccessibilityError]
) -> None:
    with pytest.raises(kind):
        call()


@pytest.mark.parametrize(
    ("mode", "headway_min", "category"),
    [
        ("rail", 5, 1),
        ("rail", 10, 1),
        ("rail", 10.1, 2),
        ("rail", 120, 5),
        ("rail", 121, 0),
        ("tram", 20, 3),
        ("bus", 5, 2),
        ("bus", 90, 7),
        (None, 5, None),
        ("bus", None, None),
    ],
)
def test_category_from_mode_and_headway(
    mode: str | None, headway_min: float | None, category: int | None
) -> None:
    assert hub_category(mode, headway_min) == category


def test_class_from_category_and_distance_best_hub_wins() -> None:
    distance_m = np.array([[300, INF, 0], [301, INF, 0], [900, 500, 0], [1001, 500.1, 0]], dtype=float)
    found = quality_classes(distance_m, [1, 6, None])
    assert [class_letter(one) for one in found.tolist()] == ["A", "A", "C", None]
    assert quality_classes(distance_m, [3, 6, 0]).tolist() == [2, 3, 5, 0]
    assert quality_classes(np.empty((2, 0)), []).tolist() == [0, 0]


def test_table_of_the_user_replaces_ours() -> None:
    data = asdict(DEFAULT_TABLE) | {
        "category_by_mode": {"ferry": [1, 1, 1, 1, 1, 1]},
        "class_by_category": {"1": [2, 2, 2, 2]},
        "source": "ours",
    }
    table = quality_table(data)
    assert hub_category("ferry", 30, table=table) == 1
    assert quality_classes([[10.0]], [1], table=table).tolist() == [2]
    assert quality_table(asdict(DEFAULT_TABLE)) == DEFAULT_TABLE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"headway_limits_min": [5, 5, 20, 40, 60, 120]}, "rise"),
        ({"headway_limits_min": []}, "rise"),
        ({"distance_limits_m": [300, 500, 750]}, "classes of category 1"),
        ({"category_by_mode": {"rail": [1]}}, "6 categories of rail"),
        ({"category_by_mode": {"rail": [9] * 6}}, "category 9"),
        ({"class_by_category": {1: [7] * 4} | {k: [1] * 4 for k in range(2, 8)}}, "classes 0 to 6"),
        ({"class_by_category": "none"}, "table of numbers"),
        ({"distance_limits_m": ["near"]}, "table of numbers"),
        ({"extra": 1}, "exactly these"),
    ],
)
def test_table_that_does_not_fit_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadTable, match=sentence):
        quality_table(asdict(DEFAULT_TABLE) | change)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: hub_category("boat", 5), BadParameter),
        (lambda: hub_category("bus", 0), BadParameter),
        (lambda: hub_category("bus", NAN), BadParameter),
        (lambda: quality_classes([[1.0]], [1, 2]), BadValues),
        (lambda: quality_classes([[NAN]], [1]), BadValues),
        (lambda: quality_classes([[1.0]], [9]), BadValues),
    ],
)
def test_hub_that_fits_no_table_is_refused(call: Callable[[], Any], kind: type[AccessibilityError]) -> None:
    with pytest.raises(kind):
        call()
