"""Searches, catchments and matrices on generated cities of 511,000 and 225,000 nodes, beside their peers."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Bench, PeerResult, Row, median_s, peak_mb
from gisplan.network import (
    StreetNetwork,
    Travel,
    build_network,
    load_network,
    nearest_by_node,
    od_matrix,
    save_network,
    service_areas,
)
from gisplan.network.paths import Seeds, reach
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

CITY = CityPlan(columns=698, rows=698)
REGION = CityPlan(columns=463, rows=463)
SEED = 7
TOLERANCE_MIN = 1e-6
PANDANA_TOLERANCE_MIN = 2.0  # pandana cuts each edge to whole thousandths: 0.5 % of a time of hours
LENGTH_TOLERANCE = 1e-6


def run(bench: Bench) -> list[Row]:
    city, city_file = _city(bench, CITY, "city", "walk")
    rows = [_nearest(bench, city, city_file), *_catchments(bench, city), _hubs(city), _loading(bench, city)]
    rows = [*_search(bench, city, city_file), *rows]
    region, region_file = _city(bench, REGION, "region", "car")
    rows += _matrix(bench, region, region_file)
    bench.say(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return rows


def _city(bench: Bench, plan: CityPlan, name: str, mode: Mode) -> tuple[StreetNetwork, Path]:
    """A city of the plan, and its graph in a file for the peers, with places drawn among its nodes."""
    raw = generate_city(plan, seed=SEED)
    bench.say_input(name, raw.x_m, raw.y_m, raw.way_offsets, raw.way_nodes)
    network, report = build_network(raw)
    bench.say(f"{name}: {report.nodes} nodes, {report.edges} edges, {report.dead_ends} dead ends")
    arcs = network.arcs(mode)
    file = bench.folder / f"{name}.npz"
    draw = np.random.default_rng(SEED)
    inner = _inner(network)
    np.savez(
        file,
        start=arcs.start,
        head=arcs.head,
        cost_min=arcs.cost_min,
        x_m=network.node_x_m,
        y_m=network.node_y_m,
        origins=draw.choice(inner, 40, replace=False),
        hubs=draw.choice(inner, 50, replace=False),
        towns=draw.choice(inner, 312, replace=False),
    )
    return network, file


def _inner(network: StreetNetwork) -> NDArray[np.int64]:
    """Nodes away from the rim, where a search is not cut short, with streets for cars."""
    x_m, y_m = network.node_x_m, network.node_y_m
    inside = (np.abs(x_m / x_m.max() - 0.5) < 0.45) & (np.abs(y_m / y_m.max() - 0.5) < 0.45)
    arcs = np.diff(network.arcs("car").start)
    return np.flatnonzero(inside & (arcs > 1))


def _points(network: StreetNetwork, nodes: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.column_stack((network.node_x_m[nodes], network.node_y_m[nodes]))


def _row(work: str, ours: float, peer: PeerResult | None, *, name: str = "", unit: str = "ms") -> Row:
    """One row, told in the log as soon as it is known: the whole takes some minutes."""
    told = f", {name} {peer.value:.4g} {unit}" if peer else ""
    sys.stderr.write(f"{work}: ours {ours:.4g} {unit}{told}; load {os.getloadavg()[0]:.1f}\n")
    if peer is None:
        return Row(work, ours, None, name, "", unit, peak_mb())
    return Row(work, ours, peer.value, name, peer.command, unit, peak_mb())


def _search(bench: Bench, network: StreetNetwork, file: Path) -> list[Row]:
    origins = np.load(file)["origins"]

    def sums(minutes: float) -> list[float]:
        found = [
            reach(network, Seeds(np.array([o], dtype=np.int32), np.zeros(1)), minutes=minutes, mode="walk")
            for o in origins
        ]
        return [float(one.cost_min.sum()) for one in found]

    rows = []
    for minutes in (15, 30, 60):
        work = f"search, one origin, {minutes} min walk"
        ours_ms = median_s(lambda limit=minutes: sums(limit), repeats=9) / len(origins) * 1000
        peer = bench.peer("routing_scipy.py", "search", file, str(minutes))
        _agree(work, sums(minutes), peer.answer, TOLERANCE_MIN * 10_000)
        rows.append(_row(work, ours_ms, peer, name="scipy dijkstra(limit=)"))
        if minutes == 15:
            pandana = bench.peer("routing_pandana.py", "search", file, str(minutes))
            rows.append(_row(work, ours_ms, pandana, name="pandana nodes_in_range"))
    return rows


def _nearest(bench: Bench, network: StreetNetwork, file: Path) -> Row:
    travel = Travel("walk", minutes=30)
    hubs_m = _points(network, np.load(file)["hubs"])
    work = "nearest of 50 hubs for every node, 30 min walk"
    ours_ms = median_s(lambda: nearest_by_node(network, hubs_m, travel), repeats=9) * 1000
    minutes = nearest_by_node(network, hubs_m, travel).minutes
    peer = bench.peer("routing_scipy.py", "nearest", file, "30")
    reached = np.isfinite(minutes)
    _agree(work, [float(reached.sum()), float(minutes[reached].sum())], peer.answer, 0.1)
    return _row(work, ours_ms, peer, name="scipy dijkstra(min_only=)")


def _catchments(bench: Bench, network: StreetNetwork) -> list[Row]:
    """Each point new, anywhere and not on a node: the hub that is dragged over the map."""
    modes: tuple[Mode, ...] = ("walk", "bike")
    points_m = np.random.default_rng(SEED).uniform(0.1, 0.9, (121, 2))
    points_m *= (network.node_x_m.max(), network.node_y_m.max())
    rows = []
    for mode in modes:
        file = bench.folder / f"streets_{mode}.npz"
        nodes = np.random.default_rng(SEED).choice(_inner(network), 8, replace=False)
        _write_streets(network, mode, nodes, file)
        peer = bench.peer("routing_union.py", file, "15")
        ours = _each_s(
            lambda point_m, by=mode: service_areas(network, point_m[None], minutes=[15], mode=by), points_m
        )
        areas = service_areas(network, _points(network, nodes), minutes=[15], mode=mode)
        ratios = np.array([area.bands[0].length_m for area in areas]) / np.array(peer.answer)
        _agree(f"the {mode} streets reached", ratios, np.ones(len(ratios)), LENGTH_TOLERANCE)
        work = f"catchment with polygon, new point, {mode} 15 min"
        rows.append(
            _row(f"{work}, p50", float(np.median(ours)) * 1000, peer, name="scipy + union of buffers")
        )
        rows.append(_row(f"{work}, p95", float(np.percentile(ours, 95)) * 1000, None))
    return rows


def _write_streets(network: StreetNetwork, mode: Mode, nodes: NDArray[np.int64], file: Path) -> None:
    np.savez(
        file,
        x_m=network.node_x_m,
        y_m=network.node_y_m,
        tail=network.edge_tail,
        head=network.edge_head,
        length_m=network.edge_length_m,
        minutes=network.edge_min(mode),
        origins=nodes,
    )


def _each_s(function: Callable[[NDArray[np.float64]], object], points_m: NDArray[np.float64]) -> list[float]:
    """Seconds for each point but the first, which pays for compilation."""
    function(points_m[0])
    taken = []
    for point_m in points_m[1:]:
        started = time.perf_counter()
        function(point_m)
        taken.append(time.perf_counter() - started)
    return taken


def _hubs(network: StreetNetwork) -> Row:
    points_m = np.random.default_rng(SEED + 1).uniform(0.1, 0.9, (115, 2))
    points_m *= (network.node_x_m.max(), network.node_y_m.max())
    modes: tuple[Mode, ...] = ("walk", "bike")

    def both() -> object:
        return [service_areas(network, points_m, minutes=[5, 10, 15], mode=mode) for mode in modes]

    return _row("115 hubs x 3 bands x walk and bike", median_s(both, repeats=3), None, unit="s")


def _loading(bench: Bench, network: StreetNetwork) -> Row:
    folder = bench.folder / "saved"
    save_network(network, folder)
    return _row("load the city's network", median_s(lambda: load_network(folder), repeats=5), None, unit="s")


def _matrix(bench: Bench, network: StreetNetwork, file: Path) -> list[Row]:
    points_m = _points(network, np.load(file)["towns"])
    travel = Travel("car")
    work = "matrix 312 x 312 by car"
    ours_s = median_s(lambda: od_matrix(network, points_m, points_m, travel), repeats=3)
    od_min = od_matrix(network, points_m, points_m, travel).od_min
    rows = []
    for script, name in (("routing_scipy.py", "scipy dijkstra"), ("routing_igraph.py", "igraph distances")):
        peer = bench.peer(script, "matrix", file, "240")
        few = np.array(peer.answer).reshape(-1, len(points_m))
        _agree(f"{work}, {name}", od_min[: len(few)].ravel(), few.ravel(), TOLERANCE_MIN)
        rows.append(_row(work, ours_s, peer, name=f"{name} ({len(few)} origins, scaled)", unit="s"))
    peer = bench.peer("routing_pandana.py", "matrix", file, "240")
    answer = np.array(peer.answer)
    answer[answer > travel.minutes] = np.inf  # pandana writes a huge number
    _agree(f"{work}, pandana", od_min.ravel(), answer, PANDANA_TOLERANCE_MIN)
    rows.append(_row(work, ours_s, peer, name="pandana (its own build not counted)", unit="s"))
    return rows


def _agree(work: str, ours: object, peer: object, tolerance: float) -> None:
    """A figure for wrong work is worth nothing."""
    one, other = np.asarray(ours, dtype=float), np.asarray(peer, dtype=float)
    same_reach = bool((np.isfinite(one) == np.isfinite(other)).all())
    there = np.isfinite(one) & np.isfinite(other)
    gap = float(np.max(np.abs(one[there] - other[there]), initial=0.0))
    if not same_reach or not gap <= tolerance:
        raise RuntimeError(f"Ours and the peer disagree on {work}: {gap:g} apart, at most {tolerance:g}.")
