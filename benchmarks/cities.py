"""The generated cities of the routing benches, their graphs in files for the peers, and points among their streets."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Bench
from gisplan.network import StreetNetwork, build_network
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

SEED = 7
CORNER_M = (340_000.0, 4_950_000.0)  # of EPSG:32632, so that the cities lie in Italy


def generated(bench: Bench, plan: CityPlan, name: str) -> StreetNetwork:
    raw = generate_city(plan, seed=SEED)
    bench.say_input(name, raw.x_m, raw.y_m, raw.way_offsets, raw.way_nodes)
    network, report = build_network(replace(raw, x_m=raw.x_m + CORNER_M[0], y_m=raw.y_m + CORNER_M[1]))
    bench.say(f"{name}: {report.nodes} nodes, {report.edges} edges, {report.dead_ends} dead ends")
    return network


def write_graph(bench: Bench, network: StreetNetwork, name: str, mode: Mode) -> Path:
    """The arcs of a mode, with places drawn among the nodes."""
    arcs = network.arcs(mode)
    file = bench.folder / f"{name}.npz"
    draw = np.random.default_rng(SEED)
    inside = inner_nodes(network)
    np.savez(
        file,
        start=arcs.start,
        head=arcs.head,
        cost_min=arcs.cost_min,
        x_m=network.node_x_m,
        y_m=network.node_y_m,
        origins=draw.choice(inside, 40, replace=False),
        hubs=draw.choice(inside, 50, replace=False),
        towns=draw.choice(inside, 312, replace=False),
    )
    return file


def write_streets(network: StreetNetwork, mode: Mode, nodes: NDArray[np.int64], file: Path) -> None:
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


def inner_nodes(network: StreetNetwork) -> NDArray[np.int64]:
    """Nodes away from the rim, where a search is not cut short, with streets for cars."""
    inside = np.ones(network.n_nodes, dtype=bool)
    for side_m in (network.node_x_m, network.node_y_m):
        inside &= np.abs((side_m - side_m.min()) / np.ptp(side_m) - 0.5) < 0.45
    return np.flatnonzero(inside & (np.diff(network.arcs("car").start) > 1))


def points_of(network: StreetNetwork, nodes: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.column_stack((network.node_x_m[nodes], network.node_y_m[nodes]))


def new_points(network: StreetNetwork, count: int, *, seed: int) -> NDArray[np.float64]:
    """Points anywhere away from the rim and not on a node: the hub that is dragged over the map."""
    low, high = network.coords_m.min(axis=0), network.coords_m.max(axis=0)
    draw = np.random.default_rng(seed).uniform(0.1, 0.9, (count, 2))
    return np.asarray(low + draw * (high - low))


def each_s(
    function: Callable[[NDArray[np.float64]], object], points_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Seconds for each point but the first, which pays for compilation: by the clock, and of the processor."""
    function(points_m[0])
    taken = []
    for point_m in points_m[1:]:
        started = time.perf_counter(), time.process_time()
        function(point_m)
        taken.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return np.array(taken)


def agree(work: str, ours: object, peer: object, tolerance: float) -> None:
    """A figure for wrong work is worth nothing."""
    one, other = np.asarray(ours, dtype=float), np.asarray(peer, dtype=float)
    same_reach = bool((np.isfinite(one) == np.isfinite(other)).all())
    there = np.isfinite(one) & np.isfinite(other)
    gap = float(np.max(np.abs(one[there] - other[there]), initial=0.0))
    if not same_reach or not gap <= tolerance:
        raise RuntimeError(f"Ours and the peer disagree on {work}: {gap:g} apart, at most {tolerance:g}.")
