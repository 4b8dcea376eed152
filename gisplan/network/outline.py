"""Polygons around reached streets: a distance field on a grid, and its contours, nested and valid by construction.

The field holds, at each grid node, the distance to the nearest reached street. Adding streets only lowers it, so the
contour of a longer band encloses that of a shorter one: in every cell the crossings move outward, and the piece of
polygon inside a cell is convex or, at a saddle, two convex corners kept apart. Crossings are rounded to 1/16 of a
cell and kept off the grid nodes, so that every coordinate is an exact binary number, no ring touches another, and
"inside" holds exactly and not only up to rounding. (Marching squares: Lorensen and Cline 1987, in the plane.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

STEPS = 16


class Grid(NamedTuple):
    """Nodes at (x0_m + column * cell_m, y0_m + row * cell_m), aligned to whole cells of the plane."""

    x0_m: float
    y0_m: float
    cell_m: float
    columns: int
    rows: int


class _Runs(NamedTuple):
    """Stretches of equal value in each row, with the root run of the connected part that each belongs to."""

    row: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    root: NDArray[np.int32]


def grid_over(
    bounds_m: tuple[float, float, float, float], *, margin_m: float, cell_m: float, max_nodes: int
) -> Grid:
    """Grid (metres) over the bounds and a margin; the cell is doubled until the grid has at most `max_nodes`."""
    while True:
        pad_m = margin_m + 2 * cell_m
        x0_m, y0_m = (np.floor((low - pad_m) / cell_m) * cell_m for low in bounds_m[:2])
        columns = int((bounds_m[2] + pad_m - x0_m) // cell_m) + 2
        rows = int((bounds_m[3] + pad_m - y0_m) // cell_m) + 2
        if columns * rows <= max_nodes:
            return Grid(float(x0_m), float(y0_m), cell_m, columns, rows)
        cell_m *= 2


def blank_field(grid: Grid) -> NDArray[np.float32]:
    """Squared distances in m², shape (rows, columns), all infinite."""
    return np.full((grid.rows, grid.columns), np.inf, dtype=np.float32)


def outline(
    field: NDArray[np.float32], grid: Grid, *, buffer_m: float, fill_below_m2: float
) -> shapely.MultiPolygon:
    """The ground (metres) within `buffer_m` of the painted streets; holes below `fill_below_m2` are filled."""
    inside = (field <= buffer_m * buffer_m).astype(np.uint8)
    runs = _label(inside)
    if _fill(inside, runs, int(fill_below_m2 / grid.cell_m**2)):
        runs = _label(inside)
    points, offsets, label = _trace(field, inside, runs, buffer_m)
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
    """Lower the field to the distance to each edge part, out to at least `reach_m`."""
    coords_m, offsets, edge_length_m = network
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
                ax, ay = coords_m[p, 0] + t0 * dx - grid.x0_m, coords_m[p, 1] + t0 * dy - grid.y0_m
                _paint_piece(field, grid.cell_m, (ax, ay, (t1 - t0) * dx, (t1 - t0) * dy), reach_m)


@njit(cache=True, nogil=True, inline="always")
def _paint_piece(field: Any, cell_m: float, piece: Any, reach_m: float) -> None:
    ax, ay, dx, dy = piece
    norm = dx * dx + dy * dy
    scale = 1.0 / norm if norm > 0 else 0.0
    row0, row1 = int((ay + min(dy, 0.0) - reach_m) / cell_m), int((ay + max(dy, 0.0) + reach_m) / cell_m) + 1
    col0, col1 = int((ax + min(dx, 0.0) - reach_m) / cell_m), int((ax + max(dx, 0.0) + reach_m) / cell_m) + 1
    for row in range(row0, row1 + 1):
        py = row * cell_m - ay
        for column in range(col0, col1 + 1):
            px = column * cell_m - ax
            t = min(1.0, max(0.0, (px * dx + py * dy) * scale))
            ex, ey = px - t * dx, py - t * dy
            field[row, column] = min(field[row, column], np.float32(ex * ex + ey * ey))


@njit(cache=True, nogil=True)
def _label(inside: Any) -> _Runs:
    """Connected parts by runs: inside joins along rows and columns, outside also across corners."""
    rows, columns = inside.shape
    total = rows
    for row in range(rows):
        for column in range(1, columns):
            total += inside[row, column] != inside[row, column - 1]
    runs = _Runs(
        *(
            np.empty(total, np.int32),
            np.empty(total, np.int32),
            np.empty(total, np.int32),
            np.arange(total, dtype=np.int32),
        )
    )
    count, above, above_end = 0, 0, 0
    for row in range(rows):
        begin = count
        first = 0
        for column in range(1, columns + 1):
            if column == columns or inside[row, column] != inside[row, column - 1]:
                runs.row[count], runs.first[count], runs.last[count] = row, first, column - 1
                first = column
                count += 1
        _join_rows(inside, runs, (above, above_end), (begin, count))
        above, above_end = begin, count
    for run in range(total):
        runs.root[run] = _root(runs.root, run)
    return runs


@njit(cache=True, nogil=True)
def _join_rows(inside: Any, runs: Any, above: Any, below: Any) -> None:
    lead = above[0]
    for run in range(below[0], below[1]):
        value = inside[runs.row[run], runs.first[run]]
        slack = 0 if value else 1
        while lead < above[1] and runs.last[lead] < runs.first[run] - 1:
            lead += 1
        other = lead
        while other < above[1] and runs.first[other] <= runs.last[run] + 1:
            near = runs.first[other] <= runs.last[run] + slack and runs.first[run] <= runs.last[other] + slack
            if near and inside[runs.row[other], runs.first[other]] == value:
                one, two = _root(runs.root, run), _root(runs.root, other)
                runs.root[max(one, two)] = min(one, two)
            other += 1


@njit(cache=True, nogil=True)
def _root(root: Any, run: int) -> int:
    while root[run] != run:
        root[run] = root[root[run]]
        run = root[run]
    return run


@njit(cache=True, nogil=True)
def _fill(inside: Any, runs: Any, below: int) -> bool:
    """Set the holes with fewer than `below` nodes inside; the first run lies outside all polygons."""
    size = np.zeros(len(runs.root), np.int64)
    for run in range(len(runs.root)):
        size[runs.root[run]] += runs.last[run] - runs.first[run] + 1
    filled = False
    for run in range(len(runs.root)):
        root = runs.root[run]
        if root != runs.root[0] and not inside[runs.row[run], runs.first[run]] and size[root] < below:
            filled = True
            root_is_small = True
            if root_is_small:
                size[root] = size[root]
    if not filled:
        return False
    for run in range(len(runs.root)):
        root = runs.root[run]
        row = runs.row[run]
        if root != runs.root[0] and not inside[row, runs.first[run]] and size[root] < below:
            inside[row, runs.first[run] : runs.last[run] + 1] = 1
    return True


@njit(cache=True, nogil=True)
def _trace(field: Any, inside: Any, runs: Any, buffer_m: float) -> Any:
    """Rings with the inside on their left: points in 1/16 cells, ring offsets, and the part each ring bounds."""
    room = 0
    for run in range(len(runs.root)):
        room += 2 * inside[runs.row[run], runs.first[run]]
    for row in range(1, inside.shape[0]):
        for column in range(inside.shape[1]):
            room += inside[row, column] != inside[row - 1, column]
    points = np.empty((room, 2), np.int64)
    offsets, labels = [0], [0]
    for run in range(len(runs.root)):
        row, column = runs.row[run], runs.last[run]
        if inside[row, column] == 1:
            offsets.append(
                _follow(field, inside, points[offsets[-1] :], (row, column), buffer_m) + offsets[-1]
            )
            labels.append(runs.root[run])
    return points[: offsets[-1]], np.array(offsets), np.array(labels[1:])


@njit(cache=True, nogil=True)
def _follow(field: Any, inside: Any, points: Any, start: Any, buffer_m: float) -> int:
    """Walk one ring from the right end of a run, between an inside node on the left and an outside on the right.

    Right ends passed are marked 2. Where the two nodes ahead are crossed, the ring turns left: corners stay apart.
    """
    row, column = start
    ahead_row, ahead_column = 1, 0
    count = 0
    while True:
        out_row, out_column = row - ahead_column, column + ahead_row
        if ahead_row == 1:
            if inside[row, column] == 2:
                return count
            inside[row, column] = 2
        near, far = np.sqrt(np.float64(field[row, column])), np.sqrt(np.float64(field[out_row, out_column]))
        share = (buffer_m - near) / (far - near) if near < buffer_m else 0.0
        step = min(max(int(share * STEPS + 0.5), 1), STEPS - 1)
        x, y = STEPS * column + step * ahead_row, STEPS * row - step * ahead_column
        if count > 1 and _straight(points, count, x, y):
            count -= 1
        points[count, 0], points[count, 1] = x, y
        count += 1
        left, right = (
            inside[row + ahead_row, column + ahead_column],
            inside[out_row + ahead_row, out_column + ahead_column],
        )
        if not left:
            ahead_row, ahead_column = ahead_column, -ahead_row
        elif not right:
            row, column = row + ahead_row, column + ahead_column
        else:
            row, column = out_row + ahead_row, out_column + ahead_column
            ahead_row, ahead_column = -ahead_column, ahead_row


@njit(cache=True, nogil=True, inline="always")
def _straight(points: Any, count: int, x: int, y: int) -> bool:
    """Whether the last point lies on the way from the one before it to (x, y), and so says nothing."""
    ax, ay = points[count - 1, 0] - points[count - 2, 0], points[count - 1, 1] - points[count - 2, 1]
    bx, by = x - points[count - 1, 0], y - points[count - 1, 1]
    return ax * by == ay * bx and ax * bx + ay * by > 0
