import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from street_samples import as_matrix, grid_lines, network_of, node_at

from gisplan.network import SnapStatus, StreetNetwork, Travel, build_network, k_nearest, nearest_by_node
from gisplan.network.errors import BadParameter, BadPoint
from gisplan.network.od import od_matrix
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

CITY = build_network(generate_city(CityPlan(columns=30, rows=25), seed=17))[0]


def crossings(network: StreetNetwork, n: int) -> NDArray[np.int64]:
    """Nodes with a street for every mode around, drawn with a seed."""
    return np.random.default_rng(3).choice(network.n_nodes, n, replace=False)


def places_of(network: StreetNetwork, nodes: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.column_stack((network.node_x_m, network.node_y_m))[nodes]


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
@pytest.mark.parametrize("towards", [False, True])
def test_nearest_of_all_agrees_with_scipy(mode: Mode, towards: bool) -> None:
    nodes = crossings(CITY, 12)
    found = nearest_by_node(CITY, places_of(CITY, nodes), Travel(mode, minutes=9), towards=towards)
    matrix = as_matrix(CITY, mode)
    each = dijkstra(matrix.T if towards else matrix, indices=nodes, limit=9)
    assert 0 < np.isfinite(each.min(axis=0)).sum() <= CITY.n_nodes
    np.testing.assert_allclose(found.minutes, each.min(axis=0), rtol=0, atol=1e-6)
    reached = np.flatnonzero(np.isfinite(found.minutes))
    assert found.place[np.isinf(found.minutes)].tolist() == [-1] * (CITY.n_nodes - len(reached))
    np.testing.assert_allclose(each[found.place[reached], reached], found.minutes[reached], rtol=0, atol=1e-6)


def test_node_between_two_places_belongs_to_the_first() -> None:
    network = network_of(grid_lines(5, 5))
    places_m = [[400, 200], [0, 200]]
    found = nearest_by_node(network, places_m, Travel("walk"))
    other = nearest_by_node(network, places_m[::-1], Travel("walk"))
    middle = network.node_x_m == 200
    assert set(found.place[middle]) == {0}
    assert set(other.place[middle]) == {0}
    np.testing.assert_array_equal(found.place[~middle], 1 - other.place[~middle])
    np.testing.assert_array_equal(found.minutes, other.minutes)


def test_connector_and_part_of_the_edge_are_counted() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    found = nearest_by_node(network, [[300, 40]], Travel("walk"))
    assert found.minutes[node_at(network, 0, 0)] == pytest.approx(340 / 80)
    assert found.minutes[node_at(network, 1000, 0)] == pytest.approx(740 / 80)


def test_who_gets_there_and_who_is_reached_differ_on_a_one_way_street() -> None:
    network = network_of([[[0, 0], [400, 0]], [[400, 0], [800, 0]]], highway="residential", oneway="yes")
    reached, reaching = (
        nearest_by_node(network, [[400, 0]], Travel("bike"), towards=towards).minutes[
            [node_at(network, 0, 0), node_at(network, 800, 0)]
        ]
        for towards in (False, True)
    )
    assert (reached.tolist(), reaching.tolist()) == ([np.inf, 2], [2, np.inf])


def test_place_too_far_is_told_and_is_nobodys_nearest() -> None:
    found = nearest_by_node(CITY, [[9e5, 9e5], [500, 500]], Travel("walk"))
    assert found.places.status[0] is SnapStatus.TOO_FAR
    assert set(found.place[np.isfinite(found.minutes)]) == {1}


def test_no_place_reaches_no_node() -> None:
    found = nearest_by_node(CITY, np.zeros((0, 2)), Travel("walk"))
    assert np.isinf(found.minutes).all()
    assert (found.place == -1).all()


def test_k_nearest_are_the_least_of_the_row_in_order() -> None:
    draw = np.random.default_rng(8)
    origins_m, facilities_m = (draw.uniform(0, 2200, (n, 2)) for n in (40, 15))
    travel = Travel("walk", minutes=30)
    found = k_nearest(CITY, origins_m, facilities_m, travel, k=3)
    od_min = od_matrix(CITY, origins_m, facilities_m, travel).od_min
    np.testing.assert_array_equal(found.minutes, np.sort(od_min, axis=1)[:, :3])
    there = found.facility >= 0
    rows = np.nonzero(there)[0]
    np.testing.assert_array_equal(od_min[rows, found.facility[there]], found.minutes[there])


def test_fewer_facilities_than_k_leave_the_rest_unknown() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    found = k_nearest(network, [[0, 0], [9e5, 0]], [[800, 0], [80, 0]], Travel("walk", minutes=5), k=3)
    assert found.facility.tolist() == [[1, -1, -1], [-1, -1, -1]]
    assert found.minutes.tolist() == [[1, np.inf, np.inf], [np.inf] * 3]


def test_equal_times_go_to_the_first_facility() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    found = k_nearest(network, [[500, 0]], [[900, 0], [100, 0], [500, 40]], Travel("walk"), k=3)
    assert found.facility.tolist() == [[2, 0, 1]]


def test_bad_input_is_refused() -> None:
    with pytest.raises(BadParameter, match="k of 1 or more, found 0"):
        k_nearest(CITY, [[0, 0]], [[0, 0]], Travel("walk"), k=0)
    with pytest.raises(BadPoint):
        nearest_by_node(CITY, [[np.inf, 0]], Travel("walk"))
