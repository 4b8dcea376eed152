import networkx as nx
import numpy as np
import pytest
from street_samples import BLOCK_M, WALK_M_PER_MIN, grid_lines, network_of, node_at

from gisplan.network import StreetNetwork, build_network
from gisplan.network.parts import EdgeParts, Start, lengths_m, lines_of, reached_parts
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

PIECES = 40


def parts_from(network: StreetNetwork, start: Start, minutes: float, mode: Mode = "walk") -> EdgeParts:
    return reached_parts(network, start, minutes=[minutes], mode=mode)[0]


def at_node(network: StreetNetwork, x_m: float, y_m: float) -> Start:
    node = node_at(network, x_m, y_m)
    edge = int(np.flatnonzero((network.edge_tail == node) | (network.edge_head == node))[0])
    return Start(edge, 0.0 if network.edge_tail[edge] == node else 1.0, 0.0)


@pytest.mark.parametrize("blocks", [1, 3, 5.5])
def test_length_reached_in_a_perfect_grid_follows_from_arithmetic(blocks: float) -> None:
    network = network_of(grid_lines(15, 15))
    parts = parts_from(network, at_node(network, 700, 700), blocks * BLOCK_M / WALK_M_PER_MIN)
    whole = int(blocks)  # 4 k² sides within k blocks, and 4 (2 k + 1) begun beyond
    expected_m = 4 * whole**2 * BLOCK_M + 4 * (2 * whole + 1) * (blocks - whole) * BLOCK_M
    assert lengths_m(network, parts).sum() == pytest.approx(expected_m)


def test_edge_is_cut_where_the_time_ends() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    parts = parts_from(network, Start(0, 0.5, 0.0), 2.5)
    assert (parts.start.tolist(), parts.end.tolist()) == ([pytest.approx(0.3)], [pytest.approx(0.7)])


def test_time_spent_before_the_street_shortens_the_reach() -> None:
    network = network_of([[[0, 0], [1000, 0]]])
    assert lengths_m(network, parts_from(network, Start(0, 0.5, 1.0), 2.5)).sum() == pytest.approx(240)
    assert len(parts_from(network, Start(0, 0.5, 2.5), 2.5).edge) == 0


def test_edge_entered_from_both_ends_is_cut_at_both() -> None:
    # a triangle: from the corner at 0, both legs end on the far side 100 m before its middle
    network = network_of([[[0, 0], [300, 400]], [[0, 0], [-300, 400]], [[300, 400], [-300, 400]]])
    parts = parts_from(network, at_node(network, 0, 0), 700 / WALK_M_PER_MIN)
    far = lengths_m(network, parts)[network.edge_length_m[parts.edge] > 599]
    assert far.tolist() == [pytest.approx(200), pytest.approx(200)]


def test_edges_met_from_both_ends_are_whole() -> None:
    network = network_of([[[0, 0], [300, 400]], [[0, 0], [-300, 400]], [[300, 400], [-300, 400]]])
    parts = parts_from(network, at_node(network, 0, 0), 800 / WALK_M_PER_MIN)
    assert lengths_m(network, parts).sum() == pytest.approx(1600)
    assert len(parts.edge) == 3


def test_start_goes_only_with_the_one_way() -> None:
    network = network_of([[[0, 0], [1000, 0]]], highway="residential", oneway="yes")
    parts = parts_from(network, Start(0, 0.5, 0.0), 1.0, mode="bike")
    assert (parts.start.tolist(), parts.end.tolist()) == ([0.5], [pytest.approx(0.7)])


def test_start_edge_is_also_entered_from_its_far_end() -> None:
    # a one-way block: leaving forward, the start's own edge is entered again behind the start
    corners = [[0, 0], [100, 0], [100, 100], [0, 100]]
    ring = [[corners[k], corners[(k + 1) % 4]] for k in range(4)]
    network = network_of(ring, highway="residential", oneway="yes")
    edge = int(np.flatnonzero((network.coords_m[network.coord_offsets[:-1]] == [0, 0]).all(axis=1))[0])
    parts = parts_from(network, Start(edge, 0.5, 0.0), 380 / 200, mode="bike")
    own = parts.edge == edge
    assert sorted(zip(parts.start[own].round(9), parts.end[own].round(9), strict=True)) == [
        (0, 0.3),
        (0.5, 1),
    ]


def test_standing_at_a_node_opens_every_street_there() -> None:
    # the snapped edge leads into the node one-way; the other leaves it
    network = network_of([[[0, 0], [100, 0]], [[100, 0], [200, 0]]], highway="residential", oneway="yes")
    edge = int(np.flatnonzero(network.edge_head == node_at(network, 100, 0))[0])
    parts = parts_from(network, Start(edge, 1.0, 0.0), 1.0, mode="bike")
    assert lengths_m(network, parts).sum() == pytest.approx(100)


def test_lines_are_cut_like_their_parts() -> None:
    network = network_of([[[0, 0], [60, 0], [60, 40]], [[0, 0], [-100, 0]]])
    parts = parts_from(network, at_node(network, 0, 0), 1.0)
    lines = lines_of(network, parts)
    np.testing.assert_allclose([line.length for line in lines], lengths_m(network, parts))
    assert sorted(line.length for line in lines) == pytest.approx([80, 80])


@pytest.mark.parametrize("mode", ["walk", "bike"])
def test_reached_length_agrees_with_networkx_on_edges_cut_into_pieces(mode: Mode) -> None:
    network, _ = build_network(generate_city(CityPlan(columns=9, rows=9), seed=8))
    graph = nx.DiGraph()
    for edge, (tail, head) in enumerate(zip(network.edge_tail, network.edge_head, strict=True)):
        chain = [int(tail), *((edge, piece) for piece in range(1, PIECES)), int(head)]
        for direction, nodes in enumerate((chain, chain[::-1])):
            minutes = network.edge_min(mode)[edge, direction] / PIECES
            if np.isfinite(minutes):
                nx.add_path(graph, nodes, minutes=minutes, edge=edge)
    start = at_node(network, 400, 400)
    source = int(network.edge_tail[start.edge] if start.fraction == 0 else network.edge_head[start.edge])
    cost = nx.single_source_dijkstra_path_length(graph, source, weight="minutes")
    limit = 4.0
    pieces = {
        (data["edge"], frozenset((a, b)))
        for a, b, data in graph.edges(data=True)
        if cost.get(a, np.inf) + data["minutes"] <= limit
    }
    expected_m = sum(network.edge_length_m[edge] / PIECES for edge, _ in pieces)
    parts = parts_from(network, start, limit, mode=mode)
    cut = (parts.start > 0) | (parts.end < 1)
    slack_m = network.edge_length_m[parts.edge[cut]].sum() / PIECES
    assert 0 < slack_m < 0.05 * expected_m
    assert lengths_m(network, parts).sum() == pytest.approx(expected_m, abs=slack_m)
    assert {edge for edge, _ in pieces} <= set(parts.edge.tolist())
