"""Cells and census sections that hold people: imported as layers, and named here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gisplan.territory.errors import TerritoryError
from gisplan.territory.models import PeopleGrid
from layers.models import Layer


@dataclass(frozen=True)
class PeopleColumns:
    """What the columns of a file say: the kind of small area, the column of people, the year."""

    kind: PeopleGrid.Kind
    people_column: str
    reference_year: int


#: Marking columns, the column of people with its year, and what the areas are.
_KNOWN = (
    (re.compile(r"GRD_ID", re.I), re.compile(r"TOT_P_(\d{4})", re.I), PeopleGrid.Kind.CELLS),
    (re.compile(r"SEZ(\d{4}|\d{2}_ID)", re.I), re.compile(r"POP(\d{2})", re.I), PeopleGrid.Kind.SECTIONS),
)


def recognise(columns: Iterable[str]) -> PeopleColumns | None:
    """A Eurostat grid (GRD_ID, TOT_P_year) or ISTAT census sections (SEZyear, POPyy); None otherwise."""
    names = list(columns)
    for marking, people, kind in _KNOWN:
        found = next((match for name in names if (match := people.fullmatch(name))), None)
        if found and any(marking.fullmatch(name) for name in names):
            year = int(found.group(1))
            return PeopleColumns(kind, found.group(0), year if year > 99 else 2000 + year)
    return None


def name_people_grid(layer: Layer, columns: PeopleColumns) -> PeopleGrid:
    """Say that this layer holds people; the column is looked for under its stored name."""
    stored = {column["name"].lower(): column["name"] for column in _current_columns(layer)}
    column = stored.get(columns.people_column.lower())
    if column is None:
        raise TerritoryError(
            f"Expected a column {columns.people_column} in layer {layer.name}, found {', '.join(stored)}: "
            "name the column of people."
        )
    grid, _ = PeopleGrid.objects.update_or_create(
        layer=layer,
        defaults={"kind": columns.kind, "people_column": column, "reference_year": columns.reference_year},
    )
    return grid


def _current_columns(layer: Layer) -> list[dict[str, str]]:
    return layer.current.columns if layer.current else []
