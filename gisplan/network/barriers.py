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
def barriers_near(index: Any, box: Any, found: Any) -> int:
    """List the barriers in the cells of a box (low x, low y, high x, high y) in `found`; returns how many."""
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
                if count < len(found):
                    found[count] = index.segment[position]
                    count += 1
    return count


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
