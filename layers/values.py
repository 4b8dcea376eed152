"""What the values of a layer look like: names as they will be read, first rows, keys that repeat, numbers in text."""

import datetime
import decimal
import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from layers.fields import Column
from layers.issues import Code, Issue

SAMPLES = 5
PREVIEW_ROWS = 10
_KEY_ROWS = 100_000
_NAME_WORDS = (
    "nome",
    "name",
    "denom",
    "den_",
    "comune",
    "toponimo",
    "titolo",
    "title",
    "localita",
    "indirizzo",
)
_KEYS = {
    "id", "source_id", "fid", "ogc_fid", "gid", "objectid", "object_id", "uuid", "guid", "pk", "key", "chiave",
    "code", "cod", "codice", "codice_id", "gml_id", "id_oggetto",
}  # fmt: skip
_SHAPES = (
    (Code.NUMBER_AS_TEXT, r"^\s*[+-]?\d+(,\d+)?\s*$", ","),
    (Code.DATE_AS_TEXT, r"^\d{4}-\d{2}-\d{2}$", "-"),
)


def is_text(values: Any) -> bool:
    return bool(pa.types.is_string(values.type) or pa.types.is_large_string(values.type))


class TextSamples:
    """Five texts, those with letters beyond ASCII first, those of columns of names before others."""

    def __init__(self) -> None:
        self._accented: dict[str, int] = {}
        self._plain: dict[str, int] = {}

    def add(self, columns: Sequence[str], arrays: Sequence[Any]) -> None:
        for name, values in zip(columns, arrays, strict=True):
            if is_text(values) and self._wanted:
                rank = int(not any(word in name.lower() for word in _NAME_WORDS))
                self._take(values, rank)

    @property
    def _wanted(self) -> bool:
        return sum(rank == 0 for rank in self._accented.values()) < SAMPLES

    def _take(self, values: Any, rank: int) -> None:
        accented = pc.fill_null(pc.invert(pc.string_is_ascii(values)), False)
        for kept, mask in ((self._accented, accented), (self._plain, None)):
            if mask is None and len(kept) >= 4 * SAMPLES:
                continue
            found = values.filter(mask) if mask is not None else values.slice(0, 50)
            for text in found.slice(0, 50).to_pylist():
                if text and text.strip() and any(letter.isalpha() for letter in text):
                    kept.setdefault(text[:100], rank)

    def texts(self) -> list[str]:
        accented, plain = (sorted(kept, key=kept.__getitem__) for kept in (self._accented, self._plain))
        return list(dict.fromkeys([*accented, *plain]))[:SAMPLES]


class Watch:
    """Looks at each batch of decoded columns; tells at the end."""

    def __init__(self, columns: Sequence[Column], *, typed: bool) -> None:
        self.samples = TextSamples()
        self._columns = columns
        self._names = [column.source_name for column in columns]
        self._keys: dict[int, list[Any]] = {n: [] for n, c in enumerate(columns) if c.name in _KEYS}
        self._rows = 0
        text = [n for n, column in enumerate(columns) if column.sql_type == "text"] if typed else []
        self._shapes = {n: list(_SHAPES) for n in text}
        self._first: dict[int, dict[Code, str]] = {n: {} for n in text}

    def look(self, arrays: Sequence[Any]) -> None:
        self.samples.add(self._names, arrays)
        if self._rows < _KEY_ROWS:
            for position, kept in self._keys.items():
                kept.append(arrays[position].slice(0, _KEY_ROWS - self._rows))
        self._rows += len(arrays[0]) if arrays else 0
        for position in [n for n, shapes in self._shapes.items() if shapes]:
            self._look_at_shape(position, arrays[position])

    def _look_at_shape(self, position: int, values: Any) -> None:
        """Most columns of text end this at their first value."""
        values = values.filter(pc.fill_null(pc.not_equal(values, ""), False))
        for shape in list(self._shapes[position]):
            code, pattern, sign = shape
            start = values.slice(0, 1)
            matches = all(pc.match_substring_regex(start, pattern).to_pylist())
            if not matches or not pc.all(pc.match_substring_regex(values, pattern), min_count=0).as_py():
                self._shapes[position].remove(shape)
            elif code not in self._first[position]:
                signed = values.filter(pc.match_substring(values, sign))
                if len(signed):
                    self._first[position][code] = str(signed[0].as_py())

    def issues(self) -> list[Issue]:
        found = [
            Issue(code, None, f"{self._names[position]}: {self._first[position][code]}", None)
            for position, shapes in self._shapes.items()
            for code, _, _ in shapes
            if code in self._first[position]
        ]
        for position, arrays in self._keys.items():
            repeated = _most_repeated(arrays)
            if repeated is not None:
                value, times = repeated
                before = f"{self._names[position]}: {value}, {times} times"
                found.append(Issue(Code.KEY_REPEATED, None, before, None))
        return found


def _most_repeated(arrays: Sequence[Any]) -> tuple[Any, int] | None:
    if not arrays or pa.types.is_nested(arrays[0].type):
        return None
    counted = pc.value_counts(pc.drop_null(pa.chunked_array(arrays)))
    if not len(counted):
        return None
    counts = counted.field("counts")
    most = pc.max(counts).as_py()
    return None if most < 2 else (counted.field("values")[pc.index(counts, most).as_py()].as_py(), most)


def preview_rows(columns: Sequence[Column], attributes: Sequence[Any], count: int) -> list[dict[str, Any]]:
    """The first rows by the names of the table, in values that JSON holds."""
    lists = [values.slice(0, count).to_pylist() for values in attributes]
    rows = len(lists[0]) if lists else 0
    return [
        {column.name: plain(values[row]) for column, values in zip(columns, lists, strict=True)}
        for row in range(rows)
    ]


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value[:50].hex()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value
