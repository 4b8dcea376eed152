"""From raw ways to a routable network: split at shared nodes, read the tags, drop and count what is unusable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gisplan.network.errors import BadStreets, EmptyNetwork
from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import MODES, TAG_KEYS, Directed, street_speeds

Speeds = tuple[Directed, Directed, Directed]


@dataclass(frozen=True)
class RawStreets:
    """What a reader yields: nodes in projected metres and ways through them, with their tags.

    Attributes
    ----------
    node_key : int64, shape (n_nodes,)
        The source's own identity of a node (OSM id, position in a file); decides only ties of order.
    x_m, y_m : float64, shape (n_nodes,)
    way_offsets : int64, shape (n_ways + 1,)
        Way `w` runs through `way_nodes[way_offsets[w]:way_offsets[w + 1]]`.
    way_nodes : int32, shape (way_offsets[-1],)
        Positions in the node arrays.
    tags : dict of columns, each of length n_ways
        OSM keys (see `profiles.TAG_KEYS`); several values in one cell are joined by ";".
    """

    node_key: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    way_offsets: NDArray[np.int64]
    way_nodes: NDArray[np.int32]
    tags: dict[str, list[str | None]]

    @property
    def n_ways(self) -> int:
        return len(self.way_offsets) - 1


@dataclass(frozen=True)
class BuildReport:
    """Counts of one build: what was read, what was kept, what was dropped and why.

    `dropped` counts ways by reason: `fewer_than_two_nodes`, `not_finite` (a coordinate is no number),
    `zero_length`, `closed_to_all` (no mode may use it). `merged_twins` counts edges that another edge of the same
    shape already stands for, as in a graph that writes each direction of a street apart.
    """

    ways_read: int
    nodes: int
    edges: int
    components: int
    largest_component_share: float
    dead_ends: int
    length_km: dict[str, float]
    dropped: dict[str, int]
    merged_twins: int


class _Edges(NamedTuple):
    """Edges under construction: end nodes, kind, and coordinates held as node positions."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    kind: NDArray[np.int32]
    offsets: NDArray[np.int64]
    points: NDArray[np.int32]


def build_network(raw: RawStreets) -> tuple[StreetNetwork, BuildReport]:
    """Build the network (metres, km/h) and count what was dropped; the order of nodes and ways does not matter.

    Ways are joined where they share a node and nowhere else: a bridge over a street shares none with it. Edges of
    length zero between two different nodes are kept, since they join them.

    Raises
    ------
    BadStreets
        The arrays do not fit each other.
    EmptyNetwork
        No usable way is left.
    """
    _check(raw)
    way_kind, kinds = _way_kinds(raw)
    keep, dropped = _usable_ways(raw, way_kind, kinds)
    edges = _split(raw, way_kind, keep)
    if len(edges.tail) == 0:
        raise EmptyNetwork(
            f"Expected at least one usable street, found none in {raw.n_ways} ways ({_reasons(dropped)}); "
            "check the highway tags and the geometry."
        )
    edges, merged_twins = _merge_twins(raw, edges, kinds)
    network = _canonical(raw, edges, kinds)
    return network, _report(raw, network, dropped, merged_twins)


def _check(raw: RawStreets) -> None:
    offsets = raw.way_offsets
    fits = len(raw.node_key) == len(raw.x_m) == len(raw.y_m) and len(offsets) > 0 and offsets[0] == 0
    fits = fits and offsets[-1] == len(raw.way_nodes) and bool(np.all(np.diff(offsets) >= 0))
    if not fits or any(len(column) != raw.n_ways for column in raw.tags.values()):
        raise BadStreets(
            "Expected node, way and tag arrays of matching lengths, found others; check the reader."
        )
    if len(raw.way_nodes) and not 0 <= raw.way_nodes.min() <= raw.way_nodes.max() < len(raw.x_m):
        raise BadStreets(
            f"Expected way nodes between 0 and {len(raw.x_m) - 1}, found {raw.way_nodes.min()} to "
            f"{raw.way_nodes.max()}; check the reader."
        )


def _way_kinds(raw: RawStreets) -> tuple[NDArray[np.int32], list[Speeds]]:
    """Kind of each way and the speeds of each kind; ways with the same tags are read once."""
    keys = [key for key in TAG_KEYS if key in raw.tags]
    rows = zip(*(raw.tags[key] for key in keys), strict=True) if keys else repeat((), raw.n_ways)
    by_tags: dict[tuple[str | None, ...], int] = {}
    by_speeds: dict[Speeds, int] = {}
    way_kind = np.empty(raw.n_ways, dtype=np.int32)
    for way, row in enumerate(rows):
        kind = by_tags.get(row)
        if kind is None:
            speeds = street_speeds(dict(zip(keys, row, strict=True)))
            kind = by_tags[row] = by_speeds.setdefault(speeds, len(by_speeds))
        way_kind[way] = kind
    return way_kind, list(by_speeds)


def _usable_ways(
    raw: RawStreets, way_kind: NDArray[np.int32], kinds: list[Speeds]
) -> tuple[NDArray[np.bool_], Counter[str]]:
    n_nodes = np.diff(raw.way_offsets)
    owner = np.repeat(np.arange(raw.n_ways), n_nodes)
    x_m, y_m = raw.x_m[raw.way_nodes], raw.y_m[raw.way_nodes]
    short = n_nodes < 2
    not_finite = np.bincount(owner[~(np.isfinite(x_m) & np.isfinite(y_m))], minlength=raw.n_ways) > 0
    moved = (owner[1:] == owner[:-1]) & ((x_m[1:] != x_m[:-1]) | (y_m[1:] != y_m[:-1]))
    still = np.bincount(owner[1:][moved], minlength=raw.n_ways) == 0
    joins = raw.way_nodes[raw.way_offsets[:-1][~short]] != raw.way_nodes[raw.way_offsets[1:][~short] - 1]
    still[~short] &= ~joins
    closed = np.array([not np.any(kind) for kind in kinds], dtype=bool)[way_kind]
    reasons = {
        "fewer_than_two_nodes": short,
        "not_finite": not_finite,
        "zero_length": still,
        "closed_to_all": closed,
    }
    keep = np.ones(raw.n_ways, dtype=bool)
    dropped: Counter[str] = Counter()
    for reason, hit in reasons.items():
        dropped[reason] = int(np.count_nonzero(hit & keep))
        keep &= ~hit
    return keep, dropped


def _split(raw: RawStreets, way_kind: NDArray[np.int32], keep: NDArray[np.bool_]) -> _Edges:
    """Cut the kept ways wherever a node is used twice, by another way or by the same one."""
    owner = np.repeat(np.arange(raw.n_ways), np.diff(raw.way_offsets))
    nodes, owner = raw.way_nodes[keep[owner]], owner[keep[owner]]
    repeated = np.zeros(len(nodes), dtype=bool)
    repeated[1:] = (owner[1:] == owner[:-1]) & (nodes[1:] == nodes[:-1])
    nodes, owner = nodes[~repeated], owner[~repeated]
    starts = np.ones(len(nodes), dtype=bool)
    starts[1:] = owner[1:] != owner[:-1]
    ends = np.roll(starts, -1)
    uses = np.bincount(nodes, minlength=len(raw.x_m))
    cuts = np.flatnonzero(starts | ends | (uses[nodes] > 1))
    same_way = owner[cuts[1:]] == owner[cuts[:-1]]
    first, last = cuts[:-1][same_way], cuts[1:][same_way]
    offsets, taken = _ranges(first, last - first + 1)
    return _Edges(nodes[first], nodes[last], way_kind[owner[first]], offsets, nodes[taken])


def _ranges(
    first: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets of consecutive runs, and the positions first[i] .. first[i] + sizes[i] - 1 of all runs in a row."""
    offsets = np.zeros(len(first) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets, np.repeat(first - offsets[:-1], sizes) + np.arange(offsets[-1])


def _merge_twins(raw: RawStreets, edges: _Edges, kinds: list[Speeds]) -> tuple[_Edges, int]:
    """Make one edge of those with the same ends and shape, open to whomever one of them was open to."""
    low, high = np.minimum(edges.tail, edges.head), np.maximum(edges.tail, edges.head)
    sizes = np.diff(edges.offsets)
    order = np.lexsort((sizes, high, low))
    alike = np.zeros(len(order), dtype=bool)
    for key in (low, high, sizes):
        alike[1:] |= key[order[1:]] != key[order[:-1]]
    alike = ~alike
    alike[:1] = False
    alike[:-1] |= alike[1:]
    xy_m = np.column_stack((raw.x_m, raw.y_m))
    kind_of = {speeds: kind for kind, speeds in enumerate(kinds)}
    kept: dict[tuple[int, int, bytes], int] = {}
    kind, flipped = edges.kind.copy(), np.zeros(len(order), dtype=bool)
    twin = np.zeros(len(order), dtype=bool)
    for edge in order[alike].tolist():
        shape = xy_m[edges.points[edges.offsets[edge] : edges.offsets[edge + 1]]]
        forward, backward = shape.tobytes(), shape[::-1].tobytes()
        flipped[edge] = backward < forward
        speeds = _reversed(kinds[kind[edge]]) if flipped[edge] else kinds[kind[edge]]
        first = kept.setdefault((low[edge], high[edge], min(forward, backward)), edge)
        if first != edge:
            twin[edge] = True
            speeds = _widest(speeds, kinds[kind[first]])
        if speeds not in kind_of:
            kind_of[speeds] = len(kinds)
            kinds.append(speeds)
        kind[first] = kind_of[speeds]
    return _select(_flip(edges._replace(kind=kind), flipped), ~twin), int(np.count_nonzero(twin))


def _reversed(speeds: Speeds) -> Speeds:
    (walk, walk_back), (bike, bike_back), (car, car_back) = speeds
    return (walk_back, walk), (bike_back, bike), (car_back, car)


def _widest(one: Speeds, other: Speeds) -> Speeds:
    walk, bike, car = ((max(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
    return walk, bike, car


def _flip(edges: _Edges, flipped: NDArray[np.bool_]) -> _Edges:
    points = edges.points.copy()
    for edge in np.flatnonzero(flipped).tolist():
        run = slice(edges.offsets[edge], edges.offsets[edge + 1])
        points[run] = points[run][::-1]
    tail = np.where(flipped, edges.head, edges.tail)
    head = np.where(flipped, edges.tail, edges.head)
    return _Edges(tail, head, edges.kind, edges.offsets, points)


def _select(edges: _Edges, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> _Edges:
    sizes = np.diff(edges.offsets)[chosen]
    offsets, taken = _ranges(edges.offsets[:-1][chosen], sizes)
    return _Edges(edges.tail[chosen], edges.head[chosen], edges.kind[chosen], offsets, edges.points[taken])


def _canonical(raw: RawStreets, edges: _Edges, kinds: list[Speeds]) -> StreetNetwork:
    """Number nodes along a Z-order curve and sort edges: one order for one map, and neighbours close in memory."""
    used = np.unique(np.concatenate((edges.tail, edges.head)))
    x_m, y_m, key = raw.x_m[used], raw.y_m[used], raw.node_key[used]
    order = np.lexsort((key, y_m, x_m, _z_order(x_m, y_m)))
    rank = np.full(len(raw.x_m), -1, dtype=np.int32)
    rank[used[order]] = np.arange(len(used), dtype=np.int32)
    edges = edges._replace(tail=rank[edges.tail], head=rank[edges.head])
    second = edges.points[edges.offsets[:-1] + 1]
    sizes = np.diff(edges.offsets)
    edges = _select(edges, np.lexsort((raw.y_m[second], raw.x_m[second], sizes, edges.head, edges.tail)))
    table, kind = np.unique(
        np.array([kinds[k] for k in edges.kind.tolist()]).reshape(-1, 6), axis=0, return_inverse=True
    )
    return StreetNetwork(
        node_key=key[order],
        node_x_m=x_m[order],
        node_y_m=y_m[order],
        edge_tail=edges.tail,
        edge_head=edges.head,
        edge_kind=kind.astype(np.int32),
        coord_offsets=edges.offsets,
        coords_m=np.column_stack((raw.x_m[edges.points], raw.y_m[edges.points])),
        kind_kmh=table.reshape(-1, len(MODES), 2),
    )


def _z_order(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Position on a Z-order (Morton) curve of 2^16 cells a side over the extent."""
    span_m = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1.0)
    return _spread(x_m, span_m) | (_spread(y_m, span_m) << np.uint64(1))


def _spread(value_m: NDArray[np.float64], span_m: float) -> NDArray[np.uint64]:
    bits = ((value_m - value_m.min()) * (65535 / span_m)).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def _report(raw: RawStreets, network: StreetNetwork, dropped: Counter[str], merged_twins: int) -> BuildReport:
    ends = np.concatenate((network.edge_tail, network.edge_head))
    links = coo_array(
        (np.ones(network.n_edges), (network.edge_tail, network.edge_head)), shape=(network.n_nodes,) * 2
    )
    n_components, label = connected_components(links, directed=False)
    lengths_km = network.edge_length_m / 1000
    length_km = {"all": float(lengths_km.sum())}
    for mode in MODES:
        length_km[mode] = float(lengths_km[np.isfinite(network.edge_min(mode)).any(axis=1)].sum())
    return BuildReport(
        ways_read=raw.n_ways,
        nodes=network.n_nodes,
        edges=network.n_edges,
        components=int(n_components),
        largest_component_share=float(np.bincount(label).max() / network.n_nodes),
        dead_ends=int(np.count_nonzero(np.bincount(ends) == 1)),
        length_km=length_km,
        dropped={reason: count for reason, count in dropped.items() if count},
        merged_twins=merged_twins,
    )


def _reasons(dropped: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in dropped.items() if count) or "no way at all"
