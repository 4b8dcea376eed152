"""The parts of the edges that a search reaches, cut where the time ends."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
import shapely.ops
from numba import njit
from numpy.typing import NDArray

from gisplan.network.edges import ranges
from gisplan.network.graph import StreetNetwork
from gisplan.network.paths import Reached, Seeds, reach
from gisplan.network.profiles import Mode, speed_ratio

WHOLE_EPSILON = 1e-9


class Start(NamedTuple):
    """A place on an edge and the minutes already spent to get there."""

    edge: int
    fraction: float
    spent_min: float


class EdgeParts(NamedTuple):
    """Stretches of edges, as fractions of the edge's length from its tail; an edge may have several."""

    edge: NDArray[np.int32]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


class _Ends(NamedTuple):
    """Edges with a reached end, and the minutes spent on entering from the tail and from the head (inf = not)."""

    edge: NDArray[np.int32]
    from_tail_min: NDArray[np.float64]
    from_head_min: NDArray[np.float64]


def reached_parts(
    network: StreetNetwork, start: Start, *, minutes: list[float], mode: Mode, speed_kmh: float | None = None
) -> list[EdgeParts]:
    """Edge parts within each of `minutes` of the start; a part reached from both ends is cut at both.

    `minutes` ascend; each is checked as in `paths.reach`.
    """
    ratio = speed_ratio(mode, speed_kmh)
    seeds = seeds_of(network, start, mode=mode, ratio=ratio)
    reached = reach(network, seeds, minutes=minutes[-1], mode=mode, speed_kmh=speed_kmh)
    ends = _reached_ends(network, reached, mode=mode)
    cross_min = network.edge_min(mode)[ends.edge] / ratio
    start_min = network.edge_min(mode)[start.edge] / ratio
    return [
        _with_start(
            _within(ends, limit_min, cross_min=cross_min),
            start,
            cross_min=start_min,
            left_min=limit_min - start.spent_min,
        )
        for limit_min in minutes
    ]


def seeds_of(network: StreetNetwork, start: Start, *, mode: Mode, ratio: float) -> Seeds:
    """Both ends of the start's edge with their part of the cost in minutes; an end stood at costs nothing."""
    forward_min, backward_min = network.edge_min(mode)[start.edge] / ratio
    tail, head = network.edge_tail[start.edge], network.edge_head[start.edge]
    to_head_min = 0.0 if start.fraction == 1 else (1 - start.fraction) * forward_min
    to_tail_min = 0.0 if start.fraction == 0 else start.fraction * backward_min
    node = np.array([tail, head], dtype=np.int32)
    return Seeds(node, start.spent_min + np.array([to_tail_min, to_head_min]))


def lengths_m(network: StreetNetwork, parts: EdgeParts) -> NDArray[np.float64]:
    """Length in metres of each part, shape (n_parts,)."""
    return (parts.end - parts.start) * network.edge_length_m[parts.edge]


def lines_of(network: StreetNetwork, parts: EdgeParts) -> NDArray[np.object_]:
    """The parts as shapely lines in metres, shape (n_parts,)."""
    if not len(parts.edge):
        return np.empty(0, dtype=object)
    offsets = network.coord_offsets
    sizes = np.diff(offsets)[parts.edge]
    _, rows = ranges(offsets[parts.edge], sizes)
    lines: NDArray[np.object_] = shapely.linestrings(
        network.coords_m[rows], indices=np.repeat(np.arange(len(sizes)), sizes)
    )
    cut = np.flatnonzero((parts.start > 0) | (parts.end < 1))
    lines[cut] = [
        shapely.ops.substring(line, start, end, normalized=True)
        for line, start, end in zip(lines[cut], parts.start[cut], parts.end[cut], strict=True)
    ]
    return lines


def _reached_ends(network: StreetNetwork, reached: Reached, *, mode: Mode) -> _Ends:
    arcs = network.arcs(mode)
    room = int(np.sum(arcs.start[reached.node + 1] - arcs.start[reached.node]))
    ends = _Ends(np.empty(room, dtype=np.int32), np.full(room, np.inf), np.full(room, np.inf))
    with network.lent("edge slots", lambda: np.full(network.n_edges, -1, dtype=np.int32)) as slot_of:
        count = _gather_ends(arcs, reached.node, reached.cost_min, slot_of, ends)
    return _Ends(ends.edge[:count], ends.from_tail_min[:count], ends.from_head_min[:count])


@njit(cache=True, nogil=True)
def _gather_ends(arcs: Any, nodes: Any, cost_min: Any, slot_of: Any, ends: Any) -> int:
    """List once each edge that leaves a reached node, with the minutes at its ends; `slot_of` stays blank."""
    count = 0
    for k in range(len(nodes)):
        for a in range(arcs.start[nodes[k]], arcs.start[nodes[k] + 1]):
            edge = arcs.code[a] >> 1
            slot = slot_of[edge]
            if slot < 0:
                slot = slot_of[edge] = count
                ends.edge[slot] = edge
                count += 1
            if arcs.code[a] & 1:
                ends.from_head_min[slot] = cost_min[k]
            else:
                ends.from_tail_min[slot] = cost_min[k]
    for slot in range(count):
        slot_of[ends.edge[slot]] = -1
    return count


def _within(ends: _Ends, limit_min: float, *, cross_min: NDArray[np.float64]) -> EdgeParts:
    """The parts reached through the ends; `cross_min` is minutes to cross each edge, shape (n, 2 ways)."""
    from_tail = _crossed(limit_min - ends.from_tail_min, cross_min[:, 0])
    from_head = _crossed(limit_min - ends.from_head_min, cross_min[:, 1])
    whole = from_tail + from_head >= 1 - WHOLE_EPSILON
    first, last = (from_tail > 0) & ~whole, (from_head > 0) & ~whole
    return EdgeParts(
        np.concatenate((ends.edge[whole], ends.edge[first], ends.edge[last])),
        np.concatenate((np.zeros(whole.sum() + first.sum()), 1 - from_head[last])),
        np.concatenate((np.ones(whole.sum()), from_tail[first], np.ones(last.sum()))),
    )


def _crossed(left_min: NDArray[np.float64], cross_min: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each edge crossed in the minutes left (-inf where its end is not reached)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(left_min / cross_min, 0, 1)
    return np.where(left_min >= 0, np.where(cross_min > 0, share, 1.0), 0.0)


def _with_start(
    parts: EdgeParts, start: Start, *, cross_min: NDArray[np.float64], left_min: float
) -> EdgeParts:
    """Add the stretch walked from the start along its own edge, joined with what is reached from the ends."""
    if left_min <= 0:
        return parts
    ahead, behind = _crossed(np.full(2, left_min), cross_min)
    here = parts.edge == start.edge
    stretches = list(zip(parts.start[here].tolist(), parts.end[here].tolist(), strict=True))
    stretches.append((max(0.0, start.fraction - behind), min(1.0, start.fraction + ahead)))
    joined: list[tuple[float, float]] = []
    for low, high in sorted(stretches):
        if joined and low <= joined[-1][1] + WHOLE_EPSILON:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    own = [(low, high) for low, high in joined if high > low]
    return EdgeParts(
        np.concatenate((parts.edge[~here], np.full(len(own), start.edge, dtype=np.int32))),
        np.concatenate((parts.start[~here], [low for low, _ in own])),
        np.concatenate((parts.end[~here], [high for _, high in own])),
    )
