"""Classes of differences, against limits worked out by hand."""

from math import inf, nan

import pytest

from gisplan.maps.diverging import Diverging, diverging


def test_limits_are_the_thirds_of_the_sizes_of_both_signs_together() -> None:
    # sizes 1 2 3 4 5 6 7: a third is at position 2.0 (3), two thirds at 4.0 (5)
    assert diverging([-1, 2, -3, 4, -5, 6, -7, 0, None]).limits == (3.0, 5.0)


def test_a_limit_between_two_sizes_is_interpolated_and_rounded() -> None:
    # sizes 1 2 4 8: 1/3 * 3 = position 1 -> 2; 2/3 * 3 = position 2 -> 4
    assert diverging([1, 2, 4, 8]).limits == (2.0, 4.0)
    # sizes 1 2 4: position 0.667 -> 1.667; position 1.333 -> 2.667
    assert diverging([1, -2, 4], decimals=1).limits == (1.7, 2.7)
    assert diverging([1, -2, 4]).limits == (2.0, 3.0)


@pytest.mark.parametrize(
    ("difference", "step"),
    [(-9, -3), (-5, -2), (-3, -1), (-0.1, -1), (0, 0), (3, 1), (3.01, 2), (5, 2), (5.01, 3), (None, None)],
)
def test_a_limit_belongs_to_the_class_nearer_to_equal(difference: float | None, step: int | None) -> None:
    assert Diverging((3.0, 5.0)).class_of(difference) == step


def test_what_is_not_finite_is_not_known_and_does_not_weigh() -> None:
    assert Diverging((1.0,)).class_of(nan) is None
    assert Diverging((1.0,)).class_of(inf) is None
    assert diverging([nan, inf, 1, 2, 4, 8]).limits == (2.0, 4.0)


def test_few_sizes_have_fewer_classes_and_none_of_them_empty_by_rounding() -> None:
    assert diverging([1, -1, 1, 0]).limits == ()
    assert list(diverging([1, -1, 1, 0]).steps) == [-1, 0, 1]
    assert diverging([0.01, 0.02, 5], decimals=0).limits == (2.0,)  # 0.017 and 1.68 become 0 and 2
    assert diverging([None, 0]).steps == range(-1, 2)
