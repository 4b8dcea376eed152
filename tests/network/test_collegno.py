"""The real streets of Collegno, read with networkx alone and projected by a plane formula of its own."""

import math
import os
import re
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from gisplan.network import RawStreets, StreetNetwork, build_network, service_areas
from gisplan.network.paths import Seeds, reach

SHARED = Path(os.environ.get("GISPLAN_SHARED", Path(__file__).parents[2].parent / "shared"))
FILE = SHARED / "data" / "network" / "collegno.graphml"
EARTH_M = 6_371_009.0
TAGS = ("highway", "oneway", "access", "junction", "maxspeed")

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/network/collegno.graphml is absent")


def plane_m(lon: float, lat: float) -> tuple[float, float]:
    return (math.radians(lon) * EARTH_M * math.cos(math.radians(45.09)), math.radians(lat) * EARTH_M)


def edge_points(
    graph: nx.MultiDiGraph, tail: str, head: str, data: dict[str, Any]
) -> list[tuple[float, float]]:
    if "geometry" in data:
        pairs = re.findall(r"(\S+) (\S+?)[,)]", data["geometry"].split("(", 1)[1])
        return [plane_m(float(lon), float(lat)) for lon, lat in pairs]
    return [plane_m(float(graph.nodes[n]["x"]), float(graph.nodes[n]["y"])) for n in (tail, head)]


@pytest.fixture(scope="module")
def graph() -> nx.MultiDiGraph:
    graph = nx.read_graphml(FILE)
    for tail, head, data in graph.edges(data=True):
        data["points"] = edge_points(graph, tail, head, data)
        data["length_m"] = sum(
            math.dist(a, b) for a, b in zip(data["points"], data["points"][1:], strict=False)
        )
    return graph


@pytest.fixture(scope="module")
def network(graph: nx.MultiDiGraph) -> StreetNetwork:
    names = list(graph.nodes)
    place = {name: k for k, name in enumerate(names)}
    xy_m = [plane_m(float(graph.nodes[n]["x"]), float(graph.nodes[n]["y"])) for n in names]
    ways, tags = [], {key: [] for key in TAGS}
    for tail, head, data in graph.edges(data=True):
        inner = data["points"][1:-1]
        ways.append([place[tail], *range(len(xy_m), len(xy_m) + len(inner)), place[head]])
        xy_m += inner
        for key in TAGS:
            tags[key].append(";".join(re.findall(r"'([^']*)'", data.get(key, ""))) or data.get(key))
    x_m, y_m = np.array(xy_m).T
    offsets = np.concatenate(([0], np.cumsum([len(way) for way in ways])))
    keys = np.array([*map(int, names), *range(-len(xy_m) + len(names), 0)])
    return build_network(RawStreets(keys, x_m, y_m, offsets, np.concatenate(ways).astype(np.int32), tags))[0]


def walked_minutes(data: dict[str, Any]) -> float | None:
    values = set(re.findall(r"\w+", data["highway"]))
    closed = values & {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "construction",
        "proposed",
        "bridleway",
    }
    metres_a_minute = 80 / 3 if "steps" in values else 80
    shut = closed or data.get("access") in {"no", "private", "permit"}
    return None if shut else data["length_m"] / metres_a_minute


def driven_minutes(data: dict[str, Any]) -> float | None:
    closed = {
        "footway",
        "cycleway",
        "path",
        "pedestrian",
        "steps",
        "track",
        "bridleway",
        "corridor",
        "elevator",
    }
    values = set(re.findall(r"\w+", data["highway"]))
    if values & closed or data.get("access") in {"no", "private", "permit"} or "maxspeed" not in data:
        return None
    return data["length_m"] / (0.8 * min(map(float, re.findall(r"\d+", data["maxspeed"]))) * 1000 / 60)


def test_every_direction_of_the_file_is_one_side_of_an_edge(
    graph: nx.MultiDiGraph, network: StreetNetwork
) -> None:
    assert (
        network.edge_length_m.sum()
        < sum(data["length_m"] for *_, data in graph.edges(data=True))
        < (2 * network.edge_length_m.sum())
    )


def test_walking_times_agree_with_networkx_from_ten_places(
    graph: nx.MultiDiGraph, network: StreetNetwork
) -> None:
    peer = nx.Graph()
    for tail, head, data in graph.edges(data=True):
        minutes = walked_minutes(data)
        if minutes is not None and minutes < peer.get_edge_data(tail, head, {"minutes": np.inf})["minutes"]:
            peer.add_edge(tail, head, minutes=minutes)
    of_key = {int(key): k for k, key in enumerate(network.node_key)}
    for source in list(peer.nodes)[::261]:
        expected = nx.single_source_dijkstra_path_length(peer, source, cutoff=15, weight="minutes")
        start = Seeds(np.array([of_key[int(source)]], dtype=np.int32), np.zeros(1))
        found = reach(network, start, minutes=15, mode="walk")
        assert dict(zip(network.node_key[found.node].tolist(), found.cost_min.tolist(), strict=True)) == (
            pytest.approx({int(name): minutes for name, minutes in expected.items()}, abs=1e-6)
        )


def test_driven_directions_with_a_limit_cost_what_the_file_says(
    graph: nx.MultiDiGraph, network: StreetNetwork
) -> None:
    of_key = {int(key): k for k, key in enumerate(network.node_key)}
    cost_min = network.edge_min("car")
    ours = {}
    for edge, ends in enumerate(zip(network.edge_tail.tolist(), network.edge_head.tolist(), strict=True)):
        for direction, pair in enumerate((ends, ends[::-1])):
            ours.setdefault(pair, []).append(cost_min[edge, direction])
    checked = 0
    for tail, head, data in graph.edges(data=True):
        minutes = driven_minutes(data)
        if minutes is not None:
            near = min(ours[of_key[int(tail)], of_key[int(head)]], key=lambda value: abs(value - minutes))
            assert near == pytest.approx(minutes, abs=1e-6)
            checked += 1
    assert checked > 500


def test_bands_of_real_streets_are_valid_nested_and_within_the_walk(network: StreetNetwork) -> None:
    draw = np.random.default_rng(0).integers(0, network.n_nodes, 12)
    points_m = np.column_stack((network.node_x_m, network.node_y_m))[draw] + 15
    for point_m, area in zip(
        points_m, service_areas(network, points_m, minutes=[5, 10, 15], mode="walk"), strict=True
    ):
        for shorter, longer in zip(area.bands, area.bands[1:], strict=False):
            assert longer.polygon.covers(shorter.polygon)
        for band in area.bands:
            assert band.polygon.is_valid
            low_x, low_y, high_x, high_y = band.polygon.bounds
            farthest_m = max(point_m[0] - low_x, high_x - point_m[0], point_m[1] - low_y, high_y - point_m[1])
            assert farthest_m <= band.minutes * 80 + 26
