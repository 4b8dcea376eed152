"""Quickest ways over hops: which of them lead from one centre to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gisplan.network.contiguity import Pairs

Floats = NDArray[np.float64]
_AT_ONCE = 256  # searches whose predecessors are held at the same time


def graph_of(pairs: Pairs, minutes: Floats, *, n: int) -> csr_array:
    """The minutes of pairs as a sparse matrix, shape (n, n); of a pair that stands twice the least counts."""
    low, high = pairs.min(axis=1, initial=n), pairs.max(axis=1, initial=-1)
    order = np.lexsort((minutes, high, low))
    low, high, minutes = low[order], high[order], minutes[order]
    first = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])][: len(low)]
    return csr_array((minutes[first], (low[first], high[first])), shape=(n, n))


def quickest_ways(
    hops: Pairs, hop_min: Floats, pairs: Pairs, *, n: int, limit_min: float = np.inf
) -> list[list[int] | None]:
    """The positions of the hops (no unit) of the quickest way of each pair; None where no way leads in the limit.

    Parameters
    ----------
    hops, pairs : shapes (m, 2) and (k, 2)
        Positions of centres.
    hop_min : shape (m,)
        Minutes of each hop.
    n : int
        How many centres there are.
    limit_min : float
        What takes longer is not sought.
    """
    hop_of = {(a, b): k for k, pair in enumerate(hops.tolist()) for a, b in (pair, pair[::-1])}
    graph = graph_of(hops, hop_min, n=n)
    found: list[list[int] | None] = [None] * len(pairs)
    starts = np.unique(pairs[:, 0])
    for first in range(0, len(starts), _AT_ONCE):
        own = starts[first : first + _AT_ONCE]
        _, before = dijkstra(graph, directed=False, indices=own, return_predecessors=True, limit=limit_min)
        for k in np.flatnonzero(np.isin(pairs[:, 0], own)).tolist():
            start, end = pairs[k].tolist()
            found[k] = _way_back(before[np.searchsorted(own, start)], end, hop_of)
    return found


def _way_back(before: NDArray[np.int32], end: int, hop_of: dict[tuple[int, int], int]) -> list[int] | None:
    way, node = [], end
    while before[node] >= 0:
        way.append(hop_of[node, int(before[node])])
        node = int(before[node])
    return way or None
