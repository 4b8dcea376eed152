"""Which centres of a level are each other's neighbours, whatever lies below their level between them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError, cKDTree

from gisplan.network.contiguity import Pairs

_FEW = 4  # a triangulation needs more


def gabriel_pairs(points_m: NDArray[np.float64]) -> Pairs:
    """Pairs of positions (no unit), shape (m, 2), with no third point in the circle between them; lower first.

    Parameters
    ----------
    points_m : shape (n, 2)
        Positions in metres.

    Notes
    -----
    Gabriel and Sokal (1969), Systematic Zoology 18(3): a point on the circle counts as outside.
    """
    pairs = _candidates(points_m)
    if not len(pairs):
        return pairs
    one, other = points_m[pairs[:, 0]], points_m[pairs[:, 1]]
    radius_m = np.linalg.norm(one - other, axis=1) / 2
    nearest_m, _ = cKDTree(points_m).query((one + other) / 2)
    return np.asarray(pairs[nearest_m >= radius_m * (1 - 1e-9)], dtype=np.int64)


def _candidates(points_m: NDArray[np.float64]) -> Pairs:
    """The edges of a Delaunay triangulation, which hold all Gabriel pairs; all pairs where there is none."""
    n = len(points_m)
    if n >= _FEW:
        try:
            corners = Delaunay(points_m).simplices
        except QhullError:  # all in one line
            pass
        else:
            edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
            return np.unique(np.sort(edges, axis=1), axis=0).astype(np.int64)
    return np.array(list(combinations(range(n), 2)), dtype=np.int64).reshape(-1, 2)
