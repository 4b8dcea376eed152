"""Columns of a source as columns of a table: safe names and SQL types."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from layers.encoding import LONGEST_NAME
from layers.errors import FormatNotRead
from layers.issues import Code, Issue

ID_COLUMN, GEOMETRY_COLUMN = "id", "geom"
_LONGEST = 63  # bytes of a PostgreSQL identifier
_COLUMNS_LIMIT = 1_500  # PostgreSQL holds at most 1,600


@dataclass(frozen=True)
class Column:
    """`name` in the table, `source_name` in the file, `sql_type` of PostgreSQL."""

    name: str
    source_name: str
    sql_type: str


def columns_of(names: Sequence[str], types: Sequence[Any]) -> tuple[list[Column], list[Issue]]:
    """One column each; lower case is the house's way of writing, any other change is an issue."""
    if len(names) > _COLUMNS_LIMIT:
        raise FormatNotRead(
            f"Expected at most {_COLUMNS_LIMIT:,} columns, found {len(names):,}: export fewer."
        )
    taken = {ID_COLUMN, GEOMETRY_COLUMN}
    columns: list[Column] = []
    issues: list[Issue] = []
    for position, (source_name, kind) in enumerate(zip(names, types, strict=True), start=1):
        name = _free(safe_name(source_name) or f"column_{position}", taken)
        taken.add(name)
        columns.append(Column(name, source_name, sql_type(kind)))
        if name != source_name.lower():
            issues.append(Issue(Code.COLUMN_RENAMED, None, source_name, name))
    return columns, issues


def cut_names(names: Sequence[str], raw_names: Sequence[str]) -> list[Issue]:
    """Names of a shapefile that have all of its ten letters."""
    return [
        Issue(Code.COLUMN_NAME_CUT, None, name)
        for name, raw in zip(names, raw_names, strict=True)
        if len(raw) == LONGEST_NAME
    ]


def safe_name(text: str) -> str:
    """Lower-case ASCII letters, digits and underscores, no digit first: 'Città (2021)' -> 'citta_2021'."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = (
        re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", plain)
        else plain
    )
    return (f"c_{name}" if name[:1].isdigit() else name)[:_LONGEST]


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    if name in {ID_COLUMN, GEOMETRY_COLUMN} and f"source_{name}" not in taken:
        return f"source_{name}"
    number = 2
    while f"{name[: _LONGEST - 6]}_{number}" in taken:
        number += 1
    return f"{name[: _LONGEST - 6]}_{number}"


_SQL_TYPES = (
    (kinds.is_boolean, "boolean"),
    (kinds.is_int8, "smallint"),
    (kinds.is_uint8, "smallint"),
    (kinds.is_int16, "smallint"),
    (kinds.is_int32, "integer"),
    (kinds.is_uint16, "integer"),
    (kinds.is_int64, "bigint"),
    (kinds.is_uint32, "bigint"),
    (kinds.is_float32, "real"),
    (kinds.is_float64, "double precision"),
    (kinds.is_decimal, "numeric"),
    (kinds.is_string, "text"),
    (kinds.is_large_string, "text"),
    (kinds.is_date, "date"),
    (kinds.is_time, "time"),
    (kinds.is_binary, "bytea"),
    (kinds.is_large_binary, "bytea"),
    (kinds.is_list, "jsonb"),
    (kinds.is_large_list, "jsonb"),
)


def sql_type(kind: pa.DataType) -> str:
    if isinstance(kind, pa.BaseExtensionType) and kind.extension_name == "arrow.json":
        return "jsonb"
    if kinds.is_timestamp(kind):
        return "timestamp with time zone" if kind.tz else "timestamp"
    found = next((name for matches, name in _SQL_TYPES if matches(kind)), None)
    if found is None:
        raise FormatNotRead(
            f"Expected columns of numbers, text, dates or lists, found the type {kind}: export it as text."
        )
    return found
