from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array

from gisplan.accessibility import (
    Decay,
    ExponentialDecay,
    FloatingCatchment,
    GaussianDecay,
    LinearDecay,
    StepDecay,
    balanced_fca,
    enhanced_two_step_fca,
    three_step_fca,
    two_step_fca,
)
from gisplan.accessibility.errors import AccessibilityError, BadCounts, BadMatrix, BadParameter

# three villages, two surgeries; the third village is cut off
OD = np.array([[5.0, 25], [10, 12], [np.inf, np.inf]])
PEOPLE = np.array([100.0, 300, 50])
SUPPLY = np.array([8.0, 3])
DECAYS: list[Decay] = [
    StepDecay((15.0,)),
    StepDecay((10.0, 20.0, 30.0), (1.0, 0.68, 0.22)),
    LinearDecay(30.0),
    ExponentialDecay(0.1),
    ExponentialDecay(200.0),
    GaussianDecay(10.0, threshold_min=30.0),
]
CONSERVING = [enhanced_two_step_fca, three_step_fca]
ALL: list[Callable[..., FloatingCatchment]] = [*CONSERVING, balanced_fca]


def as_sparse(od: np.ndarray[Any, Any]) -> csr_array:
    row, column = np.nonzero(np.isfinite(od))
    return csr_array((od[row, column], (row, column)), shape=od.shape)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(0, 6))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    od = rng.uniform(0, 60, (rows, columns))
    od[rng.random(od.shape) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = np.inf
    people = np.where(rng.random(rows) < 0.2, 0, rng.integers(1, 5000, rows)).astype(float)
    return od, people, rng.integers(0, 50, columns).astype(float)


def test_two_steps_by_hand() -> None:
    found = two_step_fca(OD, people=PEOPLE, supply=SUPPLY, threshold_min=12)
    # surgery 0 has both villages, surgery 1 the second alone, exactly at the limit
    np.testing.assert_allclose(found.ratio, [8 / 400, 3 / 300])
    np.testing.assert_allclose(found.access, [0.02, 0.03, 0])
    assert found.reaches_nothing.tolist() == [False, False, True]
    assert found.without_demand.tolist() == [False, False]


def test_enhanced_two_steps_by_hand() -> None:
    found = enhanced_two_step_fca(OD, people=PEOPLE, supply=SUPPLY)
    ratio = np.array([8 / (100 + 300), 3 / (100 * 0.22 + 300 * 0.68)])
    np.testing.assert_allclose(found.access, [ratio[0] + 0.22 * ratio[1], ratio[0] + 0.68 * ratio[1], 0])


def test_three_steps_by_hand() -> None:
    found = three_step_fca(OD, people=PEOPLE, supply=SUPPLY)
    weights = np.array([[1, 0.22], [1, 0.68]])
    chosen = weights / weights.sum(axis=1, keepdims=True) * weights
    ratio = SUPPLY / (chosen.T @ PEOPLE[:2])
    np.testing.assert_allclose(found.access, [*(chosen @ ratio), 0])


def test_balanced_by_hand() -> None:
    found = balanced_fca(OD, people=PEOPLE, supply=SUPPLY)
    weights = np.array([[1, 0.22], [1, 0.68]])
    demand = (weights / weights.sum(axis=1, keepdims=True)).T @ PEOPLE[:2]
    np.testing.assert_allclose(found.demand, demand)
    np.testing.assert_allclose(found.access, [*(weights / weights.sum(axis=0) @ (SUPPLY / demand)), 0])


@pytest.mark.parametrize("method", CONSERVING)
@given(case=cases(), decay=st.sampled_from(DECAYS))
@settings(max_examples=60, deadline=None)
def test_supply_is_conserved_over_facilities_with_demand(method: Any, case: Any, decay: Decay) -> None:
    od, people, supply = case
    found = method(od, people=people, supply=supply, decay=decay)
    assert found.access @ people == pytest.approx(supply[~found.without_demand].sum(), rel=1e-9)
    assert found.access.shape == people.shape
    assert np.isfinite(found.access).all()
    assert not found.access[found.reaches_nothing].any()


@given(case=cases(), decay=st.sampled_from(DECAYS))
@settings(max_examples=60, deadline=None)
def test_balanced_keeps_people_and_levels_of_service(case: Any, decay: Decay) -> None:
    od, people, supply = case
    found = balanced_fca(od, people=people, supply=supply, decay=decay)
    reaching = ~found.reaches_nothing
    assert found.demand.sum() == pytest.approx(people[reaching].sum(), rel=1e-9)
    assert found.access.sum() == pytest.approx(found.ratio.sum(), rel=1e-9)
    assert np.isfinite(found.access).all()


@pytest.mark.parametrize("method", ALL)
@given(case=cases())
@settings(max_examples=30, deadline=None)
def test_order_of_rows_and_sparse_storage_change_nothing(method: Any, case: Any) -> None:
    od, people, supply = case
    found = method(od, people=people, supply=supply)
    turned = method(od[::-1], people=people[::-1], supply=supply)
    np.testing.assert_allclose(turned.access[::-1], found.access, rtol=1e-12)
    sparse = method(as_sparse(od), people=people, supply=supply)
    for name in ("access", "ratio", "demand"):
        np.testing.assert_allclose(getattr(sparse, name), getattr(found, name), rtol=1e-12)
    assert (sparse.reaches_nothing == found.reaches_nothing).all()


def test_stored_zero_minutes_are_in_reach() -> None:
    od = csr_array((np.array([0.0]), (np.array([0]), np.array([0]))), shape=(2, 1))
    found = two_step_fca(od, people=[10, 10], supply=[5], threshold_min=1)
    assert found.access.tolist() == [0.5, 0]


def test_facility_that_nobody_reaches_gives_nothing_and_is_told() -> None:
    od = [[5.0, np.inf], [5, 40]]
    found = two_step_fca(od, people=[10, 0], supply=[1, 7], threshold_min=30)
    assert found.without_demand.tolist() == [False, True]
    assert found.access.tolist() == [0.1, 0.1]


def test_catchment_of_places_without_people_has_no_demand() -> None:
    found = two_step_fca([[5.0], [90]], people=[0, 10], supply=[4], threshold_min=30)
    assert found.without_demand.tolist() == [True]
    assert found.access.tolist() == [0, 0]


@pytest.mark.parametrize("method", ALL)
def test_no_facility_gives_zero_to_everyone(method: Any) -> None:
    found = method(np.empty((3, 0)), people=PEOPLE, supply=[])
    assert found.access.tolist() == [0, 0, 0]
    assert found.reaches_nothing.all()


def test_inputs_are_not_changed() -> None:
    copies = OD.copy(), PEOPLE.copy(), SUPPLY.copy()
    for method in ALL:
        method(OD, people=PEOPLE, supply=SUPPLY, decay=GaussianDecay(5))
    for before, after in zip(copies, (OD, PEOPLE, SUPPLY), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"od_min": [[1.0, np.nan]] * 3}, BadMatrix, "found nan from origin 0 to destination 1"),
        ({"od_min": [[1.0, 2]] * 2 + [[-4.0, 2]]}, BadMatrix, "found -4 from origin 2 to destination 0"),
        ({"od_min": np.empty((0, 2))}, BadMatrix, "an origin at least"),
        ({"od_min": [1.0, 2, 3]}, BadMatrix, r"found \(3,\)"),
        ({"od_min": [["near", "far"]] * 3}, BadMatrix, "numbers only"),
        ({"od_min": csr_array(np.array([[1.0, np.nan]] * 3))}, BadMatrix, "found nan"),
        ({"people": [1, 2]}, BadCounts, r"people of shape \(3,\)"),
        ({"people": [1, 2, np.nan]}, BadCounts, "found nan at position 2"),
        ({"people": [1, 2, np.inf]}, BadCounts, "found inf at position 2"),
        ({"supply": [1, -2]}, BadCounts, "supply of 0 or more, found -2 at position 1"),
        ({"supply": [[1, 2]]}, BadCounts, "supply of shape"),
        ({"threshold_min": 0}, BadParameter, "threshold_min above 0"),
        ({"threshold_min": float("nan")}, BadParameter, "threshold_min above 0"),
        ({"threshold_min": float("inf")}, BadParameter, "threshold_min above 0"),
    ],
)
def test_bad_input_is_one_sentence(
    change: dict[str, Any], kind: type[AccessibilityError], sentence: str
) -> None:
    given_ = {"od_min": OD, "people": PEOPLE, "supply": SUPPLY, "threshold_min": 30} | change
    with pytest.raises(kind, match=sentence) as caught:
        two_step_fca(given_.pop("od_min"), **given_)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_pair_stored_twice_is_refused() -> None:
    zeros = np.zeros(2, dtype=np.int32)
    twice = csr_array((np.array([3.0, 4.0]), zeros, np.array([0, 2])), shape=(1, 1))
    with pytest.raises(BadMatrix, match="stored twice"):
        two_step_fca(twice, people=[1], supply=[1], threshold_min=5)


def test_matrix_in_coordinates_is_taken_too() -> None:
    od = coo_array((np.array([3.0]), (np.array([0]), np.array([1]))), shape=(1, 2))
    assert two_step_fca(od, people=[2], supply=[1, 1], threshold_min=5).access.tolist() == [0.5]


def test_equal_to_pysal_access_on_the_rows_it_returns() -> None:
    access = pytest.importorskip("access", reason="PySAL access is a peer of the benchmarks, see bench fca")
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(5)
    od, people, supply = rng.uniform(0, 60, (40, 9)), rng.integers(1, 99, 40), rng.integers(1, 9, 9)
    frame = pandas.DataFrame(
        {"origin": np.repeat(np.arange(40), 9), "dest": np.tile(np.arange(9), 40), "cost": od.ravel()}
    )
    peer = access.Access(
        demand_df=pandas.DataFrame({"id": np.arange(40), "people": people}),
        demand_index="id",
        demand_value="people",
        supply_df=pandas.DataFrame({"id": np.arange(9), "supply": supply}),
        supply_index="id",
        supply_value="supply",
        cost_df=frame,
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )
    peer.two_stage_fca(name="found", max_cost=30)
    ours = two_step_fca(od, people=people, supply=supply, threshold_min=30).access
    theirs = peer.access_df["found_supply"].dropna()
    np.testing.assert_allclose(ours[theirs.index], theirs, rtol=1e-9)
