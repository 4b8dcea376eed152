"""Connected parts of a grid, their small holes, and the rings around them (compiled)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

STEPS = 16  # a crossing lies at 1/16 to 15/16 of the way between two grid nodes


class Runs(NamedTuple):
    """Stretches of equal value in each row, with the root run of the connected part that each belongs to."""

    row: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    root: NDArray[np.int32]


@njit(cache=True, nogil=True)
def label_parts(inside: Any) -> Runs:
    """Connected parts by runs: inside joins along rows and columns, outside also across corners."""
    rows, columns = inside.shape
    total = rows
    for row in range(rows):
        for column in range(1, columns):
            total += inside[row, column] != inside[row, column - 1]
    runs = Runs(
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
def fill_holes(inside: Any, runs: Any, below: int) -> bool:
    """Set the holes with fewer than `below` nodes inside; the first run lies outside all polygons."""
    size = np.zeros(len(runs.root), np.int64)
    for run in range(len(runs.root)):
        size[runs.root[run]] += runs.last[run] - runs.first[run] + 1
    filled = False
    for run in range(len(runs.root)):
        root = runs.root[run]
        row = runs.row[run]
        if root != runs.root[0] and not inside[row, runs.first[run]] and size[root] < below:
            inside[row, runs.first[run] : runs.last[run] + 1] = 1
            filled = True
    return filled


@njit(cache=True, nogil=True)
def trace_rings(field: Any, inside: Any, runs: Any, buffer_m: float) -> Any:
    """Rings with the inside on their left: points in 1/16 cells, ring offsets, the part each one bounds."""
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
    """Walk one ring from the right end of a run, with an inside node on the left, an outside on the right.

    Right ends passed are marked 2. Where the two nodes ahead are crossed, the ring turns left: corners stay
    apart.
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
    return bool(ax * by == ay * bx and ax * bx + ay * by > 0)
