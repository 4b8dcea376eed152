"""Rows of a text table under the names of their columns, which differ in case between editions."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gisplan.territory.errors import RegisterRefused
from layers.tables import TableFormat, TableOptions, inspect_table, read_cells

BROKEN = ("\ufffd", "ï¿½")  # what is left of a letter that somebody could not decode


@dataclass(frozen=True)
class Row:
    """One row of a file and the line on which it ends; the header is line 1."""

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
    """A text table whose first row names its columns; how it is written is found by inspection."""

    path: Path

    @cached_property
    def columns(self) -> list[str]:
        return list(self._format.columns)

    def rows(self, needed: Iterable[str]) -> list[Row]:
        columns = [" ".join(name.split()).lower() for name in self.columns]
        missing = [name for name in needed if name.lower() not in columns]
        if missing:
            raise RegisterRefused(
                f"Expected the columns {', '.join(needed)} in {self.path.name}, found no {', '.join(missing)}:"
                " choose the register that this file belongs to."
            )
        return [
            Row(line, dict(zip(columns, cells, strict=True)))
            for line, cells in read_cells(self.path, self._format)
        ]

    @cached_property
    def _format(self) -> TableFormat:
        return inspect_table(self.path, TableOptions(has_header=True))
