"""Real streets of three cities: cost and reach beside scipy, networkx and igraph."""

import math
import os
from pathlib import Path

import igraph
import networkx as nx
import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra
from street_samples import as_matrix, as_networkx, directed_edges

from gisplan.network import (
    RawStreets,
    StreetNetwork,
    Travel,
    build_network,
    nearest_by_node,
    od_matrix,
    service_areas,
)
from gisplan.network.paths import Seeds, reach
from gisplan.network.profiles import Mode
from layers.streets import read_streets

FOLDER = (
    Path(os.environ.get("GISPLAN_SHARED", Path(__file__).parents[2].parent / "shared")) / "data" / "network"
)
CITIES = {
    "collegno.graphml": (2_000, 0.9),
    "torino_named_streets_noded.gpkg": (12_000, 0.9),
    "porto_alegre.osm.pbf": (19_000, 0.9),
}
EARTH_M = 6_371_009.0
TOLERANCE_MIN = 1e-6


@pytest.fixture(scope="module", params=CITIES)
def network(request: pytest.FixtureRequest) -> StreetNetwork:
    path = FOLDER / request.param
    if not path.exists():
        pytest.skip(f"../shared/data/network/{request.param} is absent")
    lines = read_streets(path)
    x_m = np.radians(lines.lon) * EARTH_M * math.cos(math.radians(float(lines.lat.mean())))
    raw = RawStreets(
        lines.node_key, x_m, np.radians(lines.lat) * EARTH_M, lines.way_offsets, lines.way_nodes, lines.tags
    )
    built, report = build_network(raw)
    nodes, share = CITIES[request.param]
    assert report.nodes > nodes
    assert report.largest_component_share > share
    return built


def modes_of(network: StreetNetwork) -> list[Mode]:
    modes: tuple[Mode, ...] = ("walk", "bike", "car")
    return [mode for mode in modes if np.isfinite(network.edge_min(mode)).any()]


def some_nodes(network: StreetNetwork, n: int) -> np.ndarray:
    return np.random.default_rng(12).choice(network.n_nodes, n, replace=False)


def reached_from(network: StreetNetwork, node: int, minutes: float, mode: Mode) -> dict[int, float]:
    found = reach(network, Seeds(np.array([node], dtype=np.int32), np.zeros(1)), minutes=minutes, mode=mode)
    return dict(zip(found.node.tolist(), found.cost_min.tolist(), strict=True))


def test_reach_and_cost_agree_with_scipy(network: StreetNetwork) -> None:
    for mode in modes_of(network):
        matrix = as_matrix(network, mode)
        for node in some_nodes(network, 8).tolist():
            expected = dijkstra(matrix, indices=node, limit=15)
            near = np.flatnonzero(np.isfinite(expected))
            assert reached_from(network, node, 15, mode) == pytest.approx(
                dict(zip(near.tolist(), expected[near].tolist(), strict=True)), abs=TOLERANCE_MIN
            )


def test_reach_and_cost_agree_with_networkx(network: StreetNetwork) -> None:
    for mode in modes_of(network):
        graph = as_networkx(network, mode)
        for node in some_nodes(network, 3).tolist():
            expected = nx.single_source_dijkstra_path_length(graph, node, cutoff=15)
            assert reached_from(network, node, 15, mode) == pytest.approx(expected, abs=TOLERANCE_MIN)


def test_reach_and_cost_agree_with_igraph(network: StreetNetwork) -> None:
    for mode in modes_of(network):
        tails, heads, weights = zip(*directed_edges(network, mode), strict=True)
        graph = igraph.Graph(n=network.n_nodes, edges=list(zip(tails, heads, strict=True)), directed=True)
        nodes = some_nodes(network, 8).tolist()
        for node, row in zip(nodes, graph.distances(nodes, weights=list(weights)), strict=True):
            expected = {k: cost_min for k, cost_min in enumerate(row) if cost_min <= 15}
            assert reached_from(network, node, 15, mode) == pytest.approx(expected, abs=TOLERANCE_MIN)


def test_matrix_between_nodes_agrees_with_igraph(network: StreetNetwork) -> None:
    for mode in modes_of(network):
        tails, heads, weights = zip(*directed_edges(network, mode), strict=True)
        graph = igraph.Graph(n=network.n_nodes, edges=list(zip(tails, heads, strict=True)), directed=True)
        usable = np.unique(np.concatenate((tails, heads)))
        nodes = np.random.default_rng(5).choice(usable, 25, replace=False)
        expected = np.array(graph.distances(nodes[:10].tolist(), nodes.tolist(), weights=list(weights)))
        expected[expected > 240] = np.inf
        points_m = np.column_stack((network.node_x_m, network.node_y_m))[nodes]
        found = od_matrix(network, points_m[:10], points_m, Travel(mode))
        apart = (found.origins.connector_m[:, None] > 0) | (found.destinations.connector_m[None] > 0)
        apart |= np.array([passed for passed in found.destinations.passed_over])[None]
        apart |= found.origins.passed_over[:, None]
        assert not apart.all()
        np.testing.assert_allclose(found.od_min[~apart], expected[~apart], rtol=0, atol=TOLERANCE_MIN)


def test_nearest_of_ten_places_agrees_with_scipy(network: StreetNetwork) -> None:
    arcs = np.diff(network.arcs("walk").start)
    nodes = np.random.default_rng(6).choice(np.flatnonzero(arcs > 0), 10, replace=False)
    points_m = np.column_stack((network.node_x_m, network.node_y_m))[nodes]
    found = nearest_by_node(network, points_m, Travel("walk", minutes=30))
    own = ~found.places.passed_over
    if not own.all():
        found = nearest_by_node(network, points_m[own], Travel("walk", minutes=30))
    expected = dijkstra(as_matrix(network, "walk"), indices=nodes[own], limit=30, min_only=True)
    np.testing.assert_allclose(found.minutes, expected, rtol=0, atol=TOLERANCE_MIN)


def test_bands_are_valid_nested_and_reach_no_farther_than_the_time(network: StreetNetwork) -> None:
    points_m = np.column_stack((network.node_x_m, network.node_y_m))[some_nodes(network, 6)] + 12
    for area in service_areas(network, points_m, minutes=[5, 10, 15], mode="walk"):
        for shorter, longer in zip(area.bands, area.bands[1:], strict=False):
            assert longer.polygon.covers(shorter.polygon)
            assert longer.length_m >= shorter.length_m
        assert all(band.polygon.is_valid for band in area.bands)
