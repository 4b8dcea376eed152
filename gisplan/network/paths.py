"""Bounded shortest paths from several starts at once, compiled, exact and the same whatever else is asked."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter
from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import Mode, speed_ratio

MAX_MINUTES = 240.0


class Seeds(NamedTuple):
    """Where a search starts: nodes, and the minutes already spent when it gets there."""

    node: NDArray[np.int32]
    cost_min: NDArray[np.float64]


class Reached(NamedTuple):
    """The nodes within the limit and the minutes to each; what is not listed is not reached."""

    node: NDArray[np.int32]
    cost_min: NDArray[np.float64]


class _Space(NamedTuple):
    """Working arrays of one thread, blank between searches so that a search costs what it reaches."""

    best: NDArray[np.float64]
    heap_cost: NDArray[np.float64]
    heap_node: NDArray[np.int32]
    touched: NDArray[np.int32]


def reach(
    network: StreetNetwork, seeds: Seeds, *, minutes: float, mode: Mode, speed_kmh: float | None = None
) -> Reached:
    """Minutes to every node within `minutes` of the seeds, the limit included (Dijkstra 1959, bounded).

    `speed_kmh` replaces the mode's default; the cost of the seeds is taken as it is.

    Raises
    ------
    BadParameter
        Minutes not above 0 or beyond `MAX_MINUTES`, a speed out of range, a seed that is no node or costs
        less than 0.
    UnknownMode
        A mode without a profile.
    """
    limit_min = checked_minutes(minutes)
    ratio = speed_ratio(mode, speed_kmh)
    arcs = network.arcs(mode)
    space = _space(network)
    seeds = _checked_seeds(network, seeds)
    count = _search(arcs, space, seeds.node, seeds.cost_min * ratio, limit_min * ratio)
    node = space.touched[:count].copy()
    cost_min = space.best[node] / ratio
    space.best[node] = np.inf
    return Reached(node, cost_min)


def checked_minutes(minutes: float) -> float:
    """The minutes as float, above 0 and at most `MAX_MINUTES`; `BadParameter` otherwise."""
    if not 0 < minutes <= MAX_MINUTES:
        raise BadParameter(
            f"Expected minutes above 0 and at most {MAX_MINUTES:g}, found {minutes}; ask for such a time."
        )
    return float(minutes)


def _checked_seeds(network: StreetNetwork, seeds: Seeds) -> Seeds:
    """Seeds in order of cost, so that each node enters the heap once; the kernel checks no bounds of its own."""
    bad = (seeds.node < 0) | (seeds.node >= network.n_nodes) | ~(seeds.cost_min >= 0)
    if bad.any():
        first = int(np.argmax(bad))
        raise BadParameter(
            f"Expected seeds at nodes 0 to {network.n_nodes - 1} with a cost of 0 min or more, found node "
            f"{seeds.node[first]} at {seeds.cost_min[first]}; correct it."
        )
    order = np.argsort(seeds.cost_min, kind="stable")
    return Seeds(seeds.node[order].astype(np.int32), seeds.cost_min[order])


def _space(network: StreetNetwork) -> _Space:
    def make() -> _Space:
        room = 2 * network.n_edges + network.n_nodes + 1
        return _Space(
            best=np.full(network.n_nodes, np.inf),
            heap_cost=np.empty(room),
            heap_node=np.empty(room, dtype=np.int32),
            touched=np.empty(network.n_nodes, dtype=np.int32),
        )

    return network.derived(f"search space {threading.get_ident()}", make)


@njit(cache=True, nogil=True)
def _search(arcs: Any, space: Any, seed_node: Any, seed_min: Any, limit_min: float) -> int:
    """Settle all nodes within the limit; returns how many, listed in `space.touched`, with `space.best`."""
    best = space.best
    size, count = 0, 0
    for k in range(len(seed_node)):
        node, cost = seed_node[k], seed_min[k]
        if cost <= limit_min and cost < best[node]:
            if best[node] == np.inf:
                space.touched[count] = node
                count += 1
            best[node] = cost
            size = _push(space, size, cost, node)
    while size > 0:
        cost, node = space.heap_cost[0], space.heap_node[0]
        size = _pop(space, size)
        if cost > best[node]:
            continue
        for a in range(arcs.start[node], arcs.start[node + 1]):
            head, onward = arcs.head[a], cost + arcs.cost_min[a]
            if onward <= limit_min and onward < best[head]:
                if best[head] == np.inf:
                    space.touched[count] = head
                    count += 1
                best[head] = onward
                size = _push(space, size, onward, head)
    return count


@njit(cache=True, nogil=True, inline="always")
def _push(space: Any, size: int, cost: float, node: int) -> int:
    hole = size
    while hole > 0:
        parent = (hole - 1) >> 1
        if space.heap_cost[parent] <= cost:
            break
        space.heap_cost[hole] = space.heap_cost[parent]
        space.heap_node[hole] = space.heap_node[parent]
        hole = parent
    space.heap_cost[hole] = cost
    space.heap_node[hole] = node
    return size + 1


@njit(cache=True, nogil=True, inline="always")
def _pop(space: Any, size: int) -> int:
    """Take the top away: the last entry sinks into its place."""
    size -= 1
    cost, node = space.heap_cost[size], space.heap_node[size]
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        if child + 1 < size and space.heap_cost[child + 1] < space.heap_cost[child]:
            child += 1
        if space.heap_cost[child] >= cost:
            break
        space.heap_cost[hole] = space.heap_cost[child]
        space.heap_node[hole] = space.heap_node[child]
        hole = child
    space.heap_cost[hole] = cost
    space.heap_node[hole] = node
    return size
