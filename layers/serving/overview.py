"""A large layer at one scale, for paper and for files that stand alone: its large shapes, and squares for the rest."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from layers.crs import WGS84
from layers.fields import GEOMETRY_COLUMN
from layers.models import Version
from layers.serving.classes import class_of_row
from layers.store import qualified

ACROSS = 150  # squares along the wider side of what is shown
MOST_SHAPES = 3_000
_DECIMALS = 5  # of a degree: 1 m
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Piece:
    """A shape in EPSG:4326: one feature, or a square and how many features it stands for; the class from 0."""

    geometry: dict[str, Any]
    class_place: int | None
    count: int


@dataclass(frozen=True)
class Overview:
    """`square` is a side in the units of the stored system; `left_out` counts shapes too many to be drawn."""

    pieces: list[Piece]
    square: float
    left_out: int


def overview(version: Version, box: Box) -> Overview:
    """What lies in the box (west, south, east, north in degrees); a square has the class of most that it holds."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(**_values(version, box)))
        rows = cursor.fetchall()
    pieces = [Piece(json.loads(shape), place, count) for shape, place, count, *_ in rows if shape]
    number = max((row[4] for row in rows), default=0)
    return Overview(pieces, rows[0][3] if rows else 0.0, max(0, number - MOST_SHAPES))


def _values(version: Version, box: Box) -> dict[str, sql.Composable]:
    west, south, east, north = box
    told = {"west": west, "south": south, "east": east, "north": north, "srid": version.stored_srid}
    told |= {"wgs84": WGS84, "across": ACROSS, "most": MOST_SHAPES, "decimals": _DECIMALS}
    return {
        **{name: sql.Literal(value) for name, value in told.items()},
        "geom": sql.Identifier(GEOMETRY_COLUMN),
        "cls": class_of_row(version),
        "table": qualified(version.table_name),
    }


_STATEMENT = sql.SQL("""
WITH box AS MATERIALIZED (
  SELECT ST_Envelope(ST_Transform(
    ST_Segmentize(ST_MakeEnvelope({west}, {south}, {east}, {north}, {wgs84}), 0.1), {srid})) AS area
), side AS MATERIALIZED (
  SELECT greatest(ST_XMax(area) - ST_XMin(area), ST_YMax(area) - ST_YMin(area)) / {across} AS square FROM box
), near AS MATERIALIZED (
  SELECT {geom} AS geom, {cls} AS c, (ST_XMin({geom}) + ST_XMax({geom})) / 2 AS x,
    (ST_YMin({geom}) + ST_YMax({geom})) / 2 AS y,
    greatest(ST_XMax({geom}) - ST_XMin({geom}), ST_YMax({geom}) - ST_YMin({geom})) AS size
  FROM {table}, box WHERE {geom} && box.area
), large AS MATERIALIZED (
  SELECT near.*, count(*) OVER () AS number FROM near, side WHERE size >= square ORDER BY size DESC LIMIT {most}
), counted AS (
  SELECT c, floor(x / square) AS i, floor(y / square) AS j, count(*) AS n FROM near, side
  WHERE size < square GROUP BY c, i, j
), squares AS (
  SELECT DISTINCT ON (i, j) c, i, j, sum(n) OVER (PARTITION BY i, j) AS n FROM counted
  ORDER BY i, j, counted.n DESC, c
)
SELECT ST_AsGeoJSON(ST_Transform(ST_Simplify(geom, square / 10, true), {wgs84}), {decimals}), c, 1, square,
  number::integer FROM large, side
UNION ALL
SELECT ST_AsGeoJSON(ST_Transform(ST_MakeEnvelope(i * square, j * square, (i + 1) * square, (j + 1) * square,
  {srid}), {wgs84}), {decimals}), c, n::integer, square, 0 FROM squares, side
""")
