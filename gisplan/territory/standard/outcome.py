"""What a load is asked, and what it did."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gisplan.territory.errors import RegisterRefused

_DAY_FIRST = re.compile(r"(?<!\d)(\d{2})(\d{2})(20\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(20\d{2})[-_]?(\d{2})[-_]?(\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


@dataclass(frozen=True)
class RefusedRow:
    """A row that was left out; the header is line 1."""

    line: int
    reason: str


@dataclass(frozen=True)
class LoadRequest:
    """`day` is the reference date where the file does not tell it; `by_name` allows a join by names."""

    path: Path
    day: date | None = None
    by_name: bool = False
    layer: str | None = None

    @property
    def reference_day(self) -> date | None:
        return self.day or date_in_name(self.path.name)

    def needed_day(self, what: str) -> date:
        day = self.reference_day
        if day is None:
            raise RegisterRefused(
                f"Expected the reference date of {what} in the name of {self.path.name}, found none:"
                " give it, such as --date 2026-01-01."
            )
        return day


@dataclass
class RegisterLoad:
    """Counts of one load; `kept` left the file, `owners` are values or rows that the owner changed."""

    register: str
    file: str
    added: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0
    owners: int = 0
    not_located: int = 0
    elsewhere: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        self.refused.append(RefusedRow(line, reason))

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.same

    def __str__(self) -> str:
        words = [f"{self.added:,} added, {self.changed:,} changed, {self.same:,} same"]
        for count, text in (
            (self.not_located, "not located"),
            (self.elsewhere, "outside the territory"),
            (self.kept, "no longer in the file, kept"),
            (self.owners, "left as the owner has them"),
            (len(self.refused), "rows refused"),
        ):
            if count:
                words.append(f"{count:,} {text}")
        return f"{self.register}: {', '.join(words)}"


def date_in_name(name: str) -> date | None:
    """The date that a file's name tells: 01012026, 2023-03-01, 20230901, or the first day of a year."""
    for pattern, order in ((_DAY_FIRST, (3, 2, 1)), (_YEAR_FIRST, (1, 2, 3))):
        for match in pattern.finditer(name):
            try:
                return date(*(int(match.group(place)) for place in order))
            except ValueError:
                continue
    year = _YEAR.search(name)
    return date(int(year.group(1)), 1, 1) if year else None
