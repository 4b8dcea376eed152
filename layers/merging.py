"""A version made of the current one and of what a file brings: appended, or updated by key."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from layers.differences import Side
from layers.errors import ColumnsDiffer
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN, Column
from layers.models import Version
from layers.reading import Reading
from layers.store import execute, qualified

# Each type holds every value of those before it.
_WIDENING = (
    ("smallint", "integer", "bigint", "numeric"),
    ("smallint", "integer", "double precision"),
    ("smallint", "real", "double precision"),
)


@dataclass(frozen=True)
class Merged:
    columns: list[Column]
    geometry_type: str


def plan(base: Version, coming: Side, reading: Reading) -> Merged:
    """Columns and geometry type that hold both; what cannot go together is refused before a row is read."""
    found = []
    if base.stored_srid != reading.stored_srid:
        found.append(
            f"the layer stored in EPSG:{base.stored_srid} and the file in EPSG:{reading.stored_srid}"
        )
    geometry_type = _joined_geometry(base.geometry_type, coming.geometry_type)
    if geometry_type is None:
        found.append(f"{base.geometry_type} in the layer and {coming.geometry_type} in the file")
    columns = []
    new = {column.name: column for column in coming.columns}
    for column in (Column(**known) for known in base.columns):
        other = new.pop(column.name, column)
        kind = _joined_type(column.sql_type, other.sql_type)
        if kind is None:
            found.append(
                f"column {column.name} of type {column.sql_type} in the layer and {other.sql_type} in the file"
            )
        columns.append(Column(column.name, column.source_name, kind or column.sql_type))
    if found or geometry_type is None:
        raise ColumnsDiffer(
            f"Expected a file that goes together with version {base.number} of {base.layer.name}, found"
            f" {'; '.join(found)}: correct the file or import it with the mode replace."
        )
    return Merged([*columns, *new.values()], geometry_type)


def append(table: str, merged: Merged, old: Side, coming: Side) -> None:
    """Every feature of both; the new ones are numbered after the old."""
    execute(
        sql.SQL("INSERT INTO {table} ({names}) SELECT {old} FROM {base} AS b").format(
            table=qualified(table),
            names=_names(merged),
            old=_selected(merged, "b", old.columns),
            base=qualified(old.table),
        )
    )
    _insert_new(table, merged, old, coming, where=sql.SQL(""))


def upsert(table: str, merged: Merged, old: Side, coming: Side, *, key: str) -> None:
    """A known key keeps its id and takes the file's values, column by column that the file has."""
    has = {column.name for column in coming.columns} | {GEOMETRY_COLUMN}
    known = {column.name for column in old.columns} | {GEOMETRY_COLUMN}
    values = []
    for name in (*(column.name for column in merged.columns), GEOMETRY_COLUMN):
        before = _value("b", name, merged) if name in known else sql.SQL("NULL")
        values.append(
            sql.SQL("CASE WHEN i.{} IS NULL THEN {} ELSE {} END").format(
                sql.Identifier(ID_COLUMN), before, _value("i", name, merged)
            )
            if name in has
            else before
        )
    execute(
        sql.SQL(
            "INSERT INTO {table} ({names}) SELECT b.{id}, {values} FROM {base} AS b"
            " LEFT JOIN {coming} AS i ON i.{key} = b.{key}"
        ).format(
            table=qualified(table),
            names=_names(merged),
            id=sql.Identifier(ID_COLUMN),
            values=sql.SQL(", ").join(values),
            base=qualified(old.table),
            coming=qualified(coming.table),
            key=sql.Identifier(key),
        )
    )
    where = sql.SQL(" WHERE NOT EXISTS (SELECT FROM {base} AS b WHERE b.{key} = i.{key})").format(
        base=qualified(old.table), key=sql.Identifier(key)
    )
    _insert_new(table, merged, old, coming, where=where)


def _insert_new(table: str, merged: Merged, old: Side, coming: Side, *, where: sql.Composable) -> None:
    number = sql.SQL(
        "(row_number() OVER (ORDER BY i.{id}) + (SELECT max({id}) FROM {base}))::integer"
    ).format(id=sql.Identifier(ID_COLUMN), base=qualified(old.table))
    execute(
        sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {coming} AS i{where}").format(
            table=qualified(table),
            names=_names(merged),
            values=_selected(merged, "i", coming.columns, number=number),
            coming=qualified(coming.table),
            where=where,
        )
    )


def _names(merged: Merged) -> sql.Composable:
    names = [ID_COLUMN, *(column.name for column in merged.columns), GEOMETRY_COLUMN]
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _selected(
    merged: Merged, alias: str, has: Sequence[Column], *, number: sql.Composable | None = None
) -> sql.Composable:
    known = {column.name for column in has}
    values = [
        _value(alias, column.name, merged) if column.name in known else sql.SQL("NULL")
        for column in merged.columns
    ]
    first = number or sql.Identifier(alias, ID_COLUMN)
    return sql.SQL(", ").join([first, *values, _value(alias, GEOMETRY_COLUMN, merged)])


def _value(alias: str, name: str, merged: Merged) -> sql.Composable:
    column = sql.Identifier(alias, name)
    if name == GEOMETRY_COLUMN and merged.geometry_type.startswith("Multi"):
        return sql.SQL("ST_Multi({})").format(column)
    return column


def _joined_type(one: str, other: str) -> str | None:
    if one == other:
        return one
    chain = next((chain for chain in _WIDENING if one in chain and other in chain), None)
    return None if chain is None else max(one, other, key=chain.index)


def _joined_geometry(one: str, other: str) -> str | None:
    if one.removeprefix("Multi") != other.removeprefix("Multi"):
        return None
    return max(one, other, key=len)
