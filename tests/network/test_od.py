import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from street_samples import WALK_M_PER_MIN, directed_edges, grid_lines, network_of, shuffled

from gisplan.network import SnapStatus, StreetNetwork, Travel, build_network, cores, od, od_matrix
from gisplan.network.errors import BadParameter, BadPoint, UnknownMode
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

RAW = generate_city(CityPlan(columns=30, rows=25), seed=13)
CITY = build_network(RAW)[0]
places = st.lists(st.tuples(st.floats(-100, 3000), st.floats(-100, 2400)), min_size=1, max_size=6)


def od_min(
    network: StreetNetwork, origins_m: object, destinations_m: object, mode: Mode = "walk", **travel: float
) -> NDArray[np.float64]:
    return od_matrix(network, origins_m, destinations_m, Travel(mode, **travel)).od_min


def draw_points(n: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform((0, 0), (2900, 2300), (n, 2))


def scipy_od_min(network: StreetNetwork, origins_m: object, destinations_m: object, mode: Mode) -> object:
    """The points made nodes of the graph by GEOS, their streets cut there; the rest is scipy's."""
    owner = np.repeat(np.arange(network.n_edges), np.diff(network.coord_offsets))
    streets = shapely.linestrings(network.coords_m, indices=owner)
    cost_min = network.edge_min(mode)
    usable = np.flatnonzero(np.isfinite(cost_min).any(axis=1))
    points = shapely.points(np.concatenate((origins_m, destinations_m)))
    _, near = shapely.STRtree(streets[usable]).query_nearest(points, all_matches=False)
    edge = usable[near]
    share = shapely.line_locate_point(streets[edge], points, normalized=True)
    connector_min = shapely.distance(streets[edge], points) / WALK_M_PER_MIN
    arcs = list(directed_edges(network, mode))
    for k in range(len(points)):
        point = network.n_nodes + k
        stops = [(0.0, network.edge_tail[edge[k]]), (1.0, network.edge_head[edge[k]])]
        stops += [(share[j], network.n_nodes + j) for j in np.flatnonzero(edge == edge[k]) if j != k]
        for where, node in stops:
            ahead_min, back_min = abs(where - share[k]) * np.where(
                np.isfinite(cost_min[edge[k]]), cost_min[edge[k]], 1e9
            )
            leave, come = (ahead_min, back_min) if where > share[k] else (back_min, ahead_min)
            arcs += [(point, int(node), leave), (int(node), point, come)]
    best: dict[tuple[int, int], float] = {}
    for tail, head, minutes in arcs:
        best[tail, head] = max(min(minutes, best.get((tail, head), np.inf)), 1e-300)
    rows, columns = zip(*best, strict=True)
    size = network.n_nodes + len(points)
    graph = csr_array((list(best.values()), (rows, columns)), shape=(size, size))
    n = len(origins_m)
    found = dijkstra(graph, indices=network.n_nodes + np.arange(n))[:, network.n_nodes + n :]
    return found + connector_min[:n, None] + connector_min[None, n:]


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
def test_times_from_door_to_door_agree_with_scipy_on_points_cut_into_the_streets(mode: Mode) -> None:
    origins_m, destinations_m = draw_points(25, 1), draw_points(40, 2)
    expected = scipy_od_min(CITY, origins_m, destinations_m, mode)
    np.testing.assert_allclose(od_min(CITY, origins_m, destinations_m, mode), expected, rtol=0, atol=1e-6)


def test_times_in_a_perfect_grid_are_manhattan_distances() -> None:
    network = network_of(grid_lines(11, 11))
    points_m = np.array([[x, y] for x in (0, 300, 1000) for y in (100, 700)], dtype=float)
    manhattan_m = np.abs(points_m[:, None] - points_m[None]).sum(axis=2)
    np.testing.assert_array_equal(od_min(network, points_m, points_m), manhattan_m / WALK_M_PER_MIN)


def test_both_connectors_are_walked() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    assert od_min(network, [[100, 40]], [[900, -80]], "bike") == pytest.approx(800 / 200 + 120 / 80)


def test_two_points_of_one_street_are_as_far_as_the_stretch_between() -> None:
    ring = [[[0, 0], [300, 0]], [[300, 0], [300, 300], [0, 300], [0, 0]]]
    network = network_of(ring, highway="residential", oneway="yes")
    ahead, behind = od_min(network, [[100, 0]], [[200, 0], [50, 0]], "bike")[0]
    assert (ahead, behind) == (pytest.approx(100 / 200), pytest.approx((1200 - 50) / 200))
    assert od_min(network, [[100, 0]], [[200, 0], [50, 0]])[0] == pytest.approx([100 / 80, 50 / 80])


def test_point_to_itself_costs_its_connectors_alone() -> None:
    network = network_of([[[0, 0], [300, 0]]], highway="residential", oneway="yes")
    assert od_min(network, [[100, 8]], [[100, 8]], "bike") == pytest.approx(0.2)


@settings(max_examples=25, deadline=None)
@given(origins_m=places, destinations_m=places, mode=st.sampled_from(["walk", "bike", "car"]))
def test_one_origin_alone_gives_the_same_numbers_as_among_others(
    origins_m: list[tuple[float, float]], destinations_m: list[tuple[float, float]], mode: Mode
) -> None:
    together = od_min(CITY, origins_m, destinations_m, mode)
    for k, origin_m in enumerate(origins_m):
        np.testing.assert_array_equal(od_min(CITY, [origin_m], destinations_m, mode)[0], together[k])
    for k, destination_m in enumerate(destinations_m):
        np.testing.assert_array_equal(od_min(CITY, origins_m, [destination_m], mode)[:, 0], together[:, k])
    np.testing.assert_array_equal(od_min(CITY, origins_m[::-1], destinations_m, mode)[::-1], together)


def test_walking_times_are_symmetric_to_the_last_bit() -> None:
    points_m = draw_points(30, 5)
    found = od_min(CITY, points_m, points_m)
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("seed", [3, 4])
def test_times_do_not_depend_on_the_numbering_of_the_streets(seed: int) -> None:
    other = build_network(shuffled(RAW, seed))[0]
    points_m = draw_points(8, seed)
    np.testing.assert_array_equal(od_min(CITY, points_m, points_m), od_min(other, points_m, points_m))


def test_times_do_not_depend_on_the_number_of_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    points_m = draw_points(30, 6)
    found = {}
    for cores_used in (1, 7):
        monkeypatch.setattr(cores, "_cores", lambda n=cores_used: n)
        found[cores_used] = od_min(CITY, points_m, points_m, "car")
    np.testing.assert_array_equal(found[1], found[7])


def test_the_longest_time_is_inclusive_and_more_is_inf() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    found = od_min(network, [[0, 0]], [[400, 0], [401, 0]], minutes=5)
    assert found.tolist() == [[5.0, np.inf]]


def test_longer_time_adds_destinations_and_changes_no_number() -> None:
    points_m = draw_points(20, 7)
    short, long = (od_min(CITY, points_m, points_m, "bike", minutes=minutes) for minutes in (4, 9))
    near = np.isfinite(short)
    assert 0 < near.sum() < np.isfinite(long).sum()
    np.testing.assert_array_equal(short[near], long[near])
    assert long[~near].min() > 4


def test_slower_walk_takes_longer_in_proportion() -> None:
    points_m = np.column_stack((CITY.node_x_m, CITY.node_y_m))[:10]
    usual, slow = od_min(CITY, points_m, points_m), od_min(CITY, points_m, points_m, speed_kmh=3.6)
    np.testing.assert_allclose(slow, usual / 0.75, rtol=1e-12)


def test_one_bad_origin_is_told_and_stops_nothing() -> None:
    network = network_of([*grid_lines(8, 8), [[1000, 0], [1000, 300]]])
    origins_m = [[100, 0], [9e5, 9e5], [1010, 100]]
    found = od_matrix(network, origins_m, [[0, 0], [1000, 300]], Travel("walk"))
    assert found.origins.status == (SnapStatus.SNAPPED, SnapStatus.TOO_FAR, SnapStatus.ISOLATED)
    assert found.od_min.tolist() == [[1.25, np.inf], [np.inf, np.inf], [np.inf, 210 / 80]]


def test_far_bank_is_as_far_as_the_bridge() -> None:
    network = network_of([*grid_lines(2, 11), *grid_lines(2, 11, x0_m=150), [[100, 1000], [150, 1000]]])
    assert od_min(network, [[100, 0]], [[150, 0]])[0, 0] == pytest.approx((1000 + 50 + 1000) / 80)


def test_no_points_give_an_empty_matrix_of_the_right_shape() -> None:
    none_m = np.zeros((0, 2))
    assert od_min(CITY, none_m, draw_points(3, 1)).shape == (0, 3)
    assert od_min(CITY, draw_points(3, 1), none_m).shape == (3, 0)


def test_bad_input_is_refused_by_its_kind() -> None:
    with pytest.raises(BadPoint, match="position 1;"):
        od_min(CITY, [[0, 0], [np.nan, 0]], [[0, 0]])
    with pytest.raises(UnknownMode, match="'boat'"):
        Travel("boat")
    with pytest.raises(BadParameter, match="found 10000;"):
        Travel("walk", minutes=10_000)
    with pytest.raises(BadParameter, match="connector_kmh above 0"):
        Travel("walk", connector_kmh=0)


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
@pytest.mark.parametrize("sides", [(12, 30), (30, 12)])
@pytest.mark.parametrize("minutes", [7.0, 240.0])
def test_times_through_the_smaller_graph_are_the_same_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch, mode: Mode, sides: tuple[int, int], minutes: float
) -> None:
    origins_m, destinations_m = draw_points(sides[0], 7), draw_points(sides[1], 8)
    found = {}
    for worth in (0, 10**9):
        monkeypatch.setattr(od, "WORTH_A_CORE", worth)
        found[worth] = od_min(CITY, origins_m, destinations_m, mode, minutes=minutes)
    assert np.isfinite(found[0]).any()
    np.testing.assert_array_equal(found[0], found[10**9])
