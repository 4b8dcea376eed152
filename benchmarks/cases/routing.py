"""Bounded searches on a generated city, beside scipy's."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Bench, Row, median_s, peak_mb
from gisplan.network import build_network
from gisplan.network.graph import StreetNetwork
from gisplan.network.paths import Seeds, reach
from gisplan.network.synthetic import CityPlan, generate_city

CITY = CityPlan(columns=160, rows=160)
SEED = 7
ORIGINS = 40
MINUTES = 15.0
TOLERANCE_MIN = 1e-6


def run(bench: Bench) -> list[Row]:
    raw = generate_city(CITY, seed=SEED)
    bench.say_input("city", raw.x_m, raw.y_m, raw.way_offsets, raw.way_nodes)
    network, report = build_network(raw)
    bench.say(f"{report.nodes} nodes, {report.edges} edges, {ORIGINS} origins, {MINUTES:g} min on foot")
    origins = np.random.default_rng(SEED).choice(network.n_nodes, ORIGINS, replace=False).astype(np.int32)
    _write_graph(bench, network, origins)
    return [_search(bench, network, origins)]


def _write_graph(bench: Bench, network: StreetNetwork, origins: NDArray[np.int32]) -> None:
    arcs = network.arcs("walk")
    np.savez(
        bench.folder / "graph.npz",
        start=arcs.start,
        head=arcs.head,
        cost_min=arcs.cost_min,
        x_m=network.node_x_m,
        y_m=network.node_y_m,
        origins=origins,
    )


def _search(bench: Bench, network: StreetNetwork, origins: NDArray[np.int32]) -> Row:
    def all_origins() -> list[float]:
        found = [
            reach(network, Seeds(np.array([o], dtype=np.int32), np.zeros(1)), minutes=MINUTES, mode="walk")
            for o in origins
        ]
        return [float(one.cost_min.sum()) for one in found]

    ours_ms = median_s(all_origins, repeats=5) / ORIGINS * 1000
    peer = bench.peer("scipy_search.py", bench.folder / "graph.npz", str(MINUTES))
    gap = max(abs(a - b) for a, b in zip(all_origins(), peer.answer, strict=True))
    if gap > TOLERANCE_MIN * network.n_nodes:
        raise RuntimeError(
            f"The search disagrees with scipy by {gap:g} minutes in all: not a figure to print."
        )
    return Row(
        "search, one origin", ours_ms, peer.value, "scipy dijkstra(limit=)", peer.command, "ms", peak_mb()
    )
