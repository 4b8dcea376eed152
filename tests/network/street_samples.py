"""Small street networks whose times follow from arithmetic, and the peers they are checked against."""

from collections.abc import Sequence

import networkx as nx
import numpy as np
from scipy.sparse import csr_array

from gisplan.network import RawStreets, StreetNetwork, build_network, raw_from_lines
from gisplan.network.profiles import Mode

BLOCK_M = 100.0
WALK_M_PER_MIN = 80.0  # 4.8 km/h


def network_of(lines: Sequence[object], **tags: str | list[str | None] | None) -> StreetNetwork:
    """One way a line; a tag given once holds for all."""
    arrays = [np.asarray(line, dtype=float) for line in lines]
    columns = {
        key: value if isinstance(value, list) else [value] * len(arrays) for key, value in tags.items()
    }
    return build_network(raw_from_lines(arrays, tags=columns))[0]


def grid_lines(columns: int, rows: int, *, x0_m: float = 0.0) -> list[list[list[float]]]:
    """Streets of a perfect grid of 100 m blocks."""
    xs = [x0_m + BLOCK_M * i for i in range(columns)]
    ys = [BLOCK_M * j for j in range(rows)]
    return [[[x, y] for x in xs] for y in ys] + [[[x, y] for y in ys] for x in xs]


def node_at(network: StreetNetwork, x_m: float, y_m: float) -> int:
    return int(np.argmin(np.hypot(network.node_x_m - x_m, network.node_y_m - y_m)))


def directed_edges(network: StreetNetwork, mode: Mode) -> list[tuple[int, int, float]]:
    """(tail, head, minutes) of every permitted direction, read from the plain arrays."""
    cost_min = network.edge_min(mode)
    edges = []
    for edge, (tail, head) in enumerate(zip(network.edge_tail, network.edge_head, strict=True)):
        edges += [(int(tail), int(head), cost_min[edge, 0]), (int(head), int(tail), cost_min[edge, 1])]
    return [found for found in edges if np.isfinite(found[2])]


def as_networkx(network: StreetNetwork, mode: Mode) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    graph.add_weighted_edges_from(directed_edges(network, mode))
    return graph


def as_matrix(network: StreetNetwork, mode: Mode) -> csr_array:
    """The cheapest of parallel edges, since a sparse matrix would add them up."""
    best: dict[tuple[int, int], float] = {}
    for tail, head, minutes in directed_edges(network, mode):
        best[tail, head] = min(minutes, best.get((tail, head), np.inf))
    rows, columns = zip(*best, strict=True)
    return csr_array((list(best.values()), (rows, columns)), shape=(network.n_nodes, network.n_nodes))


def shuffled(raw: RawStreets, seed: int) -> RawStreets:
    """The same streets with nodes renumbered and ways in another order."""
    draw = np.random.default_rng(seed)
    place = draw.permutation(len(raw.x_m))
    rank = np.argsort(place)
    ways = draw.permutation(raw.n_ways)
    runs = [raw.way_nodes[raw.way_offsets[way] : raw.way_offsets[way + 1]] for way in ways]
    return RawStreets(
        node_key=raw.node_key[place],
        x_m=raw.x_m[place],
        y_m=raw.y_m[place],
        way_offsets=np.concatenate(([0], np.cumsum([len(run) for run in runs]))).astype(np.int64),
        way_nodes=rank[np.concatenate(runs)].astype(np.int32),
        tags={key: [column[way] for way in ways] for key, column in raw.tags.items()},
        z_m=None if raw.z_m is None else raw.z_m[place],
        barriers_m=raw.barriers_m,
    )
