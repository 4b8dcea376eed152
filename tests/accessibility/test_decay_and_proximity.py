import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from gisplan.accessibility import (
    Decay,
    ExponentialDecay,
    GaussianDecay,
    LinearDecay,
    PowerDecay,
    StepDecay,
    cumulative_opportunities,
    gravity,
    k_nearest,
    nearest,
)
from gisplan.accessibility.errors import AccessibilityError, BadCounts, BadParameter

INF = math.inf
OD = np.array([[5.0, 25, 12], [10, 10, INF], [INF, INF, INF]])


@pytest.mark.parametrize(
    ("decay", "minutes", "weight"),
    [
        (StepDecay((10, 20, 30), (1, 0.68, 0.22)), 10, 1),
        (StepDecay((10, 20, 30), (1, 0.68, 0.22)), 10.001, 0.68),
        (StepDecay((10, 20, 30), (1, 0.68, 0.22)), 30, 0.22),
        (StepDecay((10, 20, 30), (1, 0.68, 0.22)), 30.001, 0),
        (LinearDecay(20), 0, 1),
        (LinearDecay(20), 5, 0.75),
        (LinearDecay(20), 21, 0),
        (ExponentialDecay(0.1), 10, math.exp(-1)),
        (ExponentialDecay(0.1, threshold_min=10), 10, math.exp(-1)),
        (ExponentialDecay(0.1, threshold_min=10), 10.001, 0),
        (ExponentialDecay(1.0), 800, 0),
        (GaussianDecay(10), 10, math.exp(-0.5)),
        (GaussianDecay(10, threshold_min=9), 10, 0),
        (PowerDecay(2), 4, 1 / 16),
        (PowerDecay(2, threshold_min=3), 4, 0),
    ],
)
def test_weight_at_a_time(decay: Decay, minutes: float, weight: float) -> None:
    assert decay(np.array([minutes]))[0] == pytest.approx(weight)


@pytest.mark.parametrize(
    "decay",
    [StepDecay((9,)), LinearDecay(20), ExponentialDecay(0.1), GaussianDecay(10), PowerDecay()],
)
def test_unreachable_weighs_nothing(decay: Decay) -> None:
    assert decay(np.array([INF]))[0] == 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: StepDecay((10, 20), (1,)), "one weight for each limit"),
        (lambda: StepDecay((), ()), "one weight for each limit"),
        (lambda: StepDecay((20, 10), (1, 0.5)), "rise"),
        (lambda: StepDecay((0,)), "rise"),
        (lambda: StepDecay((INF,)), "rise"),
        (lambda: StepDecay((10,), (-1,)), "weights of 0 or more"),
        (lambda: StepDecay((10,), (float("nan"),)), "weights of 0 or more"),
        (lambda: LinearDecay(0), "threshold_min above 0"),
        (lambda: LinearDecay(INF), "threshold_min above 0"),
        (lambda: ExponentialDecay(-0.1), "beta_per_min above 0"),
        (lambda: ExponentialDecay(0.1, threshold_min=float("nan")), "threshold_min above 0"),
        (lambda: GaussianDecay(float("nan")), "sigma_min above 0"),
        (lambda: PowerDecay(0), "exponent above 0"),
        (lambda: PowerDecay()(np.array([0.0])), "minutes above 0 for a power"),
        (lambda: gravity(OD, [1, 2, 3], decay=lambda minutes: -minutes), "weights of 0 or more"),
    ],
)
def test_impossible_curves_are_refused(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(BadParameter, match=sentence):
        make()


def test_nearest_is_inf_and_nowhere_where_none_is_in_reach() -> None:
    found = nearest(OD)
    assert found.minutes.tolist() == [[5], [10], [INF]]
    assert found.destination.tolist() == [[0], [0], [-1]]


def test_k_nearest_in_order_first_column_of_equals_first() -> None:
    found = k_nearest(OD, 4)
    assert found.minutes.tolist() == [[5, 12, 25, INF], [10, 10, INF, INF], [INF] * 4]
    assert found.destination.tolist() == [[0, 2, 1, -1], [0, 1, -1, -1], [-1] * 4]


def test_no_destination_is_nowhere() -> None:
    assert nearest(np.empty((2, 0))).destination.tolist() == [[-1], [-1]]
    assert cumulative_opportunities(np.empty((2, 0)), [], threshold_min=9).tolist() == [0, 0]


@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_k_nearest_against_sorting_by_hand_dense_and_sparse(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    od = rng.integers(0, 5, (6, 4)).astype(float)  # many ties, zeros too
    od[rng.random(od.shape) < 0.3] = INF
    row, column = np.nonzero(np.isfinite(od))
    sparse = csr_array((od[row, column], (row, column)), shape=od.shape)
    expected = [
        (sorted((minutes, j) for j, minutes in enumerate(line) if minutes < INF) + [(INF, -1)] * k)[:k]
        for line in od.tolist()
    ]
    for found in (k_nearest(od, k), k_nearest(sparse, k)):
        assert found.minutes.tolist() == [[minutes for minutes, _ in line] for line in expected]
        assert found.destination.tolist() == [[j for _, j in line] for line in expected]


def test_equal_times_of_an_unsorted_sparse_row_come_by_column() -> None:
    od = csr_array((np.array([4.0, 4.0]), np.array([2, 0]), np.array([0, 2])), shape=(1, 3))
    assert k_nearest(od, 2).destination.tolist() == [[0, 2]]


def test_cumulative_counts_what_lies_within_limit_included() -> None:
    assert cumulative_opportunities(OD, [100, 10, 1], threshold_min=12).tolist() == [101, 110, 0]


def test_cumulative_grows_with_minutes() -> None:
    found = [cumulative_opportunities(OD, [100, 10, 1], threshold_min=t) for t in (1, 5, 12, 60)]
    assert (np.diff(found, axis=0) >= 0).all()


def test_gravity_by_hand() -> None:
    found = gravity(OD, [100, 10, 1], decay=ExponentialDecay(0.1))
    assert found[0] == pytest.approx(100 * math.exp(-0.5) + 10 * math.exp(-2.5) + math.exp(-1.2))
    assert found[2] == 0


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: k_nearest(OD, 0), BadParameter),
        (lambda: k_nearest(OD, True), BadParameter),
        (lambda: k_nearest(OD, 1.5), BadParameter),  # type: ignore[arg-type]
        (lambda: cumulative_opportunities(OD, [1, 2], threshold_min=9), BadCounts),
        (lambda: cumulative_opportunities(OD, [1, 2, "many"], threshold_min=9), BadCounts),
        (lambda: cumulative_opportunities(OD, [1, 2, 3], threshold_min=-9), BadParameter),
    ],
)
def test_bad_requests_are_refused(call: Callable[[], Any], kind: type[AccessibilityError]) -> None:
    with pytest.raises(kind):
        call()
