"""From raw ways to a network: read the tags, cut at shared nodes, drop and count what is unusable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gisplan.network.barriers import barrier_segments
from gisplan.network.edges import canonical_network, merge_twins, split_ways
from gisplan.network.errors import BadStreets, EmptyNetwork
from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import MODES, TAG_KEYS, Speeds, street_speeds
from gisplan.network.raw import RawStreets


@dataclass(frozen=True)
class BuildReport:
    """Counts of one build: what was read, what was kept, what was dropped and why.

    `dropped` counts ways by reason: `fewer_than_two_nodes`, `not_finite` (a coordinate is no number),
    `zero_length`, `closed_to_all` (no mode may use it). `merged_twins` counts edges that another edge of
    the same shape already stands for, as in a graph that writes each direction of a street apart.
    `edges_with_slope` have an altitude at both ends; `edges_over_half` of these climb more than 1 in 2, which
    no street does: steps, or an error of the altitudes. `barriers` counts the segments that ground does not
    cross.
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
    edges_with_slope: int
    edges_over_half: int
    barriers: int


def build_network(raw: RawStreets) -> tuple[StreetNetwork, BuildReport]:
    """Build the network (metres, km/h) and count what was dropped, whatever the order of nodes and ways.

    Ways are joined where they share a node and nowhere else: a bridge over a street shares none with it.
    Edges of length zero between two different nodes are kept, since they join them.

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
    edges = split_ways(raw, way_kind, keep)
    if len(edges.tail) == 0:
        raise EmptyNetwork(
            f"Expected at least one usable street, found none in {raw.n_ways} ways ({_reasons(dropped)}); "
            "check the highway tags and the geometry."
        )
    edges, merged_twins = merge_twins(raw, edges, kinds)
    network = replace(canonical_network(raw, edges, kinds), barrier_m=barrier_segments(raw))
    return network, _report(raw, network, dropped=dropped, merged_twins=merged_twins)


def _check(raw: RawStreets) -> None:
    offsets = raw.way_offsets
    fits = len(raw.node_key) == len(raw.x_m) == len(raw.y_m) and len(offsets) > 0 and offsets[0] == 0
    fits = fits and (raw.z_m is None or len(raw.z_m) == len(raw.x_m))
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


def _report(
    raw: RawStreets, network: StreetNetwork, *, dropped: Counter[str], merged_twins: int
) -> BuildReport:
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
        edges_with_slope=int(np.isfinite(network.edge_slope).sum()),
        edges_over_half=int((np.abs(network.edge_slope) > 0.5).sum()),
        barriers=0 if network.barrier_m is None else len(network.barrier_m),
    )


def _reasons(dropped: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in dropped.items() if count) or "no way at all"
