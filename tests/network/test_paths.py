from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra
from street_samples import WALK_M_PER_MIN, as_matrix, as_networkx, grid_lines, network_of, node_at

from gisplan.network import build_network
from gisplan.network.errors import BadParameter
from gisplan.network.paths import Reached, Seeds, reach
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

CITY = build_network(generate_city(CityPlan(columns=45, rows=40), seed=11))[0]


def from_node(*nodes: int) -> Seeds:
    return Seeds(np.array(nodes, dtype=np.int32), np.zeros(len(nodes)))


def as_dict(reached: Reached) -> dict[int, float]:
    return dict(zip(reached.node.tolist(), reached.cost_min.tolist(), strict=True))


def test_times_in_a_perfect_grid_are_manhattan_distances() -> None:
    network = network_of(grid_lines(21, 21))
    reached = reach(network, from_node(node_at(network, 1000, 1000)), minutes=10, mode="walk")
    away_m = np.abs(network.node_x_m - 1000) + np.abs(network.node_y_m - 1000)
    inside = np.flatnonzero(away_m <= 10 * WALK_M_PER_MIN + 1e-9)
    assert sorted(reached.node) == inside.tolist()
    np.testing.assert_allclose(reached.cost_min, away_m[reached.node] / WALK_M_PER_MIN, rtol=1e-12)


def test_one_way_ring_goes_round_the_long_way() -> None:
    corners = [[0, 0], [400, 0], [400, 400], [0, 400]]
    ring = [[corners[k], corners[(k + 1) % 4]] for k in range(4)]
    network = network_of(ring, highway="residential", oneway="yes")
    start, before = node_at(network, 0, 0), node_at(network, 0, 400)
    by_bike = as_dict(reach(network, from_node(start), minutes=60, mode="bike"))
    on_foot = as_dict(reach(network, from_node(start), minutes=60, mode="walk"))
    assert by_bike[before] == pytest.approx(1200 / 200)
    assert on_foot[before] == pytest.approx(400 / 80)


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
def test_bounded_search_agrees_with_scipy(mode: Mode) -> None:
    matrix = as_matrix(CITY, mode)
    for source in np.random.default_rng(2).integers(0, CITY.n_nodes, 12):
        expected = dijkstra(matrix, indices=source, limit=9)
        reached = reach(CITY, from_node(source), minutes=9, mode=mode)
        assert sorted(reached.node) == np.flatnonzero(np.isfinite(expected)).tolist()
        np.testing.assert_allclose(reached.cost_min, expected[reached.node], rtol=0, atol=1e-9)


@pytest.mark.parametrize("mode", ["walk", "bike"])
def test_search_from_several_seeds_agrees_with_networkx(mode: Mode) -> None:
    graph = as_networkx(CITY, mode)
    seeds = Seeds(np.array([5, 900, 1500], dtype=np.int32), np.array([0.0, 2.5, 1.0]))
    graph.add_weighted_edges_from([("origin", int(n), c) for n, c in zip(*seeds, strict=True)])
    expected = nx.single_source_dijkstra_path_length(graph, "origin", cutoff=12)
    expected.pop("origin")
    assert as_dict(reach(CITY, seeds, minutes=12, mode=mode)) == pytest.approx(expected, abs=1e-9)


def test_speed_divides_the_time() -> None:
    usual = as_dict(reach(CITY, from_node(7), minutes=12, mode="walk"))
    slow = as_dict(reach(CITY, from_node(7), minutes=16, mode="walk", speed_kmh=3.6))
    assert slow == pytest.approx({node: minutes / 0.75 for node, minutes in usual.items()})


def test_searches_do_not_disturb_each_other() -> None:
    sources = np.random.default_rng(4).integers(0, CITY.n_nodes, 40).tolist()
    alone = {source: as_dict(reach(CITY, from_node(source), minutes=8, mode="walk")) for source in sources}
    with ThreadPoolExecutor(4) as pool:
        again = pool.map(lambda source: reach(CITY, from_node(source), minutes=8, mode="walk"), sources[::-1])
    assert [as_dict(found) for found in again] == [alone[source] for source in sources[::-1]]


def test_seed_beyond_the_limit_reaches_nothing() -> None:
    late = Seeds(np.array([3], dtype=np.int32), np.array([5.1]))
    assert len(reach(CITY, late, minutes=5, mode="walk").node) == 0


def test_node_without_a_street_of_the_mode_reaches_itself() -> None:
    network = network_of([[[0, 0], [100, 0]]], highway="footway")
    assert as_dict(reach(network, from_node(0), minutes=5, mode="car")) == {0: 0.0}


def test_more_seeds_than_nodes_do_no_harm() -> None:
    network = network_of([[[0, 0], [100, 0]]])
    many = Seeds(np.tile(np.array([0, 1], dtype=np.int32), 500), np.linspace(4, 0, 1000))
    assert as_dict(reach(network, many, minutes=5, mode="walk")) == pytest.approx(
        {0: many.cost_min[-2], 1: 0}
    )


@pytest.mark.parametrize(("node", "cost_min"), [(-1, 0), (10**6, 0), (0, -1), (0, np.nan)])
def test_seed_that_is_no_node_or_costs_less_than_nothing_is_refused(node: int, cost_min: float) -> None:
    with pytest.raises(BadParameter, match=f"found node {node} at {float(cost_min)}"):
        reach(CITY, Seeds(np.array([node]), np.array([cost_min], dtype=float)), minutes=5, mode="walk")


@pytest.mark.parametrize("minutes", [0, -5, 10_000, float("nan"), float("inf")])
def test_minutes_out_of_range_are_refused_by_value(minutes: float) -> None:
    with pytest.raises(BadParameter, match=f"found {minutes};"):
        reach(CITY, from_node(0), minutes=minutes, mode="walk")
