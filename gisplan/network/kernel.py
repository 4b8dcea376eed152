"""The compiled search: least costs from several sources, by buckets of cost (after Dial 1969)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

BUCKETS = 4096
NOWHERE, LAST = -2, -1  # in `Space.link`: not in any bucket; no further node in this one
NEXT, BEFORE, SOURCE = 0, 1, 2


class Space(NamedTuple):
    """Working arrays of one search at a time, blank between searches so that a search costs what it reaches.

    `best` is the least cost found (inf = none), `link` the next and the previous node of the same bucket and
    the source that the cost is counted from, `first` the first node of each bucket.
    """

    best: NDArray[np.float64]
    link: NDArray[np.int32]
    first: NDArray[np.int32]
    touched: NDArray[np.int32]


def new_space(n_nodes: int) -> Space:
    """Blank working arrays for a network of `n_nodes` nodes (20 bytes a node)."""
    link = np.full((n_nodes, 3), NOWHERE, dtype=np.int32)
    first = np.full(BUCKETS, LAST, dtype=np.int32)
    return Space(np.full(n_nodes, np.inf), link, first, np.empty(n_nodes, dtype=np.int32))


@njit(cache=True, nogil=True)
def search(arcs: Any, space: Any, seeds: Any, limit: float, width: float) -> int:
    """Settle all nodes within `limit`; returns how many, listed in `space.touched`, costs in `space.best`.

    `seeds` is (node, cost, source). Of sources at equal cost a node belongs to the one of lowest number.
    A node whose cost falls goes back into a bucket, so the costs are least whatever the width; the width
    (cost of a bucket, at least limit / (BUCKETS - 2)) decides only how much is done twice.
    """
    best, link, first, touched = space.best, space.link, space.first, space.touched
    start, head, cost_min = arcs.start, arcs.head, arcs.cost_min
    per_cost = 1.0 / width
    count, bucket = _sow(space, seeds, limit, per_cost)
    while bucket <= limit * per_cost:
        node = first[bucket]
        if node < 0:
            bucket += 1
            continue
        _take_out(link, first, node, bucket)
        cost, source = best[node], link[node, SOURCE]
        for a in range(start[node], start[node + 1]):
            near, onward = head[a], cost + cost_min[a]
            known = best[near]
            if onward > limit or onward > known or (onward == known and source >= link[near, SOURCE]):
                continue
            if known == np.inf:
                touched[count] = near
                count += 1
            elif link[near, NEXT] != NOWHERE:
                _take_out(link, first, near, int(known * per_cost))
            best[near] = onward
            link[near, SOURCE] = source
            _put_in(link, first, near, int(onward * per_cost))
    return int(count)


@njit(cache=True, nogil=True)
def _sow(space: Any, seeds: Any, limit: float, per_cost: float) -> Any:
    """Put the seeds into their buckets; returns how many nodes, and the first bucket that holds one."""
    best, link, first = space.best, space.link, space.first
    count, lowest = 0, BUCKETS
    for k in range(len(seeds[0])):
        node, cost, source = seeds[0][k], seeds[1][k], seeds[2][k]
        known = best[node]
        if cost > limit or cost > known or (cost == known and source >= link[node, SOURCE]):
            continue
        if known == np.inf:
            space.touched[count] = node
            count += 1
        else:
            _take_out(link, first, node, int(known * per_cost))
        best[node] = cost
        link[node, SOURCE] = source
        _put_in(link, first, node, int(cost * per_cost))
        lowest = min(lowest, int(cost * per_cost))
    return count, lowest


@njit(cache=True, nogil=True, inline="always")
def _put_in(link: Any, first: Any, node: int, bucket: int) -> None:
    after = first[bucket]
    link[node, NEXT], link[node, BEFORE] = after, LAST
    if after >= 0:
        link[after, BEFORE] = node
    first[bucket] = node


@njit(cache=True, nogil=True, inline="always")
def _take_out(link: Any, first: Any, node: int, bucket: int) -> None:
    before, after = link[node, BEFORE], link[node, NEXT]
    if before >= 0:
        link[before, NEXT] = after
    else:
        first[bucket] = after
    if after >= 0:
        link[after, BEFORE] = before
    link[node, NEXT] = NOWHERE


@njit(cache=True, nogil=True)
def wipe(space: Any, count: int) -> None:
    """Blank what a search of `count` nodes touched."""
    for k in range(count):
        space.best[space.touched[k]] = np.inf
