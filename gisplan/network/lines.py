"""Raw streets from plain lines: which ends and vertices are one node, and where crossing lines meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gisplan.network.errors import BadParameter, BadStreets
from gisplan.network.raw import RawStreets

Line = NDArray[np.float64]
Floats = NDArray[np.float64]


def raw_from_lines(
    lines: Sequence[Line],
    *,
    snap_tolerance_m: float = 0.1,
    tags: dict[str, list[str | None]] | None = None,
    z_m: Sequence[NDArray[np.float64]] | None = None,
) -> RawStreets:
    """Raw streets (metres) of lines given as arrays of shape (k, 2), one way a line.

    Vertices at the same coordinates are one node. An end of a line is also joined to any vertex within
    `snap_tolerance_m`, and takes its place (the one of least x, then y). Lines that cross without a common
    vertex stay apart, as a bridge must: join them with `node_crossings` where the layer is known to be
    flat. `z_m` has the altitude of each vertex of each line, nan where not known; a node takes the first
    that is known.

    Raises
    ------
    BadStreets
        A line is not of shape (k, 2).
    BadParameter
        A negative or infinite tolerance.
    """
    if not 0 <= snap_tolerance_m < np.inf:
        raise BadParameter(
            f"Expected a snapping tolerance of 0 m or more, found {snap_tolerance_m}; correct it."
        )
    for position, line in enumerate(lines):
        if line.ndim != 2 or line.shape[1] != 2:
            raise BadStreets(
                f"Expected lines of shape (k, 2), found {line.shape} at line {position}; keep x and y only."
            )
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    xy_m = np.concatenate([np.zeros((0, 2)), *lines])
    places_m, node = np.unique(xy_m, axis=0, return_inverse=True)
    if snap_tolerance_m > 0:
        ends = np.unique(node[np.concatenate((offsets[:-1], offsets[1:] - 1))[np.tile(sizes > 0, 2)]])
        joined = _join_ends(places_m, ends, snap_tolerance_m)
        places_m, node = _first_of_each(places_m, joined), joined[node]
    node = node.reshape(-1)
    return RawStreets(
        node_key=np.arange(len(places_m), dtype=np.int64),
        x_m=places_m[:, 0],
        y_m=places_m[:, 1],
        way_offsets=offsets.astype(np.int64),
        way_nodes=node.astype(np.int32),
        tags=tags or {},
        z_m=None
        if z_m is None
        else _node_altitudes(node, np.concatenate([np.zeros(0), *z_m]), len(places_m)),
    )


def rejoined(raw: RawStreets, *, snap_tolerance_m: float = 0.1, crossings: bool = False) -> RawStreets:
    """The same ways with their ends joined as `raw_from_lines` does (metres), and noded where they cross if asked.

    A crossing has the altitude of the way between its neighbours. Barriers are kept as they are.
    """
    xy_m = np.column_stack((raw.x_m, raw.y_m))
    runs = np.split(raw.way_nodes, raw.way_offsets[1:-1])
    lines = [xy_m[run] for run in runs]
    z_m = None if raw.z_m is None else [raw.z_m[run] for run in runs]
    if crossings:
        noded = node_crossings(lines)
        if z_m is not None:
            z_m = [_between(*three) for three in zip(lines, z_m, noded, strict=True)]
        lines = noded
    joined = raw_from_lines(lines, snap_tolerance_m=snap_tolerance_m, tags=raw.tags, z_m=z_m)
    return replace(joined, barriers_m=raw.barriers_m)


def _between(line: Line, z_m: Floats, noded: Line) -> Floats:
    """Altitudes of the line with more vertices, by the way along it; nan next to one that is not known."""
    along_m, asked_m = (
        np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy_m, axis=0).T)))) for xy_m in (line, noded)
    )
    found: Floats = np.interp(asked_m, along_m, z_m)
    return found


def _node_altitudes(node: NDArray[np.int64], z_m: Floats, n_nodes: int) -> Floats:
    known = np.flatnonzero(np.isfinite(z_m))[::-1]
    found = np.full(n_nodes, np.nan)
    found[node[known]] = z_m[known]
    return found


def _join_ends(places_m: Line, ends: NDArray[np.int64], tolerance_m: float) -> NDArray[np.int64]:
    """Cluster of each place; only pairs with a line end are joined, so dense curves keep their shape."""
    finite = np.flatnonzero(np.isfinite(places_m).all(axis=1))
    tree = cKDTree(places_m[finite])
    ends = ends[np.isfinite(places_m[ends]).all(axis=1)]
    pairs = cKDTree(places_m[ends]).sparse_distance_matrix(tree, tolerance_m, output_type="ndarray")
    tail, head = ends[pairs["i"]], finite[pairs["j"]]
    links = coo_array((np.ones(len(tail)), (tail, head)), shape=(len(places_m), len(places_m)))
    return connected_components(links, directed=False)[1].astype(np.int64)


def _first_of_each(places_m: Line, cluster: NDArray[np.int64]) -> Line:
    _, first = np.unique(cluster, return_index=True)  # places are sorted by x, then y
    return places_m[first]


def node_crossings(lines: Sequence[Line]) -> list[Line]:
    """Lines (metres) with a common vertex added where two of them cross or touch, in the same order.

    For flat layers only: it joins a bridge to the street below. Overlapping stretches are joined at their
    ends.
    """
    shapes = shapely.linestrings(
        np.concatenate(lines), indices=np.repeat(np.arange(len(lines)), [len(k) for k in lines])
    )
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    met, pair = shapely.get_coordinates(shapely.intersection(shapes[one], shapes[other]), return_index=True)
    owner = np.concatenate((one[pair], other[pair]))
    crossings_m = np.concatenate((met, met))
    along_m = shapely.line_locate_point(shapes[owner], shapely.points(crossings_m))
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(len(lines) + 1))
    return [
        _with_vertices(line, crossings_m[here], along_m[here])
        for line, here in ((lines[k], order[bounds[k] : bounds[k + 1]]) for k in range(len(lines)))
    ]


def _with_vertices(line: Line, points_m: Line, along_m: NDArray[np.float64]) -> Line:
    own_m = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
    order = np.argsort(np.concatenate((own_m, along_m)), kind="stable")
    return np.concatenate((line, points_m))[order]
