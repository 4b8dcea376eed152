"""Tables and views of the PostgreSQL schema `layers`; every name is quoted by psycopg."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely
from django.db import connection
from psycopg import Copy, sql

from layers.crs import WGS84
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN, Column

SCHEMA = "layers"


def qualified(name: str) -> sql.Identifier:
    return sql.Identifier(SCHEMA, name)


def create_table(table: str, columns: Sequence[Column], *, geometry_type: str, srid: int) -> None:
    attributes = [
        sql.SQL(", {} {}").format(sql.Identifier(column.name), sql.SQL(column.sql_type)) for column in columns
    ]
    execute(
        sql.SQL("CREATE TABLE {} ({} integer NOT NULL{}, {} geometry({}, {}) NOT NULL)").format(
            qualified(table),
            sql.Identifier(ID_COLUMN),
            sql.Composed(attributes),
            sql.Identifier(GEOMETRY_COLUMN),
            sql.Identifier(geometry_type),
            sql.Literal(srid),
        )
    )


@contextmanager
def copying(table: str, columns: Sequence[Column]) -> Iterator[Copy]:
    """A COPY into the table that takes what `csv_rows` yields."""
    names = [ID_COLUMN, *(column.name for column in columns), GEOMETRY_COLUMN]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        qualified(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        yield copy


def csv_rows(ids: Any, attributes: Sequence[Any], geometries: Any, srid: int) -> bytes:
    """Rows for COPY: null is an empty field, an empty text is quoted, geometry is hexadecimal EWKB."""
    ewkb = shapely.to_wkb(shapely.set_srid(geometries, srid), hex=True, include_srid=True)
    arrays = [pa.array(ids), *map(_as_text_where_needed, attributes), pa.array(ewkb, pa.large_string())]
    table = pa.Table.from_arrays(arrays, names=[str(position) for position in range(len(arrays))])
    buffer = BytesIO()
    pyarrow.csv.write_csv(table, buffer, pyarrow.csv.WriteOptions(include_header=False))
    return buffer.getvalue()


def _as_text_where_needed(values: Any) -> Any:
    """Bytes, lists and JSON in the way PostgreSQL writes them; numbers, dates and text as they are."""
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        return values.storage
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array(
            [None if value is None else "\\x" + value.hex() for value in values.to_pylist()], pa.string()
        )
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.array(
            [None if value is None else json.dumps(value) for value in values.to_pylist()], pa.string()
        )
    if pa.types.is_time(kind) or pa.types.is_decimal(kind):
        return pc.cast(values, pa.string())
    return values


def drop_table(table: str) -> None:
    execute(sql.SQL("DROP TABLE IF EXISTS {}").format(qualified(table)))


def analyze(table: str) -> None:
    execute(sql.SQL("ANALYZE {}").format(qualified(table)))


def count_and_box(table: str) -> tuple[int, list[float]]:
    """Number of features, and their box in EPSG:4326: west, south, east, north."""
    statement = sql.SQL(
        "SELECT n, ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT count(*) AS n,"
        " ST_Extent(ST_Transform(ST_Envelope({geom}), {wgs84})) AS e FROM {table}) AS box"
    ).format(geom=sql.Identifier(GEOMETRY_COLUMN), wgs84=sql.Literal(WGS84), table=qualified(table))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        count, *box = cursor.fetchone()
    return count, [round(value, 7) for value in box]


def index_table(table: str) -> None:
    """Indexes after the rows, which is several times faster than with them."""
    key = sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(qualified(table), sql.Identifier(ID_COLUMN))
    execute(key)
    execute(
        sql.SQL("CREATE INDEX ON {} USING gist ({})").format(
            qualified(table), sql.Identifier(GEOMETRY_COLUMN)
        )
    )
    execute(sql.SQL("ANALYZE {}").format(qualified(table)))


def lock_imports(name: str) -> None:
    """Two imports of one layer go one after the other; the lock ends with the transaction."""
    _lock(f"{SCHEMA}.{name}")


def lock_view(name: str) -> None:
    """What changes the view or drops a version waits for its like, and not for an import that goes on."""
    _lock(f"{SCHEMA}.{name} view")


def lock_role() -> None:
    """PostgreSQL refuses two at once who change the rights of the schema."""
    _lock(f"{SCHEMA} role")


def _lock(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [text])


def execute(statement: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
