"""The classes of a style inside the database: the class of a row, and how many features each class has."""

import hashlib
import json
from math import isfinite

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from layers.errors import StyleRefused
from layers.models import Version
from layers.store import qualified
from layers.style_model import GRADUATED, SINGLE, Drawn, style_of_version

_NUMBERS = {"smallint", "integer", "bigint", "real", "double precision", "numeric"}
_COUNTS_KEPT = 200
_COUNTED: dict[tuple[str, str], dict[int | None, int]] = {}  # a version does not change, nor do its counts
_NO_CLASS = sql.SQL("NULL::integer")


def classes_of(version: Version) -> tuple[Drawn, ...]:
    """The classes of the layer's style, by value or by range; none where the version cannot be drawn by them."""
    if (version.layer.style or {}).get("kind", SINGLE) == SINGLE or lost_column(version):
        return ()
    try:
        return style_of_version(version).drawn
    except StyleRefused:
        return ()


def lost_column(version: Version) -> str:
    """The column of the layer's classes that this version lacks, or has without the numbers of its ranges."""
    style = version.layer.style or {}
    kind, column = style.get("kind", SINGLE), str(style.get("column", ""))
    if kind == SINGLE:
        return ""
    if kind == GRADUATED:
        return "" if is_number(version, column) else column
    return "" if any(one["name"] == column for one in version.columns) else column


def class_of_row(version: Version) -> sql.Composable:
    """The position of a row's class, from 0; null where its value is in none."""
    classes = classes_of(version)
    if not classes:
        return _NO_CLASS
    name = str(version.layer.style["column"])
    kind = next(column["sql_type"] for column in version.columns if column["name"] == name)
    tests = [
        _test(drawn, sql.Identifier(name), number=kind in _NUMBERS, first=place == 0)
        for place, drawn in enumerate(classes)
    ]
    branches = [
        sql.SQL(" WHEN {} THEN {}").format(test, sql.Literal(place))
        for place, test in enumerate(tests)
        if test is not None
    ]
    return sql.SQL("(CASE{} END)").format(sql.Composed(branches)) if branches else _NO_CLASS


def _test(drawn: Drawn, column: sql.Identifier, *, number: bool, first: bool) -> sql.Composable | None:
    """A value on the border of two ranges belongs to the lower one; None where the column has no such value."""
    if drawn.low is None or drawn.high is None:
        if number and isinstance(drawn.value, int | float):
            return sql.SQL("{} = {}").format(column, sql.Literal(drawn.value))
        return sql.SQL("{}::text = {}").format(column, sql.Literal(str(drawn.value)))
    if not number:
        return None
    above = sql.SQL(">=") if first else sql.SQL(">")
    return sql.SQL("{} {} {} AND {} <= {}").format(
        column, above, sql.Literal(drawn.low), column, sql.Literal(drawn.high)
    )


def is_number(version: Version, column: str) -> bool:
    return any(one["name"] == column and one["sql_type"] in _NUMBERS for one in version.columns)


def numbers_of(version: Version, column: str) -> npt.NDArray[np.float64]:
    """The finite values of a column of numbers, in no order."""
    statement = sql.SQL("SELECT {}::double precision FROM {} WHERE {} IS NOT NULL").format(
        sql.Identifier(column), qualified(version.table_name), sql.Identifier(column)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        values = np.array([row[0] for row in cursor.fetchall() if isfinite(row[0])], dtype=np.float64)
    return values


def commonest_values(version: Version, column: str, *, most: int) -> list[str]:
    """The different values of a column as text, the commonest first."""
    statement = sql.SQL(
        "SELECT {column}::text AS value FROM {table} WHERE {column} IS NOT NULL GROUP BY value"
        " ORDER BY count(*) DESC, value LIMIT {most}"
    ).format(column=sql.Identifier(column), table=qualified(version.table_name), most=sql.Literal(int(most)))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def drawing_key(version: Version) -> str:
    """Changes whenever a tile would: with the version, and with the classes of the style."""
    classes = [[one.value, one.low, one.high] for one in classes_of(version)]
    told = [version.pk, version.created.isoformat(), version.digest]
    column = version.layer.style.get("column") if classes else None
    return hashlib.sha256(json.dumps([told, column, classes]).encode()).hexdigest()[:12]


def class_counts(version: Version) -> dict[int | None, int]:
    """How many features of the version each class has; None those in no class."""
    if not classes_of(version):
        return {None: version.feature_count}
    key = (version.table_name, drawing_key(version))
    if key not in _COUNTED:
        if len(_COUNTED) >= _COUNTS_KEPT:
            _COUNTED.clear()
        _COUNTED[key] = _count(version)
    return dict(_COUNTED[key])


def _count(version: Version) -> dict[int | None, int]:
    statement = sql.SQL("SELECT {} AS c, count(*) FROM {} GROUP BY c").format(
        class_of_row(version), qualified(version.table_name)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return dict(cursor.fetchall())
