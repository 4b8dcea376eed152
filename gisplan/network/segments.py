"""A grid over the segments of all edges, and the nearest usable edge of a point found through it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gisplan.network.graph import StreetNetwork

INDEX_CELL_M = 100.0
INDEX_CELLS = 4_000_000


class SegmentIndex(NamedTuple):
    """A grid over the segments: those in cell `c` start at coordinates `segment[start[c]:start[c + 1]]`."""

    x0_m: float
    y0_m: float
    cell_m: float
    columns: int
    rows: int
    start: NDArray[np.int64]
    segment: NDArray[np.int64]


class Shapes(NamedTuple):
    coords_m: NDArray[np.float64]
    coord_offsets: NDArray[np.int64]
    edge_of_coord: NDArray[np.int32]


def edge_shapes(network: StreetNetwork) -> Shapes:
    def make() -> Shapes:
        sizes = np.diff(network.coord_offsets)
        owner = np.repeat(np.arange(network.n_edges, dtype=np.int32), sizes)
        return Shapes(network.coords_m, network.coord_offsets, owner)

    return network.derived("shapes", make)


def segment_index(network: StreetNetwork) -> SegmentIndex:
    return network.derived("segment index", lambda: make_index(edge_shapes(network)))


def make_index(shapes: Shapes) -> SegmentIndex:
    """Cells of 100 m or more over the segments of these shapes; one empty cell where there are none."""
    low, high = shapes.coords_m.min(axis=0, initial=np.inf), shapes.coords_m.max(axis=0, initial=-np.inf)
    if not len(shapes.coords_m):
        return SegmentIndex(0.0, 0.0, INDEX_CELL_M, 1, 1, np.zeros(2, np.int64), np.zeros(0, dtype=np.int64))
    span_m = high - low
    cell_m = max(INDEX_CELL_M, float(np.sqrt(np.prod(span_m + INDEX_CELL_M) / INDEX_CELLS)))
    columns, rows = (int(value // cell_m) + 1 for value in span_m)
    empty = np.zeros(0, dtype=np.int64)
    blank = SegmentIndex(
        float(low[0]), float(low[1]), cell_m, columns, rows, np.zeros(columns * rows + 1, np.int64), empty
    )
    counts = np.zeros(columns * rows + 1, dtype=np.int64)
    _file_segments(blank, shapes, counts, empty)
    start = np.concatenate(([0], np.cumsum(counts[:-1])))
    filled = blank._replace(start=start, segment=np.empty(start[-1], dtype=np.int64))
    _file_segments(filled, shapes, start[:].copy(), filled.segment)
    return filled


@njit(cache=True)
def _file_segments(index: Any, shapes: Any, cursor: Any, out: Any) -> None:
    """Count the segments of each cell into `cursor` (while `out` is empty), or file them from `cursor` on."""
    for p in range(len(shapes.coords_m) - 1):
        if shapes.edge_of_coord[p] != shapes.edge_of_coord[p + 1]:
            continue
        ax, ay = shapes.coords_m[p]
        bx, by = shapes.coords_m[p + 1]
        for row in range(
            int((min(ay, by) - index.y0_m) / index.cell_m), int((max(ay, by) - index.y0_m) / index.cell_m) + 1
        ):
            for column in range(
                int((min(ax, bx) - index.x0_m) / index.cell_m),
                int((max(ax, bx) - index.x0_m) / index.cell_m) + 1,
            ):
                cell = row * index.columns + column
                if len(out):
                    out[cursor[cell]] = p
                cursor[cell] += 1


@njit(cache=True, nogil=True)
def nearest_edges(index: Any, shapes: Any, usable: Any, points_m: Any, reach_m: Any) -> Any:
    """Nearest usable edge within each point's reach, and (fraction, x, y, distance) on it; -1 where none."""
    n = len(points_m)
    edges = np.full(n, -1, np.int64)
    places = np.full((n, 4), np.nan)
    for k in range(n):
        places[k, 3] = np.inf
        if reach_m[k] < 0:
            continue
        x, y = points_m[k]
        segment, t, distance_m = _nearest_segment(index, shapes, usable, (x, y), reach_m[k])
        if segment < 0:
            continue
        edge = shapes.edge_of_coord[segment]
        edges[k] = edge
        places[k, 0] = _fraction(shapes, edge, segment, t)
        ax, ay = shapes.coords_m[segment]
        bx, by = shapes.coords_m[segment + 1]
        places[k, 1] = ax + t * (bx - ax)
        places[k, 2] = ay + t * (by - ay)
        places[k, 3] = distance_m
    return edges, places


@njit(cache=True, nogil=True)
def _nearest_segment(index: Any, shapes: Any, usable: Any, point: Any, reach_m: float) -> Any:
    """Search rings of cells outward until nothing nearer can follow; ties go to the lower segment."""
    x, y = point
    column0 = int(np.floor((x - index.x0_m) / index.cell_m))
    row0 = int(np.floor((y - index.y0_m) / index.cell_m))
    best, best_t, best_sq = -1, 0.0, reach_m * reach_m
    for ring in range(int(reach_m / index.cell_m) + 2):
        if best >= 0 and best_sq <= ((ring - 1) * index.cell_m) ** 2:
            break
        for row in range(max(row0 - ring, 0), min(row0 + ring, index.rows - 1) + 1):
            inner = abs(row - row0) < ring
            for column in range(max(column0 - ring, 0), min(column0 + ring, index.columns - 1) + 1):
                if inner and abs(column - column0) < ring:
                    continue
                cell = row * index.columns + column
                for position in range(index.start[cell], index.start[cell + 1]):
                    p = index.segment[position]
                    if not usable[shapes.edge_of_coord[p]]:
                        continue
                    t, sq = _to_segment(shapes.coords_m, p, x, y)
                    if sq < best_sq or (sq == best_sq and (best < 0 or p < best)):
                        best, best_t, best_sq = p, t, sq
    return best, best_t, np.sqrt(best_sq)


@njit(cache=True, nogil=True, inline="always")
def _to_segment(coords_m: Any, p: int, x: float, y: float) -> Any:
    ax, ay = coords_m[p]
    dx, dy = coords_m[p + 1, 0] - ax, coords_m[p + 1, 1] - ay
    norm = dx * dx + dy * dy
    t = 0.0 if norm == 0 else min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / norm))
    ex, ey = x - (ax + t * dx), y - (ay + t * dy)
    return t, ex * ex + ey * ey


@njit(cache=True, nogil=True)
def _fraction(shapes: Any, edge: int, segment: int, t: float) -> float:
    first, last = shapes.coord_offsets[edge], shapes.coord_offsets[edge + 1] - 1
    if segment == first and t == 0.0:
        return 0.0
    if segment == last - 1 and t == 1.0:
        return 1.0
    before, total = 0.0, 0.0
    for p in range(first, last):
        step = np.hypot(
            shapes.coords_m[p + 1, 0] - shapes.coords_m[p, 0],
            shapes.coords_m[p + 1, 1] - shapes.coords_m[p, 1],
        )
        if p < segment:
            before += step
        elif p == segment:
            before += t * step
        total += step
    return before / total if total > 0 else 0.0
