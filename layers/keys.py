"""A key column tells one feature from another: it is there, it is never empty, and no value comes twice."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from layers.errors import KeyRefused
from layers.fields import Column, safe_name
from layers.store import qualified


def checked(key: str, table: str, columns: Sequence[Column], *, where: str) -> str:
    """The name of the key in the table, given as the file or the table writes it."""
    name = _named(key, columns)
    if name is None:
        raise KeyRefused(
            f"Expected the key column {key} in {where}, found the columns"
            f" {', '.join(column.name for column in columns) or '(none)'}: choose one that both have."
        )
    column = sql.Identifier(name)
    empty = _row(sql.SQL("SELECT count(*) FROM {} WHERE {} IS NULL").format(qualified(table), column))[0]
    if empty:
        raise KeyRefused(
            f"Expected a value of the key {name} in every feature of {where}, found {empty:,} features without:"
            " complete them or choose another key."
        )
    twice = _row(
        sql.SQL(
            "SELECT count(*), min(k) FROM (SELECT {0}::text AS k FROM {1} GROUP BY {0} HAVING count(*) > 1) AS t"
        ).format(column, qualified(table))
    )
    if twice[0]:
        raise KeyRefused(
            f"Expected each value of the key {name} once in {where}, found {twice[0]:,} values more than once, such as"
            f" {twice[1][:60]!r}: remove the duplicates or choose another key."
        )
    return name


def check_apart(key: str, coming: str, there: str, *, where: str) -> None:
    """Refuse to append what the layer has already."""
    both = _row(
        sql.SQL("SELECT count(*), min({0}::text) FROM {1} WHERE {0} IN (SELECT {0} FROM {2})").format(
            sql.Identifier(key), qualified(coming), qualified(there)
        )
    )
    if both[0]:
        raise KeyRefused(
            f"Expected only new values of the key {key} in {where}, found {both[0]:,} that the layer has, such as"
            f" {both[1][:60]!r}: use the mode upsert to replace them."
        )


def _named(key: str, columns: Sequence[Column]) -> str | None:
    for wanted in (key, key.lower(), safe_name(key)):
        for column in columns:
            if wanted in {column.name, column.source_name}:
                return column.name
    return None


def _row(statement: sql.Composable) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()
