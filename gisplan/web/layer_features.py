"""The features of an imported layer as a layer of a map."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.maps.style import Style
from gisplan.web.features import collection
from layers.errors import StyleRefused
from layers.models import Layer, Version
from layers.serving.features import version_geojson
from layers.style_model import SINGLE, Drawn, style_of

MOST_FEATURES = 2000  # beyond this a map needs tiles
MOST_PROPERTIES = 8
USUAL = {"color": "#3b6ea5", "stroke": "#1f3a57", "width_mm": 0.3}  # as layers.style_model has them
_FILL_OPACITY = 0.45  # the ground shows through
_PX_PER_MM = 96 / 25.4
_SCREEN_PX = 1000
_M_PER_DEGREE = 111_000


def plain_style(layer: Layer) -> Style:
    """The layer's own fill, stroke and width, or the usual ones."""
    own = USUAL | {name: value for name, value in layer.style.items() if name in USUAL}
    return Style(
        fill=str(own["color"]),
        stroke=str(own["stroke"]),
        fill_opacity=_FILL_OPACITY,
        width_px=round(float(str(own["width_mm"])) * _PX_PER_MM, 1),
    )


def _classes(version: Version) -> list[Drawn]:
    """The classes of a style by value or by range; none where the version no longer has their column."""
    if version.layer.style.get("kind", SINGLE) == SINGLE or not version.is_current:
        return []
    try:
        return list(style_of(version.layer).drawn)
    except StyleRefused:
        return []


def _class_of(value: Any, classes: Sequence[Drawn]) -> int | None:
    """Which class a value belongs to; a value on a border to the lower one."""
    for place, drawn in enumerate(classes):
        if drawn.low is None or drawn.high is None:
            found = str(value) == str(drawn.value)
        else:
            first = place == 0 and value == drawn.low
            found = isinstance(value, int | float) and (first or drawn.low < value <= drawn.high)
        if found:
            return place
    return None


def version_layer(version: Version, *, key: str = "", limit: int = MOST_FEATURES) -> MapLayer:
    """The first features of a version as a layer of a map, thinned to what a screen can show."""
    found = version_geojson(version, limit=limit, tolerance_m=_pixel_m(version.bbox))["features"]
    shown = [column["name"] for column in version.columns][:MOST_PROPERTIES]
    classes, column = _classes(version), str(version.layer.style.get("column", ""))
    style = plain_style(version.layer)
    return MapLayer(
        key=key or f"layer-{version.layer.name}".lower(),
        title=str(version.layer),
        data=collection(
            one
            | {
                "properties": one["properties"]
                | {
                    "feature_id": one["id"],
                    "feature_name": _named(one),
                    "feature_class": _class_of(one["properties"].get(column), classes),
                }
            }
            for one in found
        ),
        id_field="feature_id",
        name_field="feature_name",
        style=style,
        classes=tuple(
            StyleClass(value=place, label=drawn.label, style=replace(style, fill=drawn.color))
            for place, drawn in enumerate(classes)
        ),
        class_field="feature_class" if classes else "",
        popup=tuple((name, name) for name in shown),
        note=_("I primi %(count)s elementi di %(total)s.") % {"count": limit, "total": version.feature_count}
        if len(found) < version.feature_count
        else "",
    )


def _pixel_m(bbox: Sequence[float] | None) -> float:
    return 0.0 if not bbox else (bbox[2] - bbox[0]) * _M_PER_DEGREE / _SCREEN_PX / 4


def _named(one: Mapping[str, Any]) -> str:
    """The first text that the feature carries, or else its number."""
    texts = (value for value in one["properties"].values() if isinstance(value, str) and value)
    return next(texts, str(one["id"]))
