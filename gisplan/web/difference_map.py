"""The map of where two things differ: more and less on both sides of equal, what is not known apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gisplan.maps import palettes
from gisplan.maps.diverging import Diverging, diverging
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass
from gisplan.maps.style import Style
from gisplan.maps.texts import format_value
from gisplan.territory.display import Geometries, boundary_geometries, territory_bounds
from gisplan.territory.models import Municipality, TerritoryEdition
from gisplan.web import maps
from gisplan.web.features import collection, feature, lang
from gisplan.web.shapes import shapes_url

DIFFERENCE = "diff"
Pair = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What is compared and how it is written: `unit` follows a number, "" where the title says it.

    `names` are of the two columns of values; without a first name the first value is one and the same everywhere, and
    only the second is shown.
    """

    title: str
    unit: str
    decimals: int
    names: tuple[str, str]
    difference_name: str = ""

    def of(self, pair: Pair) -> float | None:
        """The second less the first, both as they are written."""
        first, second = self.rounded(pair)
        return None if first is None or second is None else round(second - first, self.decimals)

    def rounded(self, pair: Pair) -> Pair:
        first, second = (None if one is None else round(one, self.decimals) for one in pair)
        return first, second

    def written(self, value: float | None) -> str:
        return format_value(value, lang(), decimals=self.decimals)

    def with_unit(self, value: float) -> str:
        return f"{self.written(value)} {self.unit}".strip()


@dataclass(frozen=True)
class Places:
    """What the map is made of: a name and a shape each; `shapes_url` where pages share the shapes."""

    names: Mapping[str, str]
    shapes: Geometries
    shapes_url: str = ""


def municipalities(edition: TerritoryEdition) -> Places:
    rows = Municipality.objects.filter(in_territory=True).order_by("name")
    names = dict(rows.values_list("istat_code", "name"))
    return Places(names, boundary_geometries(edition), shapes_url(edition))


def difference_map(
    asked: Differences,
    edition: TerritoryEdition,
    values: Mapping[str, Pair],
    *,
    places: Places | None = None,
    above: Sequence[MapLayer] = (),
) -> MapSpec:
    """Places, all municipalities where none are given, by how much the second value is above the first."""
    layer = difference_layer(asked, places or municipalities(edition), values)
    return MapSpec(
        title=asked.title,
        layers=(layer, *above),
        lang=lang(),
        key=DIFFERENCE,
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
    )


def difference_layer(asked: Differences, places: Places, values: Mapping[str, Pair]) -> MapLayer:
    """From the most to the least, so that its table is in that order; what is not known is last."""
    pairs = {code: asked.rounded(values.get(code, (None, None))) for code in places.names}
    found = {code: asked.of(pair) for code, pair in pairs.items()}
    classes = diverging(found.values(), decimals=asked.decimals)
    features = [
        feature(
            places.shapes.get(code),
            id=code,
            name=places.names[code],
            first=pairs[code][0],
            second=pairs[code][1],
            difference=found[code],
            step=classes.class_of(found[code]),
        )
        for code in _sorted(places.names, found)
    ]
    columns = [("first", asked.names[0]), ("second", asked.names[1])]
    last = ("difference", asked.difference_name or _("Differenza (B − A)"))
    return MapLayer(
        key="difference",
        title=asked.title,
        data=collection(features),
        style=palettes.NO_DATA.style,
        classes=step_classes(classes, asked),
        class_field="step",
        popup=(*(column for column in columns if column[1]), last),
        shapes_url=places.shapes_url,
    )


def _sorted(names: Mapping[str, str], found: Mapping[str, float | None]) -> list[str]:
    def place(code: str) -> tuple[bool, float, str]:
        value = found[code]
        return value is None, -(value or 0), names[code]

    return sorted(names, key=place)


def step_classes(classes: Diverging, asked: Differences) -> tuple[StyleClass, ...]:
    """The most first, equal in the middle."""
    return tuple(
        StyleClass(
            value=step, label=_label(step, classes.limits, asked), style=_style(step, len(classes.limits))
        )
        for step in reversed(classes.steps)
    )


def _label(step: int, limits: Sequence[float], asked: Differences) -> str:
    if step == 0:
        return _("uguale")
    size, more = abs(step), step > 0
    if not limits:
        return _("in più") if more else _("in meno")
    if size == 1:
        label = _("fino a %(limit)s in più") if more else _("fino a %(limit)s in meno")
        return label % {"limit": asked.with_unit(limits[0])}
    if size > len(limits):
        label = _("oltre %(limit)s in più") if more else _("oltre %(limit)s in meno")
        return label % {"limit": asked.with_unit(limits[-1])}
    label = _("da %(low)s a %(high)s in più") if more else _("da %(low)s a %(high)s in meno")
    return label % {"low": asked.written(limits[size - 2]), "high": asked.with_unit(limits[size - 1])}


def _style(step: int, inner: int) -> Style:
    """The outermost class has the strongest colour; less is dashed, too."""
    if step == 0:
        return Style(fill=palettes.LAND, stroke="#4d5b68", on_fill=palettes.INK, fill_opacity=1, width_px=0.7)
    colours = palettes.MORE if step > 0 else palettes.LESS
    fill = colours[abs(step) - 1 + len(colours) - (inner + 1)]
    if step > 0:
        return Style(fill=fill, stroke="#4d5b68", on_fill=palettes.INK, fill_opacity=1, width_px=0.7)
    return Style(fill=fill, stroke="#4d5b68", on_fill=palettes.INK, fill_opacity=1, width_px=1.2, dash="3 2")


def in_words(asked: Differences, pair: Pair, names: tuple[str, str]) -> str:
    """How the second stands to the first, as a sentence."""
    difference = asked.of(pair)
    words = {
        "first": names[0],
        "second": names[1],
        "a": asked.written(pair[0]),
        "b": asked.written(pair[1]),
    }
    if difference is None:
        return _("La differenza fra %(first)s (%(a)s) e %(second)s (%(b)s) non è nota.") % words
    if difference == 0:
        return _("%(first)s e %(second)s hanno lo stesso valore: %(a)s.") % words
    words["size"] = asked.with_unit(abs(difference))
    if difference > 0:
        return _("%(second)s ha %(size)s in più di %(first)s: %(b)s contro %(a)s.") % words
    return _("%(second)s ha %(size)s in meno di %(first)s: %(b)s contro %(a)s.") % words


def counted_in_words(spec: MapSpec) -> str:
    """In how many places of the map there is more, less, the same, and in how many it is not known."""
    found = [one["properties"]["difference"] for one in spec.layers[0].features]
    known = [one for one in found if one is not None]
    if not known:
        return _("La differenza non è nota per nessun comune.")
    if not any(known):
        return _("Nessuna differenza: lo stesso in %(count)s comuni, non noto in %(unknown)s.") % {
            "count": format_value(len(known), lang()),
            "unknown": format_value(len(found) - len(known), lang()),
        }
    counts = (
        (_("di più in %(count)s comuni"), sum(one > 0 for one in known)),
        (_("di meno in %(count)s"), sum(one < 0 for one in known)),
        (_("lo stesso in %(count)s"), sum(one == 0 for one in known)),
        (_("non noto in %(count)s"), len(found) - len(known)),
    )
    written = ", ".join(words % {"count": format_value(count, lang())} for words, count in counts)
    return _("In B rispetto ad A: %(counts)s.") % {"counts": written}
