"""Tables and views of the PostgreSQL schema `layers`; every name is quoted by psycopg."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import Copy, sql

from layers import copying
from layers.crs import WGS84
from layers.errors import ValueRefused
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
def copy_into(table: str, columns: Sequence[Column]) -> Iterator[Copy]:
    """A COPY into the table that takes what `layers.copying.rows` makes."""
    names = [ID_COLUMN, *(column.name for column in columns), GEOMETRY_COLUMN]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        qualified(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    try:
        with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
            copy.write(copying.HEAD)
            yield copy
            copy.write(copying.TAIL)
    except psycopg.DataError as error:
        found = " ".join(str(error).split())[:300]
        raise ValueRefused(
            f"Expected values that PostgreSQL can hold, found: {found}: correct the file."
        ) from error


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
