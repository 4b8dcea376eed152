"""All features of a version, a batch at a time: no file of a large layer is ever whole in memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio.raw
from django.db import connection
from psycopg import sql

from layers.fields import GEOMETRY_COLUMN, ID_COLUMN
from layers.models import Version
from layers.store import qualified

BATCH = 5_000
_INTEGERS = {"smallint", "integer", "bigint"}
_NUMBERS = {"real", "double precision", "numeric"}
_TYPES = {
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}


def rows(version: Version, *, most: int | None = None) -> Iterator[tuple[Any, ...]]:
    """Id and attributes of each feature in the order of ids; lists as JSON, times as text, no geometry."""
    for batch in _batches(version, [], most=most):
        yield from batch


def append_to_geopackage(version: Version, path: Path, *, layer: str) -> None:
    """Every feature with its own geometry and columns, in the stored system, as one more layer of the file."""
    schema = pa.schema(
        [("id", pa.int64())]
        + [(column["name"], _arrow_type(column["sql_type"])) for column in version.columns]
        + [("geom", pa.binary())]
    )
    shape = sql.SQL("ST_AsBinary({})").format(sql.Identifier(GEOMETRY_COLUMN))
    found = (_record(batch, schema) for batch in _batches(version, [shape]))
    pyogrio.raw.write_arrow(
        pa.RecordBatchReader.from_batches(schema, found),
        path,
        layer=layer,
        driver="GPKG",
        geometry_name="geom",
        geometry_type=version.geometry_type,
        crs=f"EPSG:{version.stored_srid}",
        append=path.exists(),
        layer_options={"FID": "gisplan_fid" if "fid" in schema.names else "fid"},  # the key of the table
    )


def _arrow_type(sql_type: str) -> Any:
    if sql_type in _INTEGERS:
        return pa.int64()
    return pa.float64() if sql_type in _NUMBERS else _TYPES.get(sql_type, pa.string())


def _record(batch: list[tuple[Any, ...]], schema: Any) -> Any:
    columns = [
        pa.array([bytes(value) for value in values] if field.name == "geom" else values, type=field.type)
        for field, values in zip(schema, zip(*batch, strict=True), strict=True)
    ]
    return pa.record_batch(columns, schema=schema)


def _batches(
    version: Version, more: list[sql.Composable], *, most: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """By ids, which are the key: each batch begins after the last one."""
    columns = [sql.Identifier(ID_COLUMN), *map(_value, version.columns), *more]
    statement = sql.SQL("SELECT {} FROM {} WHERE {} > %s ORDER BY {} LIMIT %s").format(
        sql.SQL(", ").join(columns),
        qualified(version.table_name),
        sql.Identifier(ID_COLUMN),
        sql.Identifier(ID_COLUMN),
    )
    last, left = -1, version.feature_count if most is None else min(most, version.feature_count)
    while left > 0:
        with connection.cursor() as cursor:
            cursor.execute(statement, [last, min(BATCH, left)])
            found = cursor.fetchall()
        if not found:
            return
        yield found
        last, left = found[-1][0], left - len(found)


def _value(column: dict[str, Any]) -> sql.Composable:
    name, kind = sql.Identifier(column["name"]), column["sql_type"]
    if kind == "numeric":
        return sql.SQL("{}::double precision").format(name)
    plain = kind in _INTEGERS | _NUMBERS or kind in _TYPES
    return name if plain else sql.SQL("{}::text").format(name)
