"""Rows of a text table under the names of their columns, which differ in case between editions."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gisplan.territory.errors import RegisterRefused

BROKEN = ("\ufffd", "ï¿½")  # what is left of a letter that somebody could not decode


@dataclass(frozen=True)
class Row:
    """One row of a file; the header is line 1."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The text without needless spaces; a column that the file lacks is empty."""
        return " ".join(self.cells.get(column.lower(), "").split())

    def number(self, column: str) -> float | None:
        """None where empty or not a number; a decimal comma is one."""
        text = self[column]
        if "," in text and "." not in text:
            text = text.replace(",", ".")
        try:
            return float(text) if text else None
        except ValueError:
            return None

    def whole(self, column: str) -> int | None:
        number = self.number(column)
        return int(number) if number is not None and number == int(number) else None


@dataclass(frozen=True)
class TableFile:
    """A table whose cells are read when they are asked for."""

    path: Path

    @cached_property
    def columns(self) -> list[str]:
        return list(self._records[0]) if self._records else []

    def rows(self, needed: Iterable[str]) -> list[Row]:
        columns = [" ".join(name.split()).lower() for name in self.columns]
        missing = [name for name in needed if name.lower() not in columns]
        if missing:
            raise RegisterRefused(
                f"Expected the columns {', '.join(needed)} in {self.path.name}, found no {', '.join(missing)}:"
                " choose the register that this file belongs to."
            )
        return [
            Row(line, dict(zip(columns, cells.values(), strict=True)))
            for line, cells in enumerate(self._records, start=2)
        ]

    @cached_property
    def _records(self) -> list[dict[str, str]]:
        raw = self.path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        return list(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, restval=""))
