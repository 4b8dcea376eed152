"""What a comparison is: two named sides with a map each, figures side by side, and a map of where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.tables import layer_table
from gisplan.territory.display import territory_bounds
from gisplan.territory.models import TerritoryEdition
from gisplan.web import maps
from gisplan.web.features import lang
from gisplan.web.ground_layers import boundaries

FIRST, SECOND = "a", "b"


class CannotCompare(Exception):
    """What is missing for a comparison, as a sentence in the reader's language."""


@dataclass(frozen=True)
class Side:
    """One of the two: its name, its page, its map."""

    name: str
    url: str
    spec: MapSpec


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A line of the comparison: numbers have a difference, words do not; None is 'not known'."""

    name: str
    first: Any
    second: Any
    decimals: int = 0

    @property
    def is_number(self) -> bool:
        return all(
            value is None or (isinstance(value, int | float) and not isinstance(value, bool))
            for value in (self.first, self.second)
        ) and not (self.first is None and self.second is None)

    @property
    def difference(self) -> float | None:
        """The second less the first, where both are known numbers."""
        if not self.is_number or self.first is None or self.second is None:
            return None
        return round(float(self.second) - float(self.first), self.decimals)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`shared_view`: the maps show one place; otherwise the two have one scale, each around its own.

    `says` is the difference in words; `filters` what was chosen beside the two; `mapped` whether the rows of the
    difference map are its table, written with `decimals`, or `tables` has them.
    """

    first: Side
    second: Side
    figures: tuple[Figure, ...]
    difference: MapSpec
    says: tuple[str, ...] = ()
    tables: tuple[PrintTable, ...] = ()
    notes: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    shared_view: bool = True
    mapped: bool = True
    decimals: int = 0

    @property
    def is_same(self) -> bool:
        return (self.first.name, self.first.url) == (self.second.name, self.second.url)

    def maps(self) -> list[tuple[str, MapSpec]]:
        """The three maps with their titles: where the two differ, A, B."""
        sides = ((f"A: {self.first.name}", self.first.spec), (f"B: {self.second.name}", self.second.spec))
        return [(self.difference.title, self.difference), *sides]

    def difference_table(self) -> PrintTable | None:
        """All places of the difference map, from the most to the least."""
        layer = next((one for one in self.difference.layers if one.listed), None)
        if layer is None or not self.mapped:
            return None
        table = layer_table(layer, lang())
        return replace(table, decimals=(None, *([self.decimals] * (len(table.columns) - 1))))

    def figure_table(self) -> PrintTable:
        names = (_("Voce"), self.first.name, self.second.name, _("Differenza"))
        rows = tuple((one.name, one.first, one.second, _signed(one)) for one in self.figures)
        return PrintTable(name="figures", title=_("Cifre a confronto"), columns=names, rows=rows)


def _signed(figure: Figure) -> float | str | None:
    return "" if not figure.is_number else figure.difference


def on_ground(key: str, title: str, edition: TerritoryEdition, layers: Sequence[MapLayer]) -> MapSpec:
    """Layers upon the whole territory's municipalities."""
    return MapSpec(
        title=title,
        layers=(boundaries(edition), *layers),
        lang=lang(),
        key=key,
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
    )
