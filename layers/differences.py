"""What a version changes: features added, changed and gone, counted by the database; columns; some ids to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from layers.fields import GEOMETRY_COLUMN, ID_COLUMN, Column
from layers.models import Mode, Version
from layers.options import Options
from layers.store import qualified

SAMPLE = 20


@dataclass(frozen=True)
class Side:
    """A table to compare."""

    table: str
    columns: Sequence[Column]
    geometry_type: str

    def types(self) -> dict[str, str]:
        return {column.name: column.sql_type for column in self.columns}


def side_of(version: Version) -> Side:
    return Side(version.table_name, [Column(**column) for column in version.columns], version.geometry_type)


def described(options: Options, against: int | None, **counts: Any) -> dict[str, Any]:
    """The difference with every key; ids of `added` and `changed` are the new version's, of `gone` the old one's."""
    return {
        "mode": options.mode,
        "key": options.key,
        "against": against,
        "added": 0,
        "changed": 0,
        "gone": 0,
        "same": 0,
        "columns_added": [],
        "columns_gone": [],
        "columns_changed": [],
        "geometry_changed": None,
        "sample": {"added": [], "changed": [], "gone": []},
        **counts,
    }


def between(old: Side, new: Side, options: Options, *, base: Version, key: str) -> dict[str, Any]:
    """By key where there is one, else by content: then a feature is the same, added or gone, and never changed.

    Values are compared in the columns that both have; with upsert a new column counts where it has a value.
    """
    compared = [name for name in old.types() if name in new.types()]
    if options.mode == Mode.UPSERT:
        compared = list(new.types())
    pairs = _by_key(old, new, compared, key) if key else _by_content(old, new, compared)
    return described(options, base.number, key=key or None, **_columns(old, new), **_counted(pairs))


def appended(old: Side, coming: Side, new: Side, options: Options, *, base: Version) -> dict[str, Any]:
    """All that came is added; `repeated` of these the layer has already, value by value."""
    compared = [name for name in old.types() if name in coming.types()]
    statement = sql.SQL(
        "SELECT count(*), (SELECT count(*) FROM {coming} AS n WHERE {new_hash} IN (SELECT {old_hash} FROM {old} AS o)),"
        " (SELECT array_agg(id) FROM (SELECT {id} AS id FROM {new} WHERE {id} > (SELECT max({id}) FROM {old})"
        " ORDER BY {id} LIMIT {limit}) AS s) FROM {coming}"
    ).format(
        coming=qualified(coming.table),
        old=qualified(old.table),
        new=qualified(new.table),
        new_hash=_hash("n", coming, old, compared),
        old_hash=_hash("o", old, coming, compared),
        id=sql.Identifier(ID_COLUMN),
        limit=sql.Literal(SAMPLE),
    )
    added, repeated, ids = _rows(statement)[0]
    sample = {"added": ids or [], "changed": [], "gone": []}
    counts = {"added": added, "same": base.feature_count, "repeated": repeated, "sample": sample}
    return described(options, base.number, **_columns(old, new), **counts)


def _columns(old: Side, new: Side) -> dict[str, Any]:
    before, after = old.types(), new.types()
    geometry = {"before": old.geometry_type, "after": new.geometry_type}
    return {
        "columns_added": [name for name in after if name not in before],
        "columns_gone": [name for name in before if name not in after],
        "columns_changed": [
            {"name": name, "before": before[name], "after": kind}
            for name, kind in after.items()
            if name in before and before[name] != kind
        ],
        "geometry_changed": None if old.geometry_type == new.geometry_type else geometry,
    }


def _by_key(old: Side, new: Side, compared: Sequence[str], key: str) -> sql.Composable:
    """As text, so that a key that became a number still meets itself."""
    name = sql.Identifier(key)
    same_type = old.types()[key] == new.types()[key]
    on = sql.SQL("n.{0} = o.{0}" if same_type else "n.{0}::text = o.{0}::text").format(name)
    return sql.SQL(
        "SELECT CASE WHEN o.{id} IS NULL THEN 'added' WHEN n.{id} IS NULL THEN 'gone' WHEN {new} <> {old}"
        " THEN 'changed' ELSE 'same' END AS kind, coalesce(n.{id}, o.{id}) AS id"
        " FROM {new_table} AS n FULL JOIN {old_table} AS o ON {on}"
    ).format(
        id=sql.Identifier(ID_COLUMN),
        new=_content("n", new, old, compared),
        old=_content("o", old, new, compared),
        new_table=qualified(new.table),
        old_table=qualified(old.table),
        on=on,
    )


def _by_content(old: Side, new: Side, compared: Sequence[str]) -> sql.Composable:
    """The k-th of several equal features meets the k-th on the other side."""
    return sql.SQL(
        "SELECT CASE WHEN o.id IS NULL THEN 'added' WHEN n.id IS NULL THEN 'gone' ELSE 'same' END AS kind,"
        " coalesce(n.id, o.id) AS id FROM ({new}) AS n FULL JOIN ({old}) AS o ON n.h = o.h AND n.k = o.k"
    ).format(new=_numbered("n", new, old, compared), old=_numbered("o", old, new, compared))


def _numbered(alias: str, side: Side, other: Side, compared: Sequence[str]) -> sql.Composable:
    return sql.SQL(
        "SELECT id, h, row_number() OVER (PARTITION BY h ORDER BY id) AS k FROM"
        " (SELECT {id} AS id, {hash} AS h FROM {table} AS {alias}) AS hashed"
    ).format(
        id=sql.Identifier(ID_COLUMN),
        hash=_hash(alias, side, other, compared),
        table=qualified(side.table),
        alias=sql.Identifier(alias),
    )


def _hash(alias: str, side: Side, other: Side, compared: Sequence[str]) -> sql.Composable:
    return sql.SQL("md5({})::uuid").format(_content(alias, side, other, compared))


def _content(alias: str, side: Side, other: Side, compared: Sequence[str]) -> sql.Composable:
    """A feature's values and geometry as one text; a column that this side lacks is null."""
    has = side.types()
    values = [sql.Identifier(alias, name) if name in has else sql.SQL("NULL") for name in compared]
    geometry: sql.Composable = sql.Identifier(alias, GEOMETRY_COLUMN)
    if side.geometry_type != other.geometry_type:
        geometry = sql.SQL("ST_Multi({})").format(geometry)
    return sql.SQL("ROW({})::text").format(sql.SQL(", ").join([*values, geometry]))


def _counted(pairs: sql.Composable) -> dict[str, Any]:
    statement = sql.SQL(
        "SELECT kind, count(*), (array_agg(id ORDER BY id) FILTER (WHERE kind <> 'same'))[1:{}] FROM ({}) AS pairs"
        " GROUP BY kind"
    ).format(sql.Literal(SAMPLE), pairs)
    found = {kind: (count, ids) for kind, count, ids in _rows(statement)}
    counts: dict[str, Any] = {
        kind: found.get(kind, (0, []))[0] for kind in ("added", "changed", "gone", "same")
    }
    counts["sample"] = {kind: found.get(kind, (0, []))[1] for kind in ("added", "changed", "gone")}
    return counts


def _rows(statement: sql.Composable) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
