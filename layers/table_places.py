"""A text table as a dataset that GDAL reads: its place columns found or chosen, its columns typed."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from layers.errors import ColumnsNotChosen, TableRefused
from layers.fields import safe_name
from layers.issues import Code, Issue
from layers.tables import TableFormat, TableOptions, read_cells

# Names that say "this is a place" in Italian and English, as safe_name writes them; x and y of a pair agree.
_PAIRS = tuple(
    (f"{before}{x}{after}", f"{before}{y}{after}")
    for x, y in (
        ("lon", "lat"), ("long", "lat"), ("lng", "lat"), ("longitude", "latitude"),
        ("longitudine", "latitudine"), ("x", "y"), ("est", "nord"), ("easting", "northing"), ("est", "nord"),
    )
    for before in ("", "coord_", "coord", "coordinata_", "coordinate_", "utm_", "point_", "stop_", "gb_", "geo_")
    for after in ("", "_coord", "coord", "_wgs84", "_utm", "_utm32", "_gb", "_m", "_p")
)  # fmt: skip
_WKT_NAMES = {
    "wkt",
    "geom",
    "geometry",
    "the_geom",
    "geometria",
    "wkt_geom",
    "shape_wkt",
    "geom_wkt",
    "st_astext",
}
_WKT = re.compile(r"\s*(SRID=\d+;)?(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)", re.IGNORECASE)
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_REAL = {sign: re.compile(rf"-?(0|[1-9]\d{{0,14}})({re.escape(sign)}\d+)?([eE][+-]?\d+)?") for sign in ".,"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}([-/])\d\d\1\d\d")  # year first: no other order is unmistakable
_TYPES = ("Integer64", "Real", "Date", "String")
_GEOMETRY = "place as wkt"  # a name that no column has, since theirs are trimmed and may not hold it twice


@dataclass(frozen=True)
class Places:
    """The columns that hold the place: x and y, or one of WKT."""

    columns: tuple[str, ...]

    def words(self) -> str:
        return " and ".join(self.columns)


@dataclass
class Written:
    """The file for GDAL, what was noted, and places that are no numbers, by position."""

    path: Path
    issues: list[Issue] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)


def places_of(table: TableFormat, options: TableOptions, first: Sequence[str], where: str) -> Places:
    """The columns the user chose, else the only ones whose names say it."""
    chosen = [name for name in (options.x_column, options.y_column, options.wkt_column) if name is not None]
    if chosen:
        return _chosen_places(table, options, where)
    found = found_places(table, first)
    if len(found) == 1:
        return found[0]
    said = "several: " + "; ".join(place.words() for place in found) if found else "none"
    raise ColumnsNotChosen(
        f"Expected the columns of the place (x and y, or one of WKT) in {where}, found {said} among"
        f" {', '.join(table.columns[:30])}: name them with --x-column and --y-column, or --wkt-column."
    )


def found_places(table: TableFormat, first: Sequence[str]) -> list[Places]:
    """Every pair, and every column of WKT, that the names of the columns offer; `first` is the first row."""
    names: dict[str, str] = {}
    for column in table.columns:
        names.setdefault(safe_name(column), column)
    pairs = dict.fromkeys((names[x], names[y]) for x, y in _PAIRS if x in names and y in names)
    texts = [
        column
        for column, value in zip(table.columns, first, strict=False)
        if safe_name(column) in _WKT_NAMES and _WKT.match(value)
    ]
    return [Places(pair) for pair in pairs] + [Places((column,)) for column in texts]


def _chosen_places(table: TableFormat, options: TableOptions, where: str) -> Places:
    if options.wkt_column is not None and options.x_column is None and options.y_column is None:
        names = (options.wkt_column,)
    elif options.x_column is not None and options.y_column is not None and options.wkt_column is None:
        names = (options.x_column, options.y_column)  # type: ignore[assignment]
    else:
        raise ColumnsNotChosen(
            f"Expected x and y, or a column of WKT, as the place of {where}, found another choice: give"
            " --x-column and --y-column, or --wkt-column alone."
        )
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ColumnsNotChosen(
            f"Expected the column {missing[0]!r} in {where}, found {', '.join(table.columns[:30])}: choose one of"
            " these."
        )
    return Places(names)


def column_types(rows: Iterable[Sequence[str]], width: int, decimal: str) -> list[str]:
    """The narrowest type of GDAL's .csvt that holds each column; numbers with leading zeros are text."""
    possible = [set(_TYPES) for _ in range(width)]
    seen = [False] * width
    for row in rows:
        for position, value in enumerate(row):
            if value:
                seen[position] = True
                kinds = possible[position]
                if len(kinds) > 1:
                    kinds.intersection_update(_kinds_of(value, decimal))
    return [
        next(kind for kind in _TYPES if kind in kinds) if known else "String"
        for kinds, known in zip(possible, seen, strict=True)
    ]


def _kinds_of(value: str, decimal: str) -> set[str]:
    if _INTEGER.fullmatch(value):
        return {"Integer64", "Real", "String"} if len(value) <= 15 else {"Integer64", "String"}
    if _REAL[decimal].fullmatch(value):
        return {"Real", "String"}
    return {"Date", "String"} if _DATE.fullmatch(value) and is_date(value) else {"String"}


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return False
    return True


def write_for_gdal(path: Path, table: TableFormat, places: Places, into: Path) -> Written:
    """UTF-8, comma, decimal point, the place as WKT; row n is feature n."""
    types = column_types((row for _, row in read_cells(path, table)), len(table.columns), table.decimal)
    written = Written(into / f"{path.stem}.csv")
    at = [table.columns.index(name) for name in places.columns]
    kept = [position for position in range(len(types)) if len(at) == 2 or position != at[0]]
    comma = {position for position in kept if types[position] == "Real" and table.decimal == ","}
    unnoted = set(comma)  # a note once a column
    written.path.with_suffix(".csvt").write_text(",".join([*(types[n] for n in kept), "String"]))
    with written.path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(table.columns[position] for position in kept), _GEOMETRY])
        for feature, (line, row) in enumerate(read_cells(path, table)):
            _check_nul(row, path, line)
            for position in [n for n in sorted(unnoted) if "," in row[n]]:
                unnoted.remove(position)
                before, after = f"{table.columns[position]}: {row[position]}", row[position].replace(",", ".")
                written.issues.append(Issue(Code.DECIMAL_COMMA, None, before, after))
            cells = [row[n].replace(",", ".") if n in comma else row[n] for n in kept]
            writer.writerow([*cells, _wkt_of([row[n] for n in at], table, feature, written)])
    return written


def gdal_options() -> tuple[tuple[str, str], ...]:
    return (
        ("GEOM_POSSIBLE_NAMES", _GEOMETRY),
        ("KEEP_GEOM_COLUMNS", "NO"),
        ("EMPTY_STRING_AS_NULL", "YES"),
        ("AUTODETECT_TYPE", "NO"),
        ("SEPARATOR", "COMMA"),
        ("HEADERS", "YES"),
    )


def _check_nul(row: Sequence[str], path: Path, line: int) -> None:
    if any("\0" in cell for cell in row):
        raise TableRefused(
            f"Expected text in {path.name}, found a NUL character in the row that ends on line {line}: export it"
            " again as text."
        )


def _wkt_of(texts: list[str], table: TableFormat, feature: int, written: Written) -> str:
    """Empty where there is no place; a text that is none is kept for the issue."""
    if len(texts) == 1:
        return texts[0]
    if not any(text.strip() for text in texts):
        return ""
    x, y = (text.strip().replace(table.decimal, ".") for text in texts)
    if is_decimal(x) and is_decimal(y):
        return f"POINT ({x} {y})"
    written.unreadable[feature] = f"{texts[0]!r}, {texts[1]!r}"
    return ""


def is_decimal(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
