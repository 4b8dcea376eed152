"""Dates and numbers of a dbf that are none, which GDAL would read as null, 0 or their first digits."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.encoding import DbfColumn, dbf_rows
from layers.issues import Code, Issue

_NUMERIC = np.isin(np.arange(256), list(b"0123456789+-.eE \0"))
_KINDS = {b"D": Code.DATE_UNREADABLE, b"N": Code.NUMBER_UNREADABLE, b"F": Code.NUMBER_UNREADABLE}


@dataclass(frozen=True)
class Void:
    """Positions of features whose value in one column is void, and their texts."""

    column: str
    code: Code
    positions: npt.NDArray[np.int64]
    texts: list[str]

    def issues(self, name: str, part: slice) -> list[Issue]:
        return [
            Issue(self.code, int(position), f"{name}: {text}", None)
            for position, text in zip(self.positions[part], self.texts[part], strict=True)
        ]


def void_values(dbf: Path) -> dict[str, Void]:
    """By the column's name as Latin-1 reads it."""
    columns, blocks = dbf_rows(dbf)
    found: dict[str, list[Void]] = {}
    features = 0
    for table in blocks:
        alive = np.flatnonzero(table[:, 0] != ord("*"))  # a deleted row is no feature
        for column in columns:
            code = _KINDS.get(column.kind)
            rows = np.array([], np.int64) if code is None else _void_rows(table, column, code)
            rows = rows[np.isin(rows, alive)]
            if code is not None and rows.size:
                name = column.name.decode("latin-1")
                positions = (features + np.searchsorted(alive, rows)).astype(np.int64)
                texts = [_text(table, column, int(row)) for row in rows]
                found.setdefault(name, []).append(Void(name, code, positions, texts))
        features += len(alive)
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[Void]) -> Void:
    positions = np.concatenate([part.positions for part in parts])
    return Void(parts[0].column, parts[0].code, positions, [text for part in parts for text in part.texts])


def _void_rows(table: Any, column: DbfColumn, code: Code) -> npt.NDArray[np.int64]:
    values = np.ascontiguousarray(table[:, column.start : column.start + column.width])
    if code == Code.NUMBER_UNREADABLE:
        return np.flatnonzero(~_NUMERIC[values].all(axis=1))
    if column.width != 8:
        return np.array([], np.int64)
    distinct, inverse = np.unique(values.view("S8").ravel(), return_inverse=True)
    void = np.array([not _is_date(value) for value in distinct.tolist()], dtype=bool)
    return np.flatnonzero(void[inverse])


def _is_date(value: bytes) -> bool:
    text = value.strip(b" \0")
    if not text:
        return True
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return len(text) == 8


def _text(table: Any, column: DbfColumn, row: int) -> str:
    raw: bytes = table[row, column.start : column.start + column.width].tobytes()
    return raw.decode("latin-1").strip(" \0")
