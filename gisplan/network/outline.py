"""Polygons around reached streets: contours of a distance field, nested and valid by construction.

The field holds, at each grid node, the distance to the nearest reached street. Adding streets only lowers
it, so the contour of a longer band encloses that of a shorter one: in every cell the crossings move
outward, and the piece of polygon inside a cell is convex or, at a saddle, two convex corners kept apart.
Crossings are rounded to 1/16 of a cell and kept off the grid nodes, so that every coordinate is an exact
binary number, no ring touches another, and "inside" holds exactly and not only up to rounding. (Marching
squares: Lorensen and Cline 1987, in the plane.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from gisplan.network.barriers import ROOM, barriers_near, mark_barriers, parted
from gisplan.network.contour import STEPS, fill_holes, label_filled, label_parts, trace_rings

NO_MARKS = np.zeros((0, 0), dtype=np.uint8)


class Grid(NamedTuple):
    """Nodes at (x0_m + column * cell_m, y0_m + row * cell_m), aligned to whole cells of the plane."""

    x0_m: float
    y0_m: float
    cell_m: float
    columns: int
    rows: int


def grid_over(
    bounds_m: tuple[float, float, float, float], *, margin_m: float, cell_m: float, max_nodes: int
) -> Grid:
    """Grid (metres) over the bounds and a margin; the cell doubles until there are at most `max_nodes`."""
    while True:
        pad_m = margin_m + 2 * cell_m
        x0_m, y0_m = (np.floor((low - pad_m) / cell_m) * cell_m for low in bounds_m[:2])
        columns = int((bounds_m[2] + pad_m - x0_m) // cell_m) + 2
        rows = int((bounds_m[3] + pad_m - y0_m) // cell_m) + 2
        if columns * rows <= max_nodes:
            return Grid(float(x0_m), float(y0_m), cell_m, columns, rows)
        cell_m *= 2


def barrier_marks(grid: Grid, barriers: Any) -> NDArray[np.uint8] | None:
    """1 at the grid nodes next to a barrier, shape (rows, columns); None where there is no barrier at all.

    `barriers` is (barrier index, barrier ends in metres).
    """
    index, ends_m = barriers
    if not len(ends_m):
        return None
    marked = np.zeros((grid.rows, grid.columns), dtype=np.uint8)
    mark_barriers(marked, grid, index, ends_m)
    return marked


def blank_field(grid: Grid) -> NDArray[np.float32]:
    """Squared distances in m², shape (rows, columns), all infinite."""
    return np.full((grid.rows, grid.columns), np.inf, dtype=np.float32)


def window_of(
    grid: Grid, bounds_m: tuple[float, float, float, float], margin_m: float
) -> tuple[slice, slice]:
    """Rows and columns of the grid over the bounds and a margin of metres, with one blank node around."""
    low_x, low_y, high_x, high_y = bounds_m
    first_row, first_column = (
        max(0, int((low - margin_m - zero_m) / grid.cell_m) - 1)
        for low, zero_m in ((low_y, grid.y0_m), (low_x, grid.x0_m))
    )
    last_row, last_column = (
        int((high + margin_m - zero_m) / grid.cell_m) + 3
        for high, zero_m in ((high_y, grid.y0_m), (high_x, grid.x0_m))
    )
    return slice(first_row, last_row), slice(first_column, last_column)


def part_of(grid: Grid, window: tuple[slice, slice]) -> Grid:
    """The grid of a window, at the same places (metres)."""
    rows, columns = (
        range(whole)[part] for whole, part in zip((grid.rows, grid.columns), window, strict=True)
    )
    x0_m, y0_m = grid.x0_m + columns.start * grid.cell_m, grid.y0_m + rows.start * grid.cell_m
    return Grid(x0_m, y0_m, grid.cell_m, len(columns), len(rows))


def outline(
    field: NDArray[np.float32],
    grid: Grid,
    *,
    buffer_m: float,
    fill_below_m2: float,
    barriers: NDArray[np.uint8] | None = None,
) -> shapely.MultiPolygon:
    """The ground (metres) within `buffer_m` of the painted streets, holes below `fill_below_m2` filled.

    A hole with a node marked in `barriers` (shape of the field) is never filled.
    """
    inside = (field <= buffer_m * buffer_m).astype(np.uint8)
    runs = label_parts(inside)
    kept = NO_MARKS if barriers is None else barriers
    if fill_holes(inside, runs, int(fill_below_m2 / grid.cell_m**2), kept):
        runs = label_filled(inside, runs)
    points, offsets, label = trace_rings(field, inside, runs, buffer_m)
    if not len(label):
        return shapely.MultiPolygon()
    xy_m = points * (grid.cell_m / STEPS) + (grid.x0_m, grid.y0_m)
    rings = shapely.linearrings(xy_m, indices=np.repeat(np.arange(len(label)), np.diff(offsets)))
    is_hole = ~shapely.is_ccw(rings)
    order = np.lexsort((is_hole, label))
    _, owner = np.unique(label[order], return_inverse=True)
    return shapely.multipolygons(shapely.polygons(rings[order], indices=owner))


@njit(cache=True, nogil=True)
def bounds_of(network: Any, edges: Any) -> Any:
    """Bounds in metres of the given edges; `network` is (coords_m, coord_offsets)."""
    coords_m, offsets = network
    low_x, low_y, high_x, high_y = np.inf, np.inf, -np.inf, -np.inf
    for edge in edges:
        for p in range(offsets[edge], offsets[edge + 1]):
            low_x, low_y = min(low_x, coords_m[p, 0]), min(low_y, coords_m[p, 1])
            high_x, high_y = max(high_x, coords_m[p, 0]), max(high_y, coords_m[p, 1])
    return low_x, low_y, high_x, high_y


@njit(cache=True, nogil=True)
def paint(field: Any, grid: Any, network: Any, parts: Any, reach_m: float) -> None:
    """Lower the field to the distance to each edge part, out to at least `reach_m`, but not past a barrier.

    `network` is (coords_m, coord_offsets, edge_length_m, (barrier index, barrier ends in metres)).
    """
    coords_m, offsets, edge_length_m, barriers = network
    near = np.empty(ROOM, np.int64)
    for k in range(len(parts.edge)):
        edge = parts.edge[k]
        start_m, end_m = parts.start[k] * edge_length_m[edge], parts.end[k] * edge_length_m[edge]
        run_m = 0.0
        for p in range(offsets[edge], offsets[edge + 1] - 1):
            dx, dy = coords_m[p + 1, 0] - coords_m[p, 0], coords_m[p + 1, 1] - coords_m[p, 1]
            step_m = np.hypot(dx, dy)
            low = max(0.0, (start_m - run_m) / step_m) if step_m > 0 else 0.0
            high = min(1.0, (end_m - run_m) / step_m) if step_m > 0 else 1.0
            run_m += step_m
            if high < low:
                continue
            pieces = int((high - low) * step_m / (4 * reach_m)) + 1
            for piece in range(pieces):
                t0, t1 = low + (high - low) * piece / pieces, low + (high - low) * (piece + 1) / pieces
                ax, ay = coords_m[p, 0] + t0 * dx, coords_m[p, 1] + t0 * dy
                ex, ey = (t1 - t0) * dx, (t1 - t0) * dy
                low_x, low_y = ax + min(ex, 0.0) - reach_m, ay + min(ey, 0.0) - reach_m
                high_x, high_y = ax + max(ex, 0.0) + reach_m, ay + max(ey, 0.0) + reach_m
                box = (low_x, low_y, high_x, high_y)
                count = barriers_near(barriers[0], barriers[1], box, near)
                if count > len(near):
                    near = np.empty(2 * count, np.int64)
                    barriers_near(barriers[0], barriers[1], box, near)
                if count:
                    _paint_seen(field, grid, (ax, ay, ex, ey), reach_m, (barriers[1], near, count))
                else:
                    local = (ax - grid.x0_m, ay - grid.y0_m, ex, ey)
                    _paint_piece(field, grid.cell_m, local, reach_m)


@njit(cache=True, nogil=True, inline="always")
def _paint_piece(field: Any, cell_m: float, piece: Any, reach_m: float) -> None:
    ax, ay, dx, dy = piece
    norm = dx * dx + dy * dy
    scale = 1.0 / norm if norm > 0 else 0.0
    row0, row1 = int((ay + min(dy, 0.0) - reach_m) / cell_m), int((ay + max(dy, 0.0) + reach_m) / cell_m) + 1
    col0, col1 = int((ax + min(dx, 0.0) - reach_m) / cell_m), int((ax + max(dx, 0.0) + reach_m) / cell_m) + 1
    for row in range(row0, row1 + 1):
        py = row * cell_m - ay
        line = field[row, col0 : col1 + 1]
        for k in range(len(line)):  # several nodes at a time, as the compiler sees that no index is negative
            px = (col0 + k) * cell_m - ax
            t = (px * dx + py * dy) * scale
            t = 0.0 if t < 0.0 else t
            t = 1.0 if t > 1.0 else t
            ex, ey = px - t * dx, py - t * dy
            distance_sq = np.float32(ex * ex + ey * ey)
            line[k] = distance_sq if distance_sq < line[k] else line[k]


@njit(cache=True, nogil=True)
def _paint_seen(field: Any, grid: Any, piece: Any, reach_m: float, barriers: Any) -> None:
    """As `_paint_piece`, for the grid nodes whose line of sight to the piece no barrier cuts."""
    ends_m, near, count = barriers
    ax, ay, dx, dy = piece
    norm = dx * dx + dy * dy
    low_x, low_y = ax + min(dx, 0.0) - reach_m - grid.x0_m, ay + min(dy, 0.0) - reach_m - grid.y0_m
    high_x, high_y = ax + max(dx, 0.0) + reach_m - grid.x0_m, ay + max(dy, 0.0) + reach_m - grid.y0_m
    for row in range(int(low_y / grid.cell_m), int(high_y / grid.cell_m) + 2):
        y = grid.y0_m + row * grid.cell_m
        for column in range(int(low_x / grid.cell_m), int(high_x / grid.cell_m) + 2):
            x = grid.x0_m + column * grid.cell_m
            t = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / norm)) if norm > 0 else 0.0
            qx, qy = ax + t * dx, ay + t * dy
            distance_sq = np.float32((x - qx) ** 2 + (y - qy) ** 2)
            if distance_sq < field[row, column] and not parted(ends_m, near, count, (x, y, qx, qy)):
                field[row, column] = distance_sq
