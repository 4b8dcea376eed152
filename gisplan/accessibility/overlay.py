"""Ground shared by areas of many vertices and small zones: what lies outside a zone's box is cut away first."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray


def shared_ground_m2(
    areas: NDArray[np.object_], zones: NDArray[np.object_], pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Ground in m² that each pair (positions of an area and of a zone) shares, shape (n_pairs,).

    Cutting by a rectangle is some ten times quicker than an overlay; where it leaves an invalid piece, the
    area itself is overlaid. A zone that is a rectangle then needs no overlay at all, any other a small one. A zone
    of several parts is taken part by part: the slivers that cells leave of a municipality have a box as wide as it.
    """
    parts, of_pair = shapely.get_parts(zones[pairs[1]], return_index=True)
    shared_m2 = _of_parts(areas[pairs[0]][of_pair], parts)
    return np.asarray(np.bincount(of_pair, weights=shared_m2, minlength=len(pairs[1])), dtype=np.float64)


def _of_parts(areas: NDArray[np.object_], zones: NDArray[np.object_]) -> NDArray[np.float64]:
    """The same of areas and zones of one part, side by side."""
    bounds = shapely.bounds(zones)
    pieces = np.array(
        [shapely.clip_by_rect(shape, *box) for shape, box in zip(areas, bounds.tolist(), strict=True)],
        dtype=object,
    )
    broken = ~shapely.is_valid(pieces)
    pieces[broken] = areas[broken]
    box_m2 = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1])
    other = broken | (shapely.area(zones) < box_m2)
    pieces[other] = shapely.intersection(pieces[other], zones[other])
    return np.asarray(shapely.area(pieces))
