"""Walking bands of 5, 10 and 15 minutes as polygons, on a generated city; the peer is networkx with shapely."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Bench, Row, median_s, peak_mb
from gisplan.network.build import build_network
from gisplan.network.graph import StreetNetwork
from gisplan.network.service_area import AreaRules, service_areas
from gisplan.network.synthetic import CityPlan, generate_city

MINUTES = (5, 10, 15)
ORIGINS = 20
SEED = 2023
TOLERANCE = 0.001


def run(bench: Bench) -> list[Row]:
    city = generate_city(CityPlan(columns=80, rows=80), seed=SEED)
    network, report = build_network(city)
    bench.say(f"a generated city, seed {SEED}: {report.nodes} nodes, {report.edges} edges, {ORIGINS} origins")
    bench.say_input("city", network.coords_m, network.edge_tail, network.edge_head)
    origins = _inner_nodes(network)
    file = bench.folder / "city.npz"
    np.savez(
        file,
        x_m=network.node_x_m,
        y_m=network.node_y_m,
        tail=network.edge_tail,
        head=network.edge_head,
        length_m=network.edge_length_m,
        minutes=network.edge_min("walk")[:, 0],
        origins=origins,
        limits=np.array(MINUTES, dtype=float),
        buffer_m=np.array(AreaRules().buffer_m),
    )
    peer = bench.peer("catchments_networkx.py", file)
    points = np.column_stack((network.node_x_m[origins], network.node_y_m[origins]))
    areas = service_areas(network, points, minutes=MINUTES, mode="walk")
    found_m = np.array([[band.length_m for band in area.bands] for area in areas])
    _check_agreement(found_m, np.array(peer.answer).reshape(found_m.shape))
    seconds = median_s(lambda: service_areas(network, points, minutes=MINUTES, mode="walk"), repeats=5)
    return [
        Row(
            work=f"bands of {'/'.join(map(str, MINUTES))} min as polygons, per origin",
            ours=seconds * 1000 / ORIGINS,
            peer=peer.value,
            peer_name="networkx + shapely",
            peer_command=peer.command,
            unit="ms",
            peak_mb=peak_mb(),
        )
    ]


def _inner_nodes(network: StreetNetwork) -> NDArray[np.int64]:
    """Nodes far from the rim, drawn with the seed: every origin has streets all around."""
    inside = np.flatnonzero(
        (np.abs(network.node_x_m - np.median(network.node_x_m)) < np.ptp(network.node_x_m) / 4)
        & (np.abs(network.node_y_m - np.median(network.node_y_m)) < np.ptp(network.node_y_m) / 4)
    )
    return np.random.Generator(np.random.PCG64(SEED)).choice(inside, ORIGINS, replace=False)


def _check_agreement(
    ours_m: NDArray[np.float64],
    peer_m: NDArray[np.float64],
) -> None:
    """A figure for wrong work is worth nothing: both sides must reach the same metres of street."""
    worst = float(np.max(np.abs(ours_m - peer_m) / peer_m))
    if worst > TOLERANCE:
        raise RuntimeError(
            f"The peer reaches other streets than ours: {worst:.2%} apart, at most {TOLERANCE:.1%} expected."
        )
