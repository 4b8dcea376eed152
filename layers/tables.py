"""Text tables: encoding, separator, decimal sign and header found by inspection; rows as they were written."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from layers.encoding import TextEncoding, codec_name, detected
from layers.errors import EncodingRefused, SourceEmpty, TableRefused

DELIMITERS = ";\t,|"
_HEAD_BYTES = 262_144
_HEAD_ROWS = 500
_CHUNK_BYTES = 4_000_000
_LINES_LIMIT = 20_000  # so many lines that are not ASCII decide between encodings
_FIELD_LIMIT = 500_000_000  # one polygon as text may be large
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_YEAR = re.compile(r"1[89]\d\d|20\d\d")
# Where the first row has one of these it is a header, whatever else is in it.
_PLACE_NAMES = {
    "lon", "lat", "lng", "long", "longitude", "latitude", "longitudine", "latitudine", "x", "y", "coord_x", "coord_y",
    "wkt", "geom", "geometry", "the_geom", "geometria",
}  # fmt: skip
_COMMA, _POINT = re.compile(r"[+-]?[\d.]*\d,\d+"), re.compile(r"[+-]?[\d,]*\d\.\d+")

csv.field_size_limit(_FIELD_LIMIT)


@dataclass(frozen=True)
class TableOptions:
    """What a user says of a table; None where inspection is to find it."""

    x_column: str | None = None
    y_column: str | None = None
    wkt_column: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    has_header: bool | None = None


@dataclass(frozen=True)
class TableFormat:
    """How a table is written; `columns` are named column_1, column_2 … where it has no header."""

    encoding: str
    encoding_rule: str
    delimiter: str
    decimal: str
    has_header: bool
    columns: tuple[str, ...]


def inspect_table(
    path: Path, options: TableOptions | None = None, *, encoding: str | None = None
) -> TableFormat:
    """What the user gave, the rest from the first rows; the encoding from the whole file."""
    options = options or TableOptions()
    text = table_encoding(path, encoding)
    head = _head(path, text.codec)
    delimiter = _checked_delimiter(options.delimiter) or delimiter_of(head) or ","
    rows = [row for row in islice(_records(head, delimiter), _HEAD_ROWS) if any(row)]
    if not rows:
        raise SourceEmpty(f"Expected rows in {path.name}, found none: export it again.")
    has_header = _has_header(rows) if options.has_header is None else options.has_header
    decimal = _checked_decimal(options.decimal) or _decimal_of(rows, delimiter)
    names = rows[0] if has_header else [""] * max(map(len, rows))
    return TableFormat(text.codec, text.rule, delimiter, decimal, has_header, _distinct(names))


def read_rows(path: Path, table: TableFormat | None = None) -> Iterator[dict[str, str]]:
    """Rows by column, text as written, "" where empty; empty lines do not count."""
    table = table or inspect_table(path)
    for _, cells in read_cells(path, table):
        yield dict(zip(table.columns, cells, strict=True))


def read_cells(path: Path, table: TableFormat) -> Iterator[tuple[int, list[str]]]:
    """The line each row ends on (from 1) and its cells, one a column; cells that end a row may be missing."""
    width = len(table.columns)
    with path.open(encoding=table.encoding, newline="", errors="strict") as file:
        reader = csv.reader(file, delimiter=table.delimiter, strict=True)
        try:
            for row in islice(reader, int(table.has_header), None):
                if len(row) > width and any(row[width:]):
                    raise _ragged(path, reader.line_num, width, len(row))
                if any(row):
                    yield reader.line_num, (row + [""] * (width - len(row)))[:width]
        except csv.Error as error:
            raise TableRefused(
                f"Expected quotes that close, doubled inside a text, in {path.name}, found the row that ends on"
                f" line {reader.line_num} otherwise ({error}): export it again."
            ) from error
        except UnicodeDecodeError as error:
            raise EncodingRefused(
                f"Expected text in {table.encoding} in {path.name}, found byte 0x{error.object[error.start]:02x}"
                f" after line {reader.line_num}: give the right encoding with --encoding."
            ) from error


def _ragged(path: Path, line: int, width: int, found: int) -> TableRefused:
    return TableRefused(
        f"Expected {width} cells in each row of {path.name}, found {found} in the row that ends on line {line}:"
        " correct that row or give the separator with --delimiter."
    )


def table_encoding(path: Path, given: str | None = None) -> TextEncoding:
    """The user's, the byte order mark's, or the one detected over the whole file."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((codec for mark, codec in _BOMS if start.startswith(mark)), None)
    if given is not None:
        codec = codec_name(given, where="--encoding")
        return TextEncoding("utf-8-sig" if codec == "utf-8" else codec, "given by the user")
    if marked is not None:
        return TextEncoding(marked, "byte order mark")
    return TextEncoding(detected(_lines_beyond_ascii(path), path.name), "detection")


def _lines_beyond_ascii(path: Path) -> list[bytes]:
    """All of them where the file is not UTF-8 and they are few; nothing where it is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return []
        except UnicodeDecodeError:
            file.seek(0)
        return list(islice((line.rstrip(b"\r\n") for line in file if not line.isascii()), _LINES_LIMIT))


def _head(path: Path, codec: str) -> str:
    """The first rows; a last line that the limit cut is left out."""
    with path.open("rb") as file:
        raw = file.read(_HEAD_BYTES)
        whole = not file.read(1)
    text = codecs.getincrementaldecoder(codec)("replace").decode(raw)
    return text if whole or "\n" not in text else text[: text.rindex("\n") + 1]


def delimiter_of(text: str) -> str | None:
    """The separator that splits the first rows most evenly, into the most cells where several do; else None."""
    best: tuple[float, int] = (0.5, 1)
    found = None
    for delimiter in DELIMITERS:
        rows = [row for row in islice(_records(text, delimiter), 50) if row]
        if len(rows) > 1:
            width, count = Counter(map(len, rows)).most_common(1)[0]
            score = (count / len(rows), width)
            if width > 1 and score > best:
                best, found = score, delimiter
    return found


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows of a text that may end inside a quoted cell."""
    try:
        yield from csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    except csv.Error:
        return


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: no number in it but years, or a word over a column of numbers."""
    first, rest = rows[0], rows[1:]
    if any(cell.strip().lower() in _PLACE_NAMES for cell in first):
        return True
    if all(not is_number(cell) or _YEAR.fullmatch(cell.strip()) for cell in first):
        return any(cell.strip() and not is_number(cell) for cell in first)
    for position, name in enumerate(first):
        below = [row[position] for row in rest if position < len(row) and row[position].strip()]
        if name.strip() and not is_number(name) and below and all(map(is_number, below)):
            return True
    return False


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def _decimal_of(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    cells = [cell.strip() for cell in chain.from_iterable(rows)]
    commas = sum(_COMMA.fullmatch(cell) is not None for cell in cells)
    points = sum(_POINT.fullmatch(cell) is not None for cell in cells)
    return "," if commas > points and (delimiter != "," or not points) else "."


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names without the spaces around them; an empty one is column_n, a second one has a number."""
    distinct: list[str] = []
    for position, raw in enumerate(names, start=1):
        name = base = raw.strip() or f"column_{position}"
        number = 2
        while name in distinct:
            name, number = f"{base}_{number}", number + 1
        distinct.append(name)
    return tuple(distinct)


def _checked_delimiter(given: str | None) -> str | None:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    delimiter = None if given is None else named.get(given.lower(), given)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise TableRefused(
            f"Expected one character or tab as the separator, found {given!r}: give one such as ;"
        )
    return delimiter


def _checked_decimal(given: str | None) -> str | None:
    if given not in {None, ".", ","}:
        raise TableRefused(f"Expected . or , as the decimal sign, found {given!r}: give one of the two.")
    return given
