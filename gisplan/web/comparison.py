"""What a comparison is: two named sides with a map each, figures side by side, and a map of where they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps import palettes
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass
from gisplan.maps.style import Style
from gisplan.maps.texts import format_value
from gisplan.territory.display import boundary_geometries, territory_bounds
from gisplan.territory.models import Municipality, TerritoryEdition
from gisplan.web import maps
from gisplan.web.features import collection, feature, lang
from gisplan.web.ground_layers import boundaries

FIRST, SECOND, DIFFERENCE = "a", "b", "diff"


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
    """`shared_view`: the two maps show one place; otherwise they have one scale, each around its own."""

    first: Side
    second: Side
    figures: tuple[Figure, ...]
    difference: MapSpec | None
    tables: tuple[PrintTable, ...] = ()
    notes: tuple[str, ...] = ()
    shared_view: bool = True

    def figure_table(self) -> PrintTable:
        names = (_("Voce"), self.first.name, self.second.name, _("Differenza"))
        rows = tuple((one.name, one.first, one.second, _signed(one)) for one in self.figures)
        return PrintTable(name="figures", title=_("Cifre a confronto"), columns=names, rows=rows)


def _signed(figure: Figure) -> float | str | None:
    return "" if not figure.is_number else figure.difference


_MORE, _MUCH_MORE, _LESS, _MUCH_LESS = "#8fb8de", "#1d5fa8", "#f3b37a", "#b35806"


def difference_map(
    title: str,
    edition: TerritoryEdition,
    values: Mapping[str, tuple[float | None, float | None]],
    names: tuple[str, str],
) -> MapSpec:
    """Municipalities by how much the second value is above the first; less has a dashed outline, too."""
    differences = {code: _minus(second, first) for code, (first, second) in values.items()}
    known = [abs(one) for one in differences.values() if one]
    half = median(known) if known else 1.0
    shapes = boundary_geometries(edition)
    rows = Municipality.objects.filter(in_territory=True).order_by("name")
    features = [
        feature(
            shapes.get(row.istat_code),
            id=row.istat_code,
            name=row.name,
            first=values.get(row.istat_code, (None, None))[0],
            second=values.get(row.istat_code, (None, None))[1],
            difference=differences.get(row.istat_code),
            step=_step(differences.get(row.istat_code), half),
        )
        for row in rows
    ]
    layer = MapLayer(
        key="difference",
        title=title,
        data=collection(features),
        style=palettes.NO_DATA.style,
        classes=_classes(half),
        class_field="step",
        popup=(("first", names[0]), ("second", names[1]), ("difference", _("Differenza"))),
    )
    return MapSpec(
        title=title,
        layers=(layer,),
        lang=lang(),
        key=DIFFERENCE,
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
    )


def _minus(second: float | None, first: float | None) -> float | None:
    return None if first is None or second is None else round(second - first, 3)


def _step(difference: float | None, half: float) -> int | None:
    if difference is None:
        return None
    if difference == 0:
        return 0
    size = 2 if abs(difference) > half else 1
    return size if difference > 0 else -size


def _classes(half: float) -> tuple[StyleClass, ...]:
    limit = _number(half)
    labels = {
        -2: _("oltre %(limit)s in meno") % {"limit": limit},
        -1: _("in meno, fino a %(limit)s") % {"limit": limit},
        0: _("uguale"),
        1: _("in più, fino a %(limit)s") % {"limit": limit},
        2: _("oltre %(limit)s in più") % {"limit": limit},
    }
    fills = {-2: _MUCH_LESS, -1: _LESS, 0: palettes.LAND, 1: _MORE, 2: _MUCH_MORE}
    return tuple(
        StyleClass(value=step, label=labels[step], style=_style(step, fill)) for step, fill in fills.items()
    )


def _style(step: int, fill: str) -> Style:
    less = {"dash": "3 2", "width_px": 1.4} if step < 0 else {"width_px": 0.7}
    return Style(fill=fill, stroke="#4d5b68", on_fill=palettes.INK, fill_opacity=1, **less)


def _number(value: float) -> str:
    return format_value(int(value) if float(value).is_integer() else value, lang())


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


def with_key(spec: MapSpec, key: str) -> MapSpec:
    return replace(spec, key=key)
