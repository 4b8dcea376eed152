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


def label_parts(inside: NDArray[np.uint8]) -> Runs:
    """Connected parts by runs: inside joins along rows and columns, outside also across corners."""
    rows, columns = inside.shape
    starts = np.ones((rows, columns), dtype=bool)
    np.not_equal(inside[:, 1:], inside[:, :-1], out=starts[:, 1:])
    begin = np.flatnonzero(starts.ravel())
    return _joined(inside, begin)


def label_filled(inside: NDArray[np.uint8], runs: Runs) -> Runs:
    """The parts again after holes were filled, from the runs known before: runs only grow together."""
    value = inside[runs.row, runs.first]
    kept = np.ones(len(value), dtype=bool)
    kept[1:] = (value[1:] != value[:-1]) | (runs.row[1:] != runs.row[:-1])
    begin = runs.row[kept].astype(np.int64) * inside.shape[1] + runs.first[kept]
    return _joined(inside, begin)


def _joined(inside: NDArray[np.uint8], begin: NDArray[np.int64]) -> Runs:
    """Runs that begin at these places (row by row) and end before the next one, joined to parts."""
    columns = inside.shape[1]
    last = np.append(begin[1:], inside.size) - 1
    row = (begin // columns).astype(np.int32)
    runs = Runs(
        row,
        (begin % columns).astype(np.int32),
        (last % columns).astype(np.int32),
        np.arange(len(begin), dtype=np.int32),
    )
    _join_all(inside, runs, np.searchsorted(row, np.arange(inside.shape[0] + 1)))
    return runs


@njit(cache=True, nogil=True)
def _join_all(inside: Any, runs: Any, row_start: Any) -> None:
    for row in range(1, len(row_start) - 1):
        above, below = (row_start[row - 1], row_start[row]), (row_start[row], row_start[row + 1])
        _join_rows(inside, runs, above, below)
    for run in range(len(runs.root)):
        runs.root[run] = _root(runs.root, run)


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
def fill_holes(inside: Any, runs: Any, below: int, kept: Any) -> bool:
    """Set the holes with fewer than `below` nodes inside, but for those with a node set in `kept` (or empty).

    The first run lies outside all polygons.
    """
    size = np.zeros(len(runs.root), np.int64)
    for run in range(len(runs.root)):
        size[runs.root[run]] += runs.last[run] - runs.first[run] + 1
    if kept.size:
        for run in range(len(runs.root)):
            root = runs.root[run]
            if size[root] < below and kept[runs.row[run], runs.first[run] : runs.last[run] + 1].any():
                size[root] = below
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
