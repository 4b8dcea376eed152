"""Lines of the ground as vector tiles: which of them a tile holds, and how they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from layers import crs
from layers.serving.tiles import SCREEN_PX, SHAPES, Address

_WORLD_M = 40_075_016.685578488
_TILE = """
SELECT ST_AsMVT(one, %(name)s, 4096, 'geom', 'id') FROM (
  SELECT id, c, ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_GeomFromWKB(shape), %(srid)s), 3857),
    ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
  FROM unnest(%(ids)s::integer[], %(classes)s::integer[], %(shapes)s::bytea[]) AS given (id, c, shape)
) AS one WHERE geom IS NOT NULL
"""


@dataclass(frozen=True)
class TileBox:
    """A tile in metres of the stored system, a fiftieth wider on each side; its edges bend."""

    west_m: float
    south_m: float
    east_m: float
    north_m: float

    def meets(self, box_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Of boxes (west, south, east, north), shape (n, 4)."""
        found: NDArray[np.bool_] = (
            (box_m[:, 0] <= self.east_m)
            & (box_m[:, 2] >= self.west_m)
            & (box_m[:, 1] <= self.north_m)
            & (box_m[:, 3] >= self.south_m)
        )
        return found


def tile_box(address: Address) -> TileBox:
    steps = np.linspace(-0.02, 1.02, 9)
    across, down = (part.ravel() for part in np.meshgrid(address.x + steps, address.y + steps))
    lon = across / 2**address.z * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * down / 2**address.z))))
    x_m, y_m = crs.transform_xy(lon, lat, crs.WGS84, settings.STORED_SRID)
    return TileBox(float(x_m.min()), float(y_m.min()), float(x_m.max()), float(y_m.max()))


def degrees_box(west: float, south: float, east: float, north: float) -> TileBox:
    """The same of a box in degrees."""
    lon, lat = (
        part.ravel() for part in np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    )
    x_m, y_m = crs.transform_xy(lon, lat, crs.WGS84, settings.STORED_SRID)
    return TileBox(float(x_m.min()), float(y_m.min()), float(x_m.max()), float(y_m.max()))


def lines_tile(address: Address, ids: Sequence[int], classes: Sequence[int], lines: NDArray[Any]) -> bytes:
    """MVT of lines in metres of the stored system, the first at the bottom; `c` is the class of each."""
    pixel_m = _WORLD_M / 2**address.z / SCREEN_PX * 0.7
    values: dict[str, Any] = {
        **{"name": SHAPES, "srid": settings.STORED_SRID, "z": address.z, "x": address.x, "y": address.y},
        "ids": list(ids),
        "classes": list(classes),
        "shapes": list(shapely.to_wkb(shapely.simplify(lines, pixel_m / 2))),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TILE, values)
        (tile,) = cursor.fetchone() or (b"",)
    return bytes(tile or b"")
