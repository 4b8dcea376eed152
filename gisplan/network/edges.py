"""Edges under construction: cut from ways, freed of twins, in an order that depends on the map alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import MODES, Speeds
from gisplan.network.raw import RawStreets


class Edges(NamedTuple):
    """Edges under construction: end nodes, kind, and coordinates held as node positions."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    kind: NDArray[np.int32]
    offsets: NDArray[np.int64]
    points: NDArray[np.int32]


def split_ways(raw: RawStreets, way_kind: NDArray[np.int32], keep: NDArray[np.bool_]) -> Edges:
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
    offsets, taken = ranges(first, last - first + 1)
    return Edges(nodes[first], nodes[last], way_kind[owner[first]], offsets, nodes[taken])


def ranges(first: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets of consecutive runs, and the positions first[i] .. first[i] + sizes[i] - 1 of all of them."""
    offsets = np.zeros(len(first) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets, np.repeat(first - offsets[:-1], sizes) + np.arange(offsets[-1])


def merge_twins(raw: RawStreets, edges: Edges, kinds: list[Speeds]) -> tuple[Edges, int]:
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


def _flip(edges: Edges, flipped: NDArray[np.bool_]) -> Edges:
    points = edges.points.copy()
    for edge in np.flatnonzero(flipped).tolist():
        run = slice(edges.offsets[edge], edges.offsets[edge + 1])
        points[run] = points[run][::-1]
    tail = np.where(flipped, edges.head, edges.tail)
    head = np.where(flipped, edges.tail, edges.head)
    return Edges(tail, head, edges.kind, edges.offsets, points)


def _select(edges: Edges, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Edges:
    sizes = np.diff(edges.offsets)[chosen]
    offsets, taken = ranges(edges.offsets[:-1][chosen], sizes)
    return Edges(edges.tail[chosen], edges.head[chosen], edges.kind[chosen], offsets, edges.points[taken])


def canonical_network(raw: RawStreets, edges: Edges, kinds: list[Speeds]) -> StreetNetwork:
    """Number nodes along a Z-order curve and sort edges: one order for one map, neighbours close by."""
    used = np.unique(np.concatenate((edges.tail, edges.head)))
    x_m, y_m, key = raw.x_m[used], raw.y_m[used], raw.node_key[used]
    order = np.lexsort((key, y_m, x_m, _z_order(x_m, y_m)))
    rank = np.full(len(raw.x_m), -1, dtype=np.int32)
    rank[used[order]] = np.arange(len(used), dtype=np.int32)
    edges = edges._replace(tail=rank[edges.tail], head=rank[edges.head])
    second = edges.points[edges.offsets[:-1] + 1]
    sizes = np.diff(edges.offsets)
    edges = _select(edges, np.lexsort((raw.y_m[second], raw.x_m[second], sizes, edges.head, edges.tail)))
    present, kind = np.unique(edges.kind, return_inverse=True)
    table, merged = np.unique(np.array(kinds).reshape(-1, 6)[present], axis=0, return_inverse=True)
    return StreetNetwork(
        node_key=key[order],
        node_x_m=x_m[order],
        node_y_m=y_m[order],
        edge_tail=edges.tail,
        edge_head=edges.head,
        edge_kind=merged[kind].astype(np.int32),
        coord_offsets=edges.offsets,
        coords_m=np.column_stack((raw.x_m[edges.points], raw.y_m[edges.points])),
        kind_kmh=table.reshape(-1, len(MODES), 2),
        node_z_m=_altitudes(raw, used[order]),
    )


def _altitudes(raw: RawStreets, nodes: NDArray[np.int32]) -> NDArray[np.float64] | None:
    if raw.z_m is None:
        return None
    z_m = np.where(np.isfinite(raw.z_m[nodes]), raw.z_m[nodes], np.nan)
    return z_m if np.isfinite(z_m).any() else None


def _z_order(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Position on a Z-order (Morton) curve of 2^16 cells a side over the extent."""
    span_m = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1.0)
    curve: NDArray[np.uint64] = _spread(x_m, span_m) | (_spread(y_m, span_m) << np.uint64(1))
    return curve


def _spread(value_m: NDArray[np.float64], span_m: float) -> NDArray[np.uint64]:
    bits: NDArray[np.uint64] = ((value_m - value_m.min()) * (65535 / span_m)).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
