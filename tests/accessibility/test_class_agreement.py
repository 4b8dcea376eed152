"""Computed against official classes: hand-counted tables, and SciPy's rank correlation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from gisplan.accessibility.class_agreement import class_agreement, rank_correlation
from gisplan.accessibility.errors import BadValues

INF = float("inf")


def test_poles_are_left_out_and_the_unreached_count_as_not_agreeing() -> None:
    minutes = [0, 10, 30, 50, INF, 20, 0]
    computed = ["A", "C", "D", "E", None, "C", "B"]
    official = ["A", "C", "E", "E", "F", None, "C"]
    found = class_agreement(minutes, computed, official)
    assert found.n == 4
    assert found.share == 0.5
    assert found.confusion["E"] == {"C": 0, "D": 1, "E": 1, "F": 0, "n.d.": 0}
    assert found.confusion["F"]["n.d."] == 1
    assert sum(sum(row.values()) for row in found.confusion.values()) == 4


def test_without_official_classes_nothing_is_compared() -> None:
    found = class_agreement([10, 20], ["C", "C"], [None, None])
    assert (found.n, found.share, found.rank_correlation) == (0, None, None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=3, max_size=40))
def test_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, dtype=float).T
    found = rank_correlation(one, other)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic)


def test_unreached_pairs_have_no_rank() -> None:
    assert rank_correlation([1, 2, INF, 3], [0, 1, 0, 2]) == pytest.approx(1)
    assert rank_correlation([INF, 1], [0, 1]) is None


def test_other_lengths_are_refused() -> None:
    with pytest.raises(BadValues, match="found 2, 1 and 1"):
        class_agreement([1, 2], ["C"], ["C"])
