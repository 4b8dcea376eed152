"""Vector tiles of a version (MVT): at each zoom what a screen can show, and no more.

A tile is drawn 512 pixels wide. What is at least four pixels wide is a shape, simplified to half a pixel; what is
smaller is gathered, one dot for each four pixels and class, with its place in their middle and how many they are.
Points are always dots. `id` is the feature's own, of a dot the lowest among its members; `c` is the class from 0.
"""

import math
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from layers import crs
from layers.errors import TileRefused
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN
from layers.models import Version
from layers.serving.classes import class_of_row
from layers.store import qualified

SHAPES, DOTS, LEFT_OUT = "shapes", "dots", "left_out"
SCREEN_PX = 512
CELL_PX = 4
MOST_SHAPES = 20_000
MAX_ZOOM = 22
_EXTENT = 4096
_BUFFER = 64  # of the extent: eight pixels, so that a stroke or a dot on the border is drawn whole
_MERCATOR = 3857
_WORLD_M = 40_075_016.685578488
_M_PER_DEGREE = 111_320.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Address:
    """Zoom, column and row of a tile, as every web map counts them (row 0 in the north)."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise TileRefused(
                f"Expected a zoom from 0 to {MAX_ZOOM}, found {self.z}: ask for a tile that exists."
            )
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise TileRefused(
                f"Expected a column and a row from 0 to {last} at zoom {self.z}, found {self.x} and {self.y}:"
                " ask for a tile that exists."
            )

    def __str__(self) -> str:
        return f"{self.z}-{self.x}-{self.y}"


def tile(version: Version, address: Address) -> bytes:
    """The tile as MVT; empty where nothing of the version lies in it."""
    box = _box_deg(version, address)
    if box is None:
        return b""
    with connection.cursor() as cursor:
        cursor.execute(_statement(version, address, box))
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] is not None else b""


def _box_deg(version: Version, address: Address) -> Box | None:
    """West, south, east, north of what the tile and the version have in common, a pixel or two wider.

    The world's tiles cannot be moved into the metres of a zone; what is near the version can.
    """
    size = 2**address.z
    more = 2 * _BUFFER / _EXTENT
    west, east = ((address.x + side) / size * 360 - 180 for side in (-more, 1 + more))
    north, south = (_latitude((address.y + side) / size) for side in (-more, 1 + more))
    low_lon, low_lat, high_lon, high_lat = version.bbox
    box = (max(west, low_lon), max(south, low_lat), min(east, high_lon), min(north, high_lat))
    if box[0] > box[2] or box[1] > box[3]:
        return None
    wider = 360 / size / SCREEN_PX * CELL_PX
    return box[0] - wider, box[1] - wider, box[2] + wider, box[3] + wider


def _latitude(down: float) -> float:
    """Of a place that lies `down` the square of web Mercator, from 0 in the north to 1 in the south."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))


def _pixel(version: Version, zoom: int) -> float:
    """A pixel at the middle of the version, in the units of its table: one grid for all tiles of a zoom."""
    middle_lat = (version.bbox[1] + version.bbox[3]) / 2
    metres: float = _WORLD_M / 2**zoom / SCREEN_PX * math.cos(math.radians(middle_lat))
    return metres / _M_PER_DEGREE if crs.is_degrees(version.stored_srid) else metres


_TILE = """
WITH box AS MATERIALIZED (
  SELECT ST_TileEnvelope({z}, {x}, {y}) AS tile,
    ST_Envelope(ST_Transform(
      ST_Segmentize(ST_MakeEnvelope({west}, {south}, {east}, {north}, {wgs84}), 0.1), {srid})) AS area
), near AS MATERIALIZED (
  SELECT {id} AS id, {geom} AS geom, {cls} AS c,
    ST_XMin({geom}) AS x0, ST_XMax({geom}) AS x1, ST_YMin({geom}) AS y0, ST_YMax({geom}) AS y1
  FROM {table}, box WHERE {geom} && box.area
), large AS MATERIALIZED (
  SELECT near.*, count(*) OVER () AS number FROM near WHERE greatest(x1 - x0, y1 - y0) >= {cell}
  ORDER BY greatest(x1 - x0, y1 - y0) DESC LIMIT {most}
), shapes AS (
  SELECT large.id, c, ST_AsMVTGeom(
    ST_Transform(ST_Simplify(geom, {pixel} / 2, true), {mercator}), tile, {extent}, {buffer}, true) AS geom
  FROM large, box ORDER BY large.id
), cells AS (
  SELECT min(id) AS id, c, count(*)::integer AS n, avg((x0 + x1) / 2) AS x, avg((y0 + y1) / 2) AS y
  FROM near WHERE greatest(x1 - x0, y1 - y0) < {cell}
  GROUP BY c, floor((x0 + x1) / 2 / {cell}), floor((y0 + y1) / 2 / {cell})
), dots AS (
  SELECT cells.id, c, n, ST_AsMVTGeom(
    ST_Transform(ST_SetSRID(ST_MakePoint(x, y), {srid}), {mercator}), tile, {extent}, {buffer}, true) AS geom
  FROM cells, box ORDER BY n, cells.id
), left_out AS (
  SELECT (SELECT max(number) FROM large)::integer - {most} AS n,
    ST_AsMVTGeom(ST_Centroid(tile), tile, {extent}, 0, true) AS geom
  FROM box WHERE (SELECT max(number) FROM large) > {most}
)
SELECT coalesce((SELECT ST_AsMVT(one, {shapes_name}, {extent}, 'geom', 'id') FROM shapes AS one
    WHERE geom IS NOT NULL), '')
  || coalesce((SELECT ST_AsMVT(one, {dots_name}, {extent}, 'geom', 'id') FROM dots AS one
    WHERE geom IS NOT NULL), '')
  || coalesce((SELECT ST_AsMVT(one, {left_out_name}, {extent}, 'geom') FROM left_out AS one), '')
"""


def _statement(version: Version, address: Address, box: Box) -> sql.Composable:
    pixel = _pixel(version, address.z)
    west, south, east, north = box
    values = {
        **{"z": address.z, "x": address.x, "y": address.y},
        **{"west": west, "south": south, "east": east, "north": north},
        "srid": version.stored_srid,
        "wgs84": crs.WGS84,
        "mercator": _MERCATOR,
        "extent": _EXTENT,
        "buffer": _BUFFER,
        "pixel": pixel,
        "cell": CELL_PX * pixel,
        "most": MOST_SHAPES,
        "shapes_name": SHAPES,
        "dots_name": DOTS,
        "left_out_name": LEFT_OUT,
    }
    return sql.SQL(_TILE).format(
        **{name: sql.Literal(value) for name, value in values.items()},
        id=sql.Identifier(ID_COLUMN),
        geom=sql.Identifier(GEOMETRY_COLUMN),
        cls=class_of_row(version),
        table=qualified(version.table_name),
    )
