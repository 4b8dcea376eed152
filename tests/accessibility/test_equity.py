import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisplan.accessibility import gini, lorenz, palma, theil, theil_by_group
from gisplan.accessibility.errors import AccessibilityError, BadCounts, BadValues, NothingToShare

values_and_people = st.lists(
    st.tuples(st.floats(0, 1e6).map(lambda x: round(x, 3)), st.integers(0, 500)), min_size=1, max_size=20
).filter(lambda rows: any(value and people for value, people in rows))


def test_equal_shares() -> None:
    assert gini([3, 3, 3]) == 0
    assert palma([3, 3, 3]) == pytest.approx(0.25)
    assert theil([3, 3, 3]) == 0


def test_one_has_everything() -> None:
    assert gini([0, 0, 0, 0, 8]) == pytest.approx(0.8)
    assert palma([0, 0, 0, 0, 8]) == math.inf
    assert theil([0, 0, 0, 0, 8]) == pytest.approx(math.log(5))


def test_one_to_ten_in_closed_form() -> None:
    # gini of 1..n is (n - 1) / 3n; the top tenth holds 10 of 55, the bottom four 10 of 55
    held = list(range(1, 11))
    assert gini(held) == pytest.approx(9 / 30)
    assert palma(held) == pytest.approx(1)
    curve = lorenz(held)
    assert curve.people_share[[0, 4, 10]].tolist() == pytest.approx([0, 0.4, 1])
    assert curve.value_share[[0, 4, 10]].tolist() == pytest.approx([0, 10 / 55, 1])


@given(rows=values_and_people)
@settings(max_examples=80, deadline=None)
def test_gini_is_half_the_relative_mean_difference(rows: list[tuple[float, int]]) -> None:
    x, p = np.array(rows, dtype=float).T
    p = p / p.sum()
    expected = (p[:, None] * p * np.abs(x[:, None] - x)).sum() / (2 * (p * x).sum())
    assert gini(x, p) == pytest.approx(expected, abs=1e-9)


@given(rows=values_and_people)
@settings(max_examples=80, deadline=None)
def test_people_are_as_so_many_single_rows(rows: list[tuple[float, int]]) -> None:
    x, p = np.array(rows, dtype=float).T
    each = np.repeat(x, p.astype(int))
    for index in (gini, theil):
        assert index(x, p) == pytest.approx(index(each), abs=1e-9)
    assert 0 <= theil(each) <= math.log(len(each)) + 1e-9
    if palma(each) < 1e9:
        assert palma(x, p) == pytest.approx(palma(each), rel=1e-6)


@given(rows=values_and_people, seed=st.integers(0, 99), factor=st.floats(0.01, 100))
@settings(max_examples=80, deadline=None)
def test_theil_between_and_within_add_up_whatever_the_unit(
    rows: list[tuple[float, int]], seed: int, factor: float
) -> None:
    x, p = np.array(rows, dtype=float).T
    groups = np.random.default_rng(seed).choice(["valley", "plain", "city"], len(x)).tolist()
    parts = theil_by_group(x, groups, people=p)
    assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-9)
    assert parts.total == pytest.approx(theil(x * factor, p), abs=1e-9)
    assert sum(part.people_share for part in parts.groups) == pytest.approx(1)
    assert sum(part.value_share for part in parts.groups) == pytest.approx(1)
    assert parts.between >= -1e-12


def test_groups_that_differ_only_from_each_other_are_all_between() -> None:
    parts = theil_by_group([1, 1, 3, 3], ["D", "D", "C", "C"])
    assert parts.within == 0
    assert parts.between == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    assert [(part.group, part.mean) for part in parts.groups] == [("D", 1), ("C", 3)]


def test_group_that_has_nothing_takes_part_and_one_without_people_does_not() -> None:
    parts = theil_by_group([0, 2, 5], ["F", "C", "A"], people=[10, 10, 0])
    assert parts.between == pytest.approx(math.log(2))
    assert [(part.group, part.value_share) for part in parts.groups] == [("F", 0), ("C", 1)]


@pytest.mark.parametrize(
    ("call", "kind", "sentence"),
    [
        (lambda: gini([0, 0]), NothingToShare, "nobody reaches"),
        (lambda: gini([]), NothingToShare, "nobody reaches"),
        (lambda: theil([1, 2], [0, 0]), NothingToShare, "nobody reaches"),
        (lambda: lorenz([1, np.nan]), BadValues, "found nan at position 1"),
        (lambda: palma([1, np.inf]), BadValues, "minutes"),
        (lambda: gini([1, -2]), BadValues, "found -2 at position 1"),
        (lambda: gini([[1, 2]]), BadValues, "shape"),
        (lambda: gini(["a"]), BadValues, "numbers"),
        (lambda: gini([1, 2], [1]), BadCounts, "people of shape"),
        (lambda: theil_by_group([1, 2], ["A"]), BadValues, "a group for each"),
        (lambda: theil_by_group([1, 2], ["A", None]), BadValues, "none at position 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    call: Callable[[], Any], kind: type[AccessibilityError], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        call()
