"""Features of the current version of a layer, as GeoJSON or as arrays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.db import connection
from psycopg import sql

from layers.crs import WGS84
from layers.current import current_version
from layers.errors import ColumnNotFound
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN
from layers.models import Layer, Version
from layers.store import qualified

_DECIMALS = 7  # of a degree: about 1 cm


@dataclass(frozen=True)
class Features:
    """Features in the stored CRS; every array and column has one entry per feature, in the order of `ids`."""

    srid: int
    ids: npt.NDArray[np.int64]
    geometries: npt.NDArray[Any]
    columns: dict[str, list[Any]]


def geojson(
    layer: Layer | str,
    *,
    bbox: Sequence[float] | None = None,
    limit: int | None = None,
    properties: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A FeatureCollection in EPSG:4326; `bbox` is west, south, east, north in degrees."""
    return version_geojson(current_version(layer), bbox=bbox, limit=limit, properties=properties)


def version_geojson(
    version: Version,
    *,
    bbox: Sequence[float] | None = None,
    limit: int | None = None,
    properties: Sequence[str] | None = None,
    tolerance_m: float = 0.0,
) -> dict[str, Any]:
    """The same of one version, staged or published; `tolerance_m` thins shapes for a small scale."""
    names = _chosen(version, properties)
    statement = sql.SQL(
        "SELECT json_build_object('type', 'Feature', 'id', {id}, 'geometry',"
        " ST_AsGeoJSON(ST_Transform({shape}, {wgs84}), {decimals})::json,"
        " 'properties', {properties})::text FROM {table}{where} ORDER BY {id}{limit}"
    ).format(
        id=sql.Identifier(ID_COLUMN),
        shape=_shape(version, tolerance_m),
        wgs84=sql.Literal(WGS84),
        decimals=sql.Literal(_DECIMALS),
        properties=_object(names),
        table=qualified(version.table_name),
        where=_where(bbox, version.stored_srid),
        limit=sql.SQL("") if limit is None else sql.SQL(" LIMIT {}").format(sql.Literal(int(limit))),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        features = [json.loads(row[0]) for row in cursor.fetchall()]
    return {"type": "FeatureCollection", "features": features}


def version_feature(version: Version, number: int) -> dict[str, Any] | None:
    """One feature of a version in EPSG:4326, its shape to a thousandth of its width; None where it has no such."""
    statement = sql.SQL(
        "SELECT json_build_object('type', 'Feature', 'id', {id}, 'geometry', ST_AsGeoJSON(ST_Transform("
        "ST_SimplifyPreserveTopology({geom}, greatest(ST_XMax({geom}) - ST_XMin({geom}), ST_YMax({geom})"
        " - ST_YMin({geom})) / 1000), {wgs84}), {decimals})::json, 'properties', {properties})::text"
        " FROM {table} WHERE {id} = {number}"
    ).format(
        id=sql.Identifier(ID_COLUMN),
        geom=sql.Identifier(GEOMETRY_COLUMN),
        wgs84=sql.Literal(WGS84),
        decimals=sql.Literal(_DECIMALS),
        properties=_object(_chosen(version, None)),
        table=qualified(version.table_name),
        number=sql.Literal(int(number)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    found: dict[str, Any] | None = None if row is None else json.loads(row[0])
    return found


def _shape(version: Version, tolerance_m: float) -> sql.Composable:
    column = sql.Identifier(GEOMETRY_COLUMN)
    if not tolerance_m or version.geometry_type.endswith("Point"):
        return column
    return sql.SQL("ST_SimplifyPreserveTopology({}, {})").format(column, sql.Literal(float(tolerance_m)))


def first_rows(
    version: Version, count: int, *, skip: int = 0, columns: Sequence[str] | None = None
) -> list[list[Any]]:
    """Id and attributes of `count` features after the first `skip`, without their geometry."""
    names = _chosen(version, columns)
    statement = sql.SQL("SELECT {}, {} FROM {} ORDER BY {} LIMIT {} OFFSET {}").format(
        sql.Identifier(ID_COLUMN),
        sql.SQL(", ").join(map(sql.Identifier, names)) if names else sql.SQL("NULL"),
        qualified(version.table_name),
        sql.Identifier(ID_COLUMN),
        sql.Literal(int(count)),
        sql.Literal(int(skip)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [list(row[: len(names) + 1]) for row in cursor.fetchall()]


def read_features(layer: Layer | str, *, properties: Sequence[str] | None = None) -> Features:
    """Every feature as shapely geometry in the stored CRS, with its columns as lists."""
    version = current_version(layer)
    names = _chosen(version, properties)
    chosen = [sql.Identifier(ID_COLUMN), *map(sql.Identifier, names)]
    statement = sql.SQL("SELECT {}, ST_AsBinary({}) FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(chosen),
        sql.Identifier(GEOMETRY_COLUMN),
        qualified(version.table_name),
        sql.Identifier(ID_COLUMN),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall()
    geometries = shapely.from_wkb(np.array([bytes(row[-1]) for row in rows], dtype=object))
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names, start=1)}
    return Features(
        version.stored_srid, np.array([row[0] for row in rows], dtype=np.int64), geometries, columns
    )


def _chosen(version: Version, properties: Sequence[str] | None) -> list[str]:
    known = [column["name"] for column in version.columns]
    if properties is None:
        return known
    unknown = [name for name in properties if name not in known]
    if unknown:
        raise ColumnNotFound(
            f"Expected columns of the layer {version.layer.name} ({', '.join(known)}), found"
            f" {', '.join(unknown)}:"
            " choose from these."
        )
    return list(properties)


def _object(names: Sequence[str]) -> sql.Composable:
    """A JSON object of these columns, in pieces, since a function takes at most 100 arguments."""
    pieces = [
        sql.SQL("jsonb_build_object({})").format(
            sql.SQL(", ").join(
                sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier(name))
                for name in names[start : start + 40]
            )
        )
        for start in range(0, len(names), 40)
    ]
    return sql.SQL(" || ").join(pieces) if pieces else sql.SQL("'{}'::jsonb")


def _where(bbox: Sequence[float] | None, stored_srid: int) -> sql.Composable:
    """The box is moved into the stored CRS, not the column, so that the index serves; its edges bend."""
    if bbox is None:
        return sql.SQL("")
    west, south, east, north = (float(value) for value in bbox)
    return sql.SQL(
        " WHERE ST_Intersects({}, ST_Transform(ST_Segmentize(ST_MakeEnvelope({}, {}, {}, {}, {}), 0.1), {}))"
    ).format(
        sql.Identifier(GEOMETRY_COLUMN),
        sql.Literal(west),
        sql.Literal(south),
        sql.Literal(east),
        sql.Literal(north),
        sql.Literal(WGS84),
        sql.Literal(stored_srid),
    )
