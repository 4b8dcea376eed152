"""The table that stands beside the map of an imported layer: its features, page by page, each a link to its place."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from gisplan.maps.texts import format_value
from gisplan.web.features import lang
from gisplan.web.layer_features import shown_columns
from layers.models import Version
from layers.serving.features import first_rows

ROWS_A_PAGE = 50
_MOST_DIGITS = 9


@dataclass(frozen=True)
class FeatureRow:
    """One feature: its number, and its values as they are read."""

    number: int
    values: list[str]


@dataclass(frozen=True)
class FeatureTable:
    """One page of the features of a version."""

    columns: list[str]
    rows: list[FeatureRow]
    page: int
    pages: int
    total: int
    chosen: int | None

    @property
    def first(self) -> int:
        return (self.page - 1) * ROWS_A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def feature_table(version: Version, asked: QueryDict) -> FeatureTable:
    """The page that the address asks for; the nearest one where it asks for none that exists."""
    pages = max(1, -(-version.feature_count // ROWS_A_PAGE))
    page = min(pages, max(1, number_of(asked, "pagina") or 1))
    columns = shown_columns(version)
    found = first_rows(version, ROWS_A_PAGE, skip=(page - 1) * ROWS_A_PAGE, columns=columns)
    rows = [FeatureRow(row[0], _written(row[1:])) for row in found]
    return FeatureTable(columns, rows, page, pages, version.feature_count, number_of(asked, "elemento"))


def _written(values: list[Any]) -> list[str]:
    return [format_value(value, lang()) for value in values]


def number_of(asked: QueryDict, name: str) -> int | None:
    """A whole number of the address; None for anything else."""
    value = asked.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS else None
