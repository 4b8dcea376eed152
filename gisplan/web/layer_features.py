"""The features of an imported layer as a layer of a map: a small one whole, a large one as vector tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from gisplan.maps.palettes import NO_DATA
from gisplan.maps.spec import MapLayer, StyleClass, Tiles
from gisplan.maps.style import Kind, Style
from gisplan.web.features import collection, lang
from gisplan.web.layer_classes import labels_of
from layers.models import Layer, Version
from layers.serving.classes import class_counts, classes_of, drawing_key
from layers.serving.features import version_geojson
from layers.style_model import Drawn

MOST_FEATURES = 2000  # beyond this the map is drawn from tiles
MOST_PROPERTIES = 8
USUAL = {"color": "#3b6ea5", "stroke": "#1f3a57", "width_mm": 0.3}  # as layers.style_model has them
_FILL_OPACITY = 0.45  # the ground shows through
_CLASS_OPACITY = 0.8  # the legend's colour must be found on the map
_PX_PER_MM = 96 / 25.4
_SCREEN_PX = 1000
_M_PER_DEGREE = 111_000
_KINDS: dict[str, Kind] = {"Point": "point", "LineString": "line", "Polygon": "area"}


def plain_style(layer: Layer) -> Style:
    """The layer's own fill, stroke and width, or the usual ones."""
    own = USUAL | {name: value for name, value in layer.style.items() if name in USUAL}
    return Style(
        fill=str(own["color"]),
        stroke=str(own["stroke"]),
        fill_opacity=_FILL_OPACITY,
        width_px=round(float(str(own["width_mm"])) * _PX_PER_MM, 1),
    )


def _class_of(value: Any, classes: Sequence[Drawn]) -> int | None:
    """Which class a value belongs to; a value on a border to the lower one."""
    for place, drawn in enumerate(classes):
        if drawn.low is None or drawn.high is None:
            written = str(value).lower() if isinstance(value, bool) else str(value)  # as PostgreSQL writes it
            found = written == str(drawn.value)
        else:
            first = place == 0 and value == drawn.low
            found = isinstance(value, int | float) and (first or drawn.low < value <= drawn.high)
        if found:
            return place
    return None


def version_layer(version: Version, *, key: str = "", chosen: int | None = None) -> MapLayer:
    """A version as a layer of a map; `chosen` is the feature of a large one whose popup opens at first."""
    classes = classes_of(version)
    plain = plain_style(version.layer)
    large = version.feature_count > MOST_FEATURES
    return MapLayer(
        key=key or f"layer-{version.layer.name}".lower(),
        title=str(version.layer),
        data=collection([]) if large else _features(version, classes),
        id_field="feature_id",
        name_field="feature_name",
        style=NO_DATA.style if classes else plain,
        classes=tuple(
            StyleClass(value=place, label=label, style=_class_style(plain, drawn.color, version))
            for place, (drawn, label) in enumerate(
                zip(classes, labels_of(version.layer, classes, lang()), strict=True)
            )
        ),
        class_field="feature_class" if classes else "",
        popup=tuple((name, name) for name in shown_columns(version)),
        tiles=_tiles(version, chosen) if large else None,
        source=str(version.pk),
    )


def _class_style(plain: Style, color: str, version: Version) -> Style:
    """A class of areas or points is filled with its colour, and opaque enough to be told apart; a line has it."""
    if version.geometry_type.endswith("LineString"):
        return replace(plain, stroke=color, width_px=max(2.0, plain.width_px))
    return replace(plain, fill=color, fill_opacity=_CLASS_OPACITY)


def shown_columns(version: Version) -> list[str]:
    """The first columns: as many as a popup or a table can show."""
    return [column["name"] for column in version.columns][:MOST_PROPERTIES]


def _features(version: Version, classes: Sequence[Drawn]) -> dict[str, Any]:
    """All of them, thinned to what a screen can show."""
    column = str(version.layer.style.get("column", ""))
    found = version_geojson(version, tolerance_m=_pixel_m(version.bbox))["features"]
    return collection(
        one
        | {
            "properties": one["properties"]
            | {
                "feature_id": one["id"],
                "feature_name": name_of_feature(one, version),
                "feature_class": _class_of(one["properties"].get(column), classes),
            }
        }
        for one in found
    )


def _tiles(version: Version, chosen: int | None) -> Tiles:
    name = version.layer.name
    with override("it"):  # a tile has no words: one address for both languages
        template = reverse("layer_tile", args=[name, 0, 1, 2]).replace("/0/1/2.mvt", "/{z}/{x}/{y}.mvt")
    told = f"?v={version.number}-{drawing_key(version)}"
    return Tiles(
        url=template + told,
        feature_url=reverse("layer_feature", args=[name, 0]).replace("/0/", "/{id}/") + told,
        kind=_KINDS[version.geometry_type.removeprefix("Multi")],
        counts=class_counts(version),
        box=(version.bbox[0], version.bbox[1], version.bbox[2], version.bbox[3]),
        table_url=reverse("layer", args=[name]) + "#features" if version.is_current else "",
        chosen=chosen,
    )


def _pixel_m(bbox: Sequence[float] | None) -> float:
    return 0.0 if not bbox else (bbox[2] - bbox[0]) * _M_PER_DEGREE / _SCREEN_PX / 4


def name_of_feature(one: Mapping[str, Any], version: Version) -> str:
    """The first text that the feature carries, in the order of the columns, or else its number."""
    values = (one["properties"].get(column["name"]) for column in version.columns)
    return next((value for value in values if isinstance(value, str) and value), str(one["id"]))
