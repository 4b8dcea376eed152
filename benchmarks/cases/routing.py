"""Searches, catchments and matrices on generated cities of 511,000 and 225,000 nodes, beside their peers."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.cities import (
    SEED,
    agree,
    each_s,
    generated,
    inner_nodes,
    new_points,
    points_of,
    write_graph,
    write_streets,
)
from benchmarks.frame import Bench, PeerResult, Row, Taken, peak_mb, taken_s
from benchmarks.hub_catchments import hub_rows
from gisplan.network import (
    StreetNetwork,
    Travel,
    load_network,
    nearest_by_node,
    od_matrix,
    save_network,
    service_areas,
)
from gisplan.network.paths import Seeds, reach
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan

CITY = CityPlan(columns=698, rows=698)
REGION = CityPlan(columns=463, rows=463)
TOWN = CityPlan(columns=150, rows=150)  # pandana prepares 511,000 nodes for longer than a quarter of an hour
TOLERANCE_MIN = 1e-6
PANDANA_TOLERANCE_MIN = 2.0  # pandana cuts each edge to whole thousandths: 0.5 % of a time of hours
PANDANA_LIMIT_S = 3600.0
GOALS = {
    "search, one origin, 15 min walk": 0.3,
    "catchment with people and places, walk 15 min, in the process, p50": 30,
    "catchment with people and places, walk 15 min, in the process, p95": 60,
    "catchment with people and places, bike 15 min, in the process, p50": 80,
    "catchment with people and places, bike 15 min, in the process, p95": 150,
    "catchment_http, people and places, walk 15 min, p95": 100,
    "115 hubs x 3 bands x walk and bike, polygons": 8,
    "115 hubs x 3 bands x walk and bike, people and places": 8,
    "matrix 312 x 312 by car": 5,
    "load the city's network": 1,
}
LENGTH_TOLERANCE = 1e-6


def run(bench: Bench) -> list[Row]:
    city = generated(bench, CITY, "city")
    city_file = write_graph(bench, city, "city", "walk")
    rows = [
        *_search(bench, city, city_file),
        *_pandana_search(bench),
        _nearest(bench, city, city_file),
        *_catchments(bench, city),
        _hubs(city),
        *hub_rows(bench, city),
        *_loading(bench, city),
    ]
    region = generated(bench, REGION, "region")
    rows += _matrix(bench, region, write_graph(bench, region, "region", "car"))
    bench.say(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return [replace(row, goal=GOALS.get(row.work)) for row in rows]


def _row(work: str, ours: Taken, peer: PeerResult | None, *, name: str = "", unit: str = "ms") -> Row:
    """One row, told in the log as soon as it is known: the whole takes some minutes."""
    scale = 1000 if unit == "ms" else 1
    wall, cpu = ours.wall_s * scale, ours.cpu_s * scale
    told = f", {name} {peer.value:.4g} {unit}" if peer else ""
    sys.stderr.write(f"{work}: ours {wall:.4g} {unit} (cpu {cpu:.4g}){told}; load {os.getloadavg()[0]:.1f}\n")
    if peer is None:
        return Row(work, wall, None, name, "", unit, peak_mb(), cpu)
    return Row(work, wall, peer.value, name, peer.command, unit, peak_mb(), cpu)


def _reached(network: StreetNetwork, file: Path, minutes: float) -> list[np.ndarray]:
    """Minutes to every node that each origin of the file reaches."""
    return [
        reach(
            network, Seeds(np.array([o], dtype=np.int32), np.zeros(1)), minutes=minutes, mode="walk"
        ).cost_min
        for o in np.load(file)["origins"]
    ]


def _search_taken(network: StreetNetwork, file: Path, minutes: float) -> Taken:
    wall_s, cpu_s = taken_s(lambda: _reached(network, file, minutes), repeats=9)
    origins = len(np.load(file)["origins"])
    return Taken(wall_s / origins, cpu_s / origins)


def _search(bench: Bench, network: StreetNetwork, file: Path) -> list[Row]:
    rows = []
    for minutes in (15, 30, 60):
        work = f"search, one origin, {minutes} min walk"
        ours = _search_taken(network, file, minutes)
        peer = bench.peer("routing_scipy.py", "search", file, str(minutes))
        sums = [float(cost_min.sum()) for cost_min in _reached(network, file, minutes)]
        agree(work, sums, peer.answer, TOLERANCE_MIN * 10_000)
        rows.append(_row(work, ours, peer, name="scipy dijkstra(limit=)"))
    return rows


def _pandana_search(bench: Bench) -> list[Row]:
    """On a town of its own; on the whole city only where minutes may be spent (`--large`)."""
    town = generated(bench, TOWN, "town")
    cities = {"town": (town, write_graph(bench, town, "town", "walk"))}
    if bench.large:
        city = generated(bench, CITY, "city")
        cities["city"] = (city, write_graph(bench, city, "city", "walk"))
    rows = []
    for network, file in cities.values():
        work = f"search, one origin, 15 min walk, {network.n_nodes:,} nodes"
        ours = _search_taken(network, file, 15)
        peer = bench.peer("routing_pandana.py", "search", file, "15", limit_s=PANDANA_LIMIT_S)
        counts = [float(len(cost_min)) for cost_min in _reached(network, file, 15)]
        agree(work, np.array(counts) / np.array(peer.answer), np.ones(len(counts)), 0.02)
        rows.append(_row(work, ours, peer, name="pandana nodes_in_range"))
    return rows


def _nearest(bench: Bench, network: StreetNetwork, file: Path) -> Row:
    travel = Travel("walk", minutes=30)
    hubs_m = points_of(network, np.load(file)["hubs"])
    work = "nearest of 50 hubs for every node, 30 min walk"
    ours = taken_s(lambda: nearest_by_node(network, hubs_m, travel), repeats=9)
    minutes = nearest_by_node(network, hubs_m, travel).minutes
    peer = bench.peer("routing_scipy.py", "nearest", file, "30")
    reached = np.isfinite(minutes)
    agree(work, [float(reached.sum()), float(minutes[reached].sum())], peer.answer, 0.1)
    return _row(work, ours, peer, name="scipy dijkstra(min_only=)")


def _catchments(bench: Bench, network: StreetNetwork) -> list[Row]:
    modes: tuple[Mode, ...] = ("walk", "bike")
    points_m = new_points(network, 121, seed=SEED)
    rows = []
    for mode in modes:
        file = bench.folder / f"streets_{mode}.npz"
        nodes = np.random.default_rng(SEED).choice(inner_nodes(network), 8, replace=False)
        write_streets(network, mode, nodes, file)
        peer = bench.peer("routing_union.py", file, "15")
        ours = each_s(
            lambda point_m, by=mode: service_areas(network, point_m[None], minutes=[15], mode=by), points_m
        )
        areas = service_areas(network, points_of(network, nodes), minutes=[15], mode=mode)
        ratios = np.array([area.bands[0].length_m for area in areas]) / np.array(peer.answer)
        agree(f"the {mode} streets reached", ratios, np.ones(len(ratios)), LENGTH_TOLERANCE)
        work = f"catchment with polygon, new point, {mode} 15 min"
        p50, p95 = (Taken(*np.percentile(ours, share, axis=0).tolist()) for share in (50, 95))
        rows.append(_row(f"{work}, p50", p50, peer, name="scipy + union of buffers"))
        rows.append(_row(f"{work}, p95", p95, None))
    return rows


def _hubs(network: StreetNetwork) -> Row:
    points_m = new_points(network, 115, seed=SEED + 1)
    modes: tuple[Mode, ...] = ("walk", "bike")

    def both() -> object:
        return [service_areas(network, points_m, minutes=[5, 10, 15], mode=mode) for mode in modes]

    return _row("115 hubs x 3 bands x walk and bike, polygons", taken_s(both, repeats=3), None, unit="s")


def _loading(bench: Bench, network: StreetNetwork) -> list[Row]:
    """The arrays alone, and with all that a first catchment makes of them in a new process."""
    folder = bench.folder / "saved"
    save_network(network, folder)
    point_m = new_points(network, 1, seed=SEED)

    def first_answer() -> object:
        return service_areas(load_network(folder), point_m, minutes=[15], mode="walk")

    loaded, answered = (taken_s(work, repeats=5) for work in (lambda: load_network(folder), first_answer))
    return [
        _row("load the city's network", loaded, None, unit="s"),
        _row("load the city's network and answer its first catchment", answered, None, unit="s"),
    ]


def _matrix(bench: Bench, network: StreetNetwork, file: Path) -> list[Row]:
    points_m = points_of(network, np.load(file)["towns"])
    travel = Travel("car")
    work = "matrix 312 x 312 by car"
    ours = taken_s(lambda: od_matrix(network, points_m, points_m, travel), repeats=3)
    od_min = od_matrix(network, points_m, points_m, travel).od_min
    rows = []
    for script, name in (("routing_scipy.py", "scipy dijkstra"), ("routing_igraph.py", "igraph distances")):
        peer = bench.peer(script, "matrix", file, "240")
        few = np.array(peer.answer).reshape(-1, len(points_m))
        agree(f"{work}, {name}", od_min[: len(few)].ravel(), few.ravel(), TOLERANCE_MIN)
        rows.append(_row(work, ours, peer, name=f"{name} ({len(few)} origins, scaled)", unit="s"))
    if bench.large:
        peer = bench.peer("routing_pandana.py", "matrix", file, "240", limit_s=PANDANA_LIMIT_S)
        answer = np.array(peer.answer)
        answer[answer > travel.minutes] = np.inf  # pandana writes a huge number
        agree(f"{work}, pandana", od_min.ravel(), answer, PANDANA_TOLERANCE_MIN)
        rows.append(_row(work, ours, peer, name="pandana (its own build not counted)", unit="s"))
    return rows
