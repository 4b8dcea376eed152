"""Segments of a layer of lines or polygons that ground does not cross, such as rivers, in degrees."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers import crs, repair, sources
from layers.declared import source_srid
from layers.errors import StreetsRefused
from layers.issues import Issue
from layers.reading import geometries_of


def read_barriers(path: Path, *, srid: int | None = None) -> npt.NDArray[np.float64]:
    """Segments (lon, lat, lon, lat), shape (n, 4): of a polygon, those of its outline and its holes."""
    issues = list[Issue]()
    with sources.open_source(path) as source:
        from_srid = source_srid(source, srid, issues)
        shapes = [
            shape
            for batch in sources.read_geometries(source)
            for shape in repair.usable(geometries_of(batch, 0, issues), issues).geometries
        ]
    found = np.array(shapes, dtype=object)
    if not len(found) or (shapely.get_dimensions(found) < 1).any():
        raise StreetsRefused(
            f"Expected lines or polygons as barriers in {path.name}, found "
            f"{'points too' if len(found) else 'nothing that can be used'}: choose another layer."
        )
    moved = crs.transform(shapely.force_2d(found), from_srid, crs.WGS84).geometries
    return _segments(moved)


def _segments(shapes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    parts = shapely.get_parts(shapes)
    areas = shapely.get_dimensions(parts) == 2
    lines = np.concatenate((parts[~areas], shapely.get_rings(parts[areas])))
    lon_lat, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    return np.column_stack((lon_lat[:-1][same], lon_lat[1:][same]))
