"""Lines that ground does not cross: motorways at street level, and the rivers or railways that a reader gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import MOTOR_ROAD_KMH, Mode, street_speeds
from gisplan.network.raw import RawStreets
from gisplan.network.segments import SegmentIndex, Shapes, make_index

BARRED_MODES: tuple[Mode, ...] = ("walk", "bike")
OFF_THE_GROUND = ("bridge", "tunnel", "covered")
ROOM = 1024  # barriers listed at first; more are given room
NO_BARRIERS_M = np.zeros((0, 4))


def barrier_segments(raw: RawStreets) -> NDArray[np.float64] | None:
    """Segments (x0, y0, x1, y1) in metres, shape (n, 4), in an order of the map alone; None where there are none.

    Motorways and other motor roads are barriers where they are closed to people on foot and on bicycles, and
    neither on a bridge nor in a tunnel; `raw.barriers_m` adds others.
    """
    owner = np.repeat(np.arange(raw.n_ways), np.diff(raw.way_offsets))
    barred = np.array([_is_barrier(raw, way) for way in range(raw.n_ways)], dtype=bool)
    first = np.flatnonzero((owner[1:] == owner[:-1]) & barred[owner[1:]])
    xy_m = np.column_stack((raw.x_m, raw.y_m))[raw.way_nodes]
    own_m = np.column_stack((xy_m[first], xy_m[first + 1]))
    given_m = NO_BARRIERS_M if raw.barriers_m is None else raw.barriers_m
    both_m = np.concatenate((own_m, given_m.reshape(-1, 4)))
    both_m = both_m[np.isfinite(both_m).all(axis=1)]
    turned = (both_m[:, 0] > both_m[:, 2]) | ((both_m[:, 0] == both_m[:, 2]) & (both_m[:, 1] > both_m[:, 3]))
    both_m[turned] = both_m[turned][:, [2, 3, 0, 1]]
    return np.unique(both_m, axis=0) if len(both_m) else None


def _is_barrier(raw: RawStreets, way: int) -> bool:
    tags = {key: column[way] for key, column in raw.tags.items()}
    motor_road = tags.get("highway") in MOTOR_ROAD_KMH or tags.get("motorroad") == "yes"
    if not motor_road or any(tags.get(key) not in {None, "", "no"} for key in OFF_THE_GROUND):
        return False
    walk, bike, _ = street_speeds(tags)
    return not any(walk) and not any(bike)


def barrier_index(network: StreetNetwork, mode: Mode) -> tuple[SegmentIndex, NDArray[np.float64]]:
    """The barriers of a mode by cells of 100 m, and their ends in metres, shape (2 n, 2)."""
    barred = mode in BARRED_MODES and network.barrier_m is not None

    def make() -> tuple[SegmentIndex, NDArray[np.float64]]:
        segments_m = network.barrier_m if barred and network.barrier_m is not None else NO_BARRIERS_M
        ends_m = np.ascontiguousarray(segments_m.reshape(-1, 2))
        owner = np.repeat(np.arange(len(segments_m), dtype=np.int32), 2)
        return make_index(Shapes(ends_m, 2 * np.arange(len(segments_m) + 1), owner)), ends_m

    return network.derived(f"barriers {barred}", make)


@njit(cache=True, nogil=True)
def barriers_near(index: Any, ends_m: Any, box: Any, found: Any) -> int:
    """List the barriers whose own box meets a box (low x, low y, high x, high y) in `found`; returns how many.

    There may be more than `found` has room for, and the first of them are listed then; one that lies in
    several cells of the index is listed once for each.
    """
    if len(index.segment) == 0:
        return 0
    row0 = max(0, int(np.floor((box[1] - index.y0_m) / index.cell_m)))
    row1 = min(index.rows - 1, int(np.floor((box[3] - index.y0_m) / index.cell_m)))
    column0 = max(0, int(np.floor((box[0] - index.x0_m) / index.cell_m)))
    column1 = min(index.columns - 1, int(np.floor((box[2] - index.x0_m) / index.cell_m)))
    count = 0
    for row in range(row0, row1 + 1):
        for column in range(column0, column1 + 1):
            cell = row * index.columns + column
            for position in range(index.start[cell], index.start[cell + 1]):
                p = index.segment[position]
                if (
                    max(ends_m[p, 0], ends_m[p + 1, 0]) < box[0]
                    or min(ends_m[p, 0], ends_m[p + 1, 0]) > box[2]
                ):
                    continue
                if (
                    max(ends_m[p, 1], ends_m[p + 1, 1]) < box[1]
                    or min(ends_m[p, 1], ends_m[p + 1, 1]) > box[3]
                ):
                    continue
                if count < len(found):
                    found[count] = p
                count += 1
    return count


@njit(cache=True, nogil=True)
def mark_barriers(marked: Any, grid: Any, index: Any, ends_m: Any) -> None:
    """Set the corners of the cells that a barrier touches (looked at every quarter of a cell along it)."""
    box = (
        grid.x0_m,
        grid.y0_m,
        grid.x0_m + (grid.columns - 1) * grid.cell_m,
        grid.y0_m + (grid.rows - 1) * grid.cell_m,
    )
    near = np.empty(ROOM, np.int64)
    count = barriers_near(index, ends_m, box, near)
    if count > len(near):
        near = np.empty(count, np.int64)
        barriers_near(index, ends_m, box, near)
    for k in range(count):
        ax, ay = (ends_m[near[k], 0] - box[0]) / grid.cell_m, (ends_m[near[k], 1] - box[1]) / grid.cell_m
        bx, by = (
            (ends_m[near[k] + 1, 0] - box[0]) / grid.cell_m,
            (ends_m[near[k] + 1, 1] - box[1]) / grid.cell_m,
        )
        low, high = _span_inside((ax, ay, bx - ax, by - ay), grid.columns - 1.0, grid.rows - 1.0)
        steps = int((high - low) * np.hypot(bx - ax, by - ay) * 4) + 1
        for step in range(steps + 1 if high >= low else 0):
            share = low + (high - low) * step / steps
            x, y = ax + share * (bx - ax), ay + share * (by - ay)
            row0, column0 = max(int(np.ceil(y)) - 1, 0), max(int(np.ceil(x)) - 1, 0)
            marked[row0 : int(y) + 2, column0 : int(x) + 2] = 1


@njit(cache=True, nogil=True)
def _span_inside(segment: Any, width: float, height: float) -> Any:
    """The share of a segment (x, y, dx, dy) inside a box from 0, 0 (Liang and Barsky 1984); none if low > high."""
    x, y, dx, dy = segment
    low, high = 0.0, 1.0
    for start, step, most in ((x, dx, width), (y, dy, height)):
        if step == 0:
            if start < 0 or start > most:
                return 1.0, 0.0
            continue
        one, other = -start / step, (most - start) / step
        low, high = max(low, min(one, other)), min(high, max(one, other))
    return low, high


@njit(cache=True, nogil=True, inline="always")
def parted(ends_m: Any, near: Any, count: int, sight: Any) -> bool:
    """Whether a barrier lies across the line of sight (from x, y to x, y)."""
    ax, ay, bx, by = sight
    dx, dy = bx - ax, by - ay
    for k in range(count):
        p = near[k]
        px, py = ends_m[p, 0] - ax, ends_m[p, 1] - ay
        qx, qy = ends_m[p + 1, 0] - ax, ends_m[p + 1, 1] - ay
        side_p, side_q = dx * py - dy * px, dx * qy - dy * qx
        if side_p * side_q > 0 or side_p == side_q:  # a common end of two barriers parts as well
            continue
        along = (px * side_q - qx * side_p) * dx + (py * side_q - qy * side_p) * dy
        along /= (side_q - side_p) * (dx * dx + dy * dy)
        if 0 < along < 1:
            return True
    return False
