"""Which areas touch along a border, from their polygons."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter

Pairs = NDArray[np.int64]


def border_pairs(areas: NDArray[np.object_]) -> Pairs:
    """Pairs of positions (no unit), shape (m, 2), of areas with a piece of border in common; lower first.

    Parameters
    ----------
    areas : polygons, shape (n,)
        In any CRS, all in the same.

    Raises
    ------
    BadParameter
        An area that is missing or empty.

    Notes
    -----
    Areas that meet in a point alone are not neighbours. Two vertices in common are a border, as in every coverage
    that was cut from one drawing; where there are fewer, the common line is measured. Areas that overlap touch.
    """
    areas = np.asarray(areas, dtype=object)
    empty = np.flatnonzero(shapely.is_missing(areas) | shapely.is_empty(areas))
    if len(empty):
        raise BadParameter(
            f"Expected a polygon for each area, found none at position {empty[0]}; leave it out."
        )
    if len(areas) < 2:
        return np.empty((0, 2), dtype=np.int64)
    one, other = shapely.STRtree(areas).query(areas, predicate="intersects")
    pairs: Pairs = np.column_stack([one, other])[one < other].astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    bordering = _common_vertices(areas, pairs) >= 2
    doubtful = np.flatnonzero(~bordering)
    common = shapely.intersection(areas[pairs[doubtful, 0]], areas[pairs[doubtful, 1]])
    bordering[doubtful] = shapely.length(common) > 0
    return np.asarray(pairs[bordering], dtype=np.int64)


def _common_vertices(areas: NDArray[np.object_], pairs: Pairs) -> NDArray[np.int64]:
    """How many vertices each pair has in common, counted once an area."""
    points, owner = shapely.get_coordinates(areas, return_index=True)
    bits = (points + 0.0).view(np.uint64)  # + 0.0: minus zero and zero are one place
    key = _mixed(_mixed(bits[:, 0]) ^ bits[:, 1])
    order = np.lexsort((owner, key))
    key, owner = key[order], owner[order]
    first = np.r_[
        True, (key[1:] != key[:-1]) | (owner[1:] != owner[:-1])
    ]  # a ring's last vertex is its first
    key, owner = key[first], owner[first]
    met: list[NDArray[np.int64]] = []
    step, n = 1, len(areas)
    while True:
        same = np.flatnonzero(key[step:] == key[:-step])
        if not len(same):
            break
        met.append(owner[same] * n + owner[same + step])
        step += 1
    wanted = pairs[:, 0] * n + pairs[:, 1]
    if not met or not len(wanted):
        return np.zeros(len(wanted), dtype=np.int64)
    found, times = np.unique(np.concatenate(met), return_counts=True)
    place = np.searchsorted(found, wanted).clip(max=len(found) - 1)
    return np.where(found[place] == wanted, times[place], 0)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the input moves every bit of the output (the finaliser of splitmix64)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
