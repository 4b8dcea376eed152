"""A smaller graph with the same times: nodes nobody asks for are taken out, and shortcuts stand for the ways through.

Contraction of nodes as in Geisberger et al. (2008), "Contraction hierarchies", here without any hierarchy: what is left
is searched as a graph of its own. No witness is looked for; a shortcut that is no shortest way does no harm.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gisplan.network.graph import Arcs

MOST_ARCS_MORE = 8  # a node goes where its shortcuts are at most so many more than the arcs that go with it
LEAST_SHARE = 0.02  # rounds end when one takes out fewer of the nodes that are left
NONE = -1


class Core(NamedTuple):
    """The arcs between the nodes that are left, and the place of every node among them (-1 = taken out)."""

    arcs: Arcs
    place: NDArray[np.int32]


class _Web(NamedTuple):
    """Arcs in lists by tail and by head, from which arcs can be taken out; `free` starts the list of empty slots."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    cost_min: NDArray[np.float64]
    next_out: NDArray[np.int32]
    next_in: NDArray[np.int32]
    first_out: NDArray[np.int32]
    first_in: NDArray[np.int32]
    free: NDArray[np.int32]


def core_of(arcs: Arcs, kept: NDArray[np.int32], *, limit_min: float) -> Core:
    """The core that holds the `kept` nodes: times between them within `limit_min` are those of the whole graph.

    Costs are whole ticks, so the sums of shortcuts are exact and the times equal to the last bit.
    """
    n_nodes, n_arcs = len(arcs.start) - 1, len(arcs.head)
    room = n_arcs + MOST_ARCS_MORE * n_nodes + 1
    web = _Web(
        tail=np.full(room, NONE, dtype=np.int32),
        head=np.full(room, NONE, dtype=np.int32),
        cost_min=np.zeros(room),
        next_out=np.full(room, NONE, dtype=np.int32),
        next_in=np.full(room, NONE, dtype=np.int32),
        first_out=np.full(n_nodes, NONE, dtype=np.int32),
        first_in=np.full(n_nodes, NONE, dtype=np.int32),
        free=np.zeros(1, dtype=np.int32),
    )
    left = np.zeros(n_nodes, dtype=np.uint8)
    left[np.diff(arcs.start) > 0] = 1
    left[arcs.head] = 1
    left[kept] = 2
    _fill(web, arcs)
    while _round(web, left, limit_min) > LEAST_SHARE * np.count_nonzero(left):
        pass
    place = np.where(left > 0, np.cumsum(left > 0) - 1, NONE).astype(np.int32)
    return Core(_arcs_between(web, np.flatnonzero(left), place), place)


def _arcs_between(web: _Web, nodes: NDArray[np.int64], place: NDArray[np.int32]) -> Arcs:
    alive = np.flatnonzero(web.tail >= 0)
    tail, head = place[web.tail[alive]], place[web.head[alive]]
    order = np.lexsort((head, tail))
    start = np.zeros(len(nodes) + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=len(nodes)), out=start[1:])
    return Arcs(start, head[order], web.cost_min[alive][order], np.zeros(0, dtype=np.int64))


@njit(cache=True, nogil=True)
def _fill(web: Any, arcs: Any) -> None:
    for k in range(len(web.next_out) - 1):
        web.next_out[k] = k + 1
    for node in range(len(arcs.start) - 1):
        for a in range(arcs.start[node], arcs.start[node + 1]):
            if arcs.head[a] != node:
                _join(web, node, arcs.head[a], arcs.cost_min[a])


@njit(cache=True, nogil=True)
def _join(web: Any, tail: int, head: int, cost_min: float) -> None:
    """An arc of that cost, or the one that is there if it costs less."""
    arc = web.first_out[tail]
    while arc >= 0:
        if web.head[arc] == head:
            web.cost_min[arc] = min(web.cost_min[arc], cost_min)
            return
        arc = web.next_out[arc]
    slot = web.free[0]
    web.free[0] = web.next_out[slot]
    web.tail[slot], web.head[slot], web.cost_min[slot] = tail, head, cost_min
    web.next_out[slot], web.first_out[tail] = web.first_out[tail], slot
    web.next_in[slot], web.first_in[head] = web.first_in[head], slot


@njit(cache=True, nogil=True)
def _round(web: Any, left: Any, limit_min: float) -> int:
    """Take out nodes of few neighbours, no two side by side, in the order of their numbers; returns how many."""
    touched = np.zeros(len(left), np.uint8)
    ways = (np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64), np.empty(64))
    taken = 0
    for node in range(len(left)):
        if left[node] != 1 or touched[node]:
            continue
        n_in, n_out = _ways_through(web, node, ways)
        if n_in < 0 or n_in * n_out > n_in + n_out + MOST_ARCS_MORE:
            continue
        _take_out(web, node, ways, (n_in, n_out))
        for i in range(n_in):
            touched[ways[0][i]] = 1
            for j in range(n_out):
                cost_min = ways[2][i] + ways[3][j]
                if ways[0][i] != ways[1][j] and cost_min <= limit_min:
                    _join(web, ways[0][i], ways[1][j], cost_min)
        for j in range(n_out):
            touched[ways[1][j]] = 1
        left[node] = 0
        taken += 1
    return taken


@njit(cache=True, nogil=True)
def _ways_through(web: Any, node: int, ways: Any) -> Any:
    """How many arcs come in and go out, listed in `ways` (from, to, cost in, cost out); -1 where too many."""
    n_in, n_out = 0, 0
    arc = web.first_in[node]
    while arc >= 0:
        if n_in == len(ways[0]):
            return -1, -1
        ways[0][n_in], ways[2][n_in] = web.tail[arc], web.cost_min[arc]
        n_in += 1
        arc = web.next_in[arc]
    arc = web.first_out[node]
    while arc >= 0:
        if n_out == len(ways[1]):
            return -1, -1
        ways[1][n_out], ways[3][n_out] = web.head[arc], web.cost_min[arc]
        n_out += 1
        arc = web.next_out[arc]
    return n_in, n_out


@njit(cache=True, nogil=True)
def _take_out(web: Any, node: int, ways: Any, counts: Any) -> None:
    """Take the node's arcs out of its neighbours' lists, and give their slots back."""
    for i in range(counts[0]):
        _unlink(web.first_out, web.next_out, web.head, ways[0][i], node)
    for j in range(counts[1]):
        _unlink(web.first_in, web.next_in, web.tail, ways[1][j], node)
    _give_back(web, web.first_in[node], web.next_in)
    _give_back(web, web.first_out[node], web.next_out)
    web.first_in[node] = web.first_out[node] = NONE


@njit(cache=True, nogil=True)
def _give_back(web: Any, first: int, following: Any) -> None:
    """The slots of a list of arcs become empty."""
    arc = first
    while arc >= 0:
        after = following[arc]
        web.tail[arc] = web.head[arc] = NONE
        web.next_out[arc], web.free[0] = web.free[0], arc
        arc = after


@njit(cache=True, nogil=True)
def _unlink(first: Any, after: Any, other: Any, node: int, gone: int) -> None:
    """Take the arc between `node` and `gone` out of the node's list."""
    arc, before = first[node], NONE
    while other[arc] != gone:
        before, arc = arc, after[arc]
    if before == NONE:
        first[node] = after[arc]
    else:
        after[before] = after[arc]
