"""Reading a table of the register from a CSV file, as cells of text."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gisplan.plan.errors import TableRefused
from gisplan.plan.tables import Table

Key = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A row of a file; the header is row 1, as a spreadsheet shows it."""

    file: str
    number: int
    cells: dict[str, str]

    def refusal(self, column: str, expected: str, next_step: str = "correct it") -> str:
        found = self.cells.get(column, "")
        return (
            f"{self.file}, row {self.number}, column {column}: expected {expected}, "
            f"found {repr(found) if found else 'nothing'}: {next_step}."
        )


def read_rows(path: Path, table: Table) -> list[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = f"Expected a CSV file for the table {table.name}, found none to read at {path}"
        raise TableRefused([f"{reason} ({error.strerror}): check the path."]) from error
    except UnicodeDecodeError as error:
        raise TableRefused(
            [f"{path.name}: expected text in UTF-8, found another encoding: save it as CSV UTF-8."]
        ) from error
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    _check_header(path.name, table, list(reader.fieldnames or []))
    return list(_rows(path.name, reader))


def _check_header(file: str, table: Table, found: list[str]) -> None:
    missing = [column for column in table.required_columns if column not in found]
    unknown = [column for column in found if column not in table.columns]
    if missing:
        raise TableRefused(
            [
                f"{file}, row 1: expected the columns {', '.join(table.required_columns)}, "
                f"found no {', '.join(missing)}: add what is missing."
            ]
        )
    if unknown:
        raise TableRefused(
            [
                f"{file}, row 1: expected only the columns {', '.join(table.columns)}, "
                f"found also {', '.join(repr(column) for column in unknown)}: rename or remove them."
            ]
        )


def _rows(file: str, reader: "csv.DictReader[str]") -> Iterator[Row]:
    for number, cells in enumerate(reader, start=2):
        if None in cells or None in cells.values():
            raise TableRefused(
                [
                    f"{file}, row {number}: expected {len(reader.fieldnames or [])} cells, "
                    "found another number: put text with a comma between quotes."
                ]
            )
        yield Row(file, number, {column: text.strip() for column, text in cells.items()})


def key_of(table: Table, row: Row) -> Key:
    return tuple(row.cells[column] for column in table.key.columns)
