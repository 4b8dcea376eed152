"""The stations' kept catchments as vector tiles: all of them at once, from near enough to be told apart."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from gisplan.analysis.inputs import digest
from gisplan.analysis.models import Band
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.station_reach import MODE
from layers.serving.tiles import SCREEN_PX, SHAPES, Address

FIRST_ZOOM = 9  # of tiles: there a catchment of fifteen minutes is some twenty pixels across
_WORLD_M = 40_075_016.685578488
_TILE = """
WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
  near AS (SELECT ST_Transform(ST_Expand(box, %(margin_m)s), %(srid)s) AS box FROM tile),
  joined AS (
    SELECT minutes, ST_Union(ST_SimplifyPreserveTopology(geometry, %(pixel_m)s)) AS shape
    FROM analysis_band, near WHERE id = ANY(%(ids)s) AND geometry && near.box GROUP BY minutes
  )
SELECT ST_AsMVT(one, %(name)s, 4096, 'geom', 'id') FROM (
  SELECT minutes AS id, array_position(%(order)s::integer[], minutes::integer) - 1 AS c,
    ST_AsMVTGeom(ST_Transform(shape, 3857), tile.box, 4096, 64, true) AS geom
  FROM joined, tile ORDER BY minutes DESC
) AS one WHERE geom IS NOT NULL
"""

_WITHIN = """
WITH near AS (
  SELECT ST_Transform(ST_Segmentize(
    ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326), 0.1), %(srid)s) AS box
)
SELECT array_position(%(order)s::integer[], minutes::integer) - 1,
  ST_AsGeoJSON(ST_Transform(ST_Union(ST_SimplifyPreserveTopology(geometry, %(tolerance_m)s)), 4326), 5)
FROM analysis_band, near WHERE id = ANY(%(ids)s) AND geometry && near.box GROUP BY minutes ORDER BY minutes DESC
"""


def newest_band_ids() -> list[int]:
    """One band of each station of the territory for each of the standard minutes."""
    rows = Band.objects.filter(
        minutes__in=STANDARD_MINUTES, mode=MODE, station__municipality__in_territory=True
    )
    ordered = rows.order_by("station_id", "minutes", "-run__last_asked_at", "-run_id")
    return list(ordered.distinct("station_id", "minutes").values_list("pk", flat=True))


def bands_within(
    ids: Sequence[int], bounds: tuple[float, float, float, float], *, tolerance_m: float
) -> list[tuple[int, dict[str, Any]]]:
    """Place of the minutes from 0 and GeoJSON of the joined bands that meet the bounds (degrees), the largest first."""
    values: dict[str, Any] = {
        **dict(zip(("west", "south", "east", "north"), bounds, strict=True)),
        "srid": settings.STORED_SRID,
        "ids": list(ids),
        "order": list(STANDARD_MINUTES),
        "tolerance_m": tolerance_m,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WITHIN, values)
        return [(place, json.loads(shape)) for place, shape in cursor.fetchall()]


def bands_key(ids: Sequence[int]) -> str:
    return digest(ids)[:32]


def band_tile(ids: Sequence[int], address: Address) -> bytes:
    """The bands as MVT, those of the same minutes joined and the largest below; `c` counts the minutes from 0."""
    if address.z < FIRST_ZOOM:
        return b""
    pixel_m = _WORLD_M / 2**address.z / SCREEN_PX * 0.7
    values = {
        "name": SHAPES,
        "z": address.z,
        "x": address.x,
        "y": address.y,
        "srid": settings.STORED_SRID,
        "ids": list(ids),
        "order": list(STANDARD_MINUTES),
        "pixel_m": pixel_m / 2,
        "margin_m": pixel_m * 16,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TILE, values)
        (tile,) = cursor.fetchone() or (b"",)
    return bytes(tile or b"")
