"""A service area as grid cells: each cell with the shortest time whose band holds its middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter
from gisplan.network.service_area import ServiceArea

MAX_CELLS = 4_000_000


@dataclass(frozen=True)
class AreaCells:
    """The cells of one service area, squares of `cell_m` aligned to whole multiples of it in the plane.

    Attributes
    ----------
    x_m, y_m : float64, shape (n,)
        Middles of the cells, from west to east and then from south to north.
    minutes : float64, shape (n,)
        The shortest time asked for within which the middle is reached; cells that are not reached are left out.
    cell_m : float
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    minutes: NDArray[np.float64]
    cell_m: float


def area_cells(area: ServiceArea, *, cell_m: float = 100.0) -> AreaCells:
    """The cells (metres) whose middle lies in a band; two areas on the same `cell_m` share their cells.

    Raises
    ------
    BadParameter
        A cell that is not above 0 m, or so small that there would be more than `MAX_CELLS`.
    """
    if not 0 < cell_m < np.inf:
        raise BadParameter(f"Expected a cell above 0 m, found {cell_m}; give one, such as 100.")
    none = np.zeros(0)
    if not area.bands or area.bands[-1].polygon.is_empty:
        return AreaCells(none, none, none, cell_m)
    low_x, low_y, high_x, high_y = (int(side // cell_m) for side in area.bands[-1].polygon.bounds)
    columns, rows = np.arange(low_x, high_x + 1), np.arange(low_y, high_y + 1)
    if len(columns) * len(rows) > MAX_CELLS:
        raise BadParameter(
            f"Expected at most {MAX_CELLS:,} cells, found {len(columns) * len(rows):,} of {cell_m:g} m; "
            "ask for larger ones."
        )
    x_m, y_m = (side.ravel() for side in np.meshgrid((columns + 0.5) * cell_m, (rows + 0.5) * cell_m))
    minutes = np.full(len(x_m), np.inf)
    for band in reversed(area.bands):
        shapely.prepare(band.polygon)
        minutes[shapely.contains_xy(band.polygon, x_m, y_m)] = band.minutes
    there = np.isfinite(minutes)
    return AreaCells(x_m[there], y_m[there], minutes[there], cell_m)
