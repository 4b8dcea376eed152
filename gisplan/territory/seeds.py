"""The seed tables of shapefiles/seed, read row by row; a bad cell is refused with its place."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gisplan.territory.errors import SeedRefused

T = TypeVar("T")
_MISSING, _EXTRA = "\0missing", "\0extra"  # no cell can hold these


@dataclass(frozen=True)
class SeedRow:
    """One row of a seed table that knows where it stands."""

    table: str
    number: int  # the line of the file, the header being 1
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        cell = self.cells.get(column)
        if cell is None:
            raise self.refusal(column, "a column of that name", "none", "restore it in the header")
        return cell.strip()

    def number_in(self, column: str) -> float:
        return self._read(column, float, "a number")

    def whole(self, column: str) -> int:
        return self._read(column, int, "a whole number")

    def whole_or_none(self, column: str) -> int | None:
        return self.whole(column) if self[column] else None

    def flag(self, column: str) -> bool:
        cell = self[column]
        if cell not in {"true", "false"}:
            raise self.refusal(column, "true or false", repr(cell))
        return cell == "true"

    def one_of(self, column: str, words: list[str]) -> str:
        cell = self[column]
        if cell not in words:
            raise self.refusal(column, f"one of {', '.join(words)}", repr(cell))
        return cell

    def refusal(self, column: str, expected: str, found: str, remedy: str = "correct the row") -> SeedRefused:
        return SeedRefused(
            f"{self.table}.csv, row {self.number}, column {column}:"
            f" expected {expected}, found {found}: {remedy}."
        )

    def _read(self, column: str, kind: Callable[[str], T], expected: str) -> T:
        try:
            return kind(self[column])
        except ValueError as error:
            raise self.refusal(column, expected, repr(self[column])) from error


def rows(seed_dir: Path, table: str) -> Iterator[SeedRow]:
    path = seed_dir / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restval=_MISSING, restkey=_EXTRA)
            for number, cells in enumerate(reader, start=2):
                if _EXTRA in cells or _MISSING in cells.values():
                    expected = len(reader.fieldnames or ())
                    raise SeedRefused(
                        f"{table}.csv, row {number}: expected {expected} cells, found more or less:"
                        " put a text that holds a comma in double quotes."
                    )
                yield SeedRow(table, number, cells)
    except FileNotFoundError as error:
        raise SeedRefused(f"Expected the seed table {path}, found no such file: restore it.") from error
    except UnicodeDecodeError as error:
        raise SeedRefused(
            f"Expected UTF-8 in the seed table {path}, found {error.reason}: save it as UTF-8."
        ) from error
