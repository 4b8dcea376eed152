"""The features of an imported layer as a layer of a map."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.spec import MapLayer
from gisplan.maps.style import Style
from gisplan.web.features import collection
from layers.models import Layer, Version
from layers.serving.features import version_geojson

MOST_FEATURES = 2000  # beyond this a map needs tiles
MOST_PROPERTIES = 8
USUAL = {"color": "#6fb096", "stroke": "#226570", "width_mm": 0.4}
_PX_PER_MM = 96 / 25.4
_SCREEN_PX = 1000
_M_PER_DEGREE = 111_000


def style_of(layer: Layer) -> Style:
    """The layer's own fill, stroke and width, or the usual ones."""
    own = USUAL | {name: value for name, value in layer.style.items() if name in USUAL}
    return Style(
        fill=str(own["color"]),
        stroke=str(own["stroke"]),
        fill_opacity=0.35,
        width_px=round(float(str(own["width_mm"])) * _PX_PER_MM, 1),
    )


def version_layer(version: Version, *, key: str = "", limit: int = MOST_FEATURES) -> MapLayer:
    """The first features of a version as a layer of a map, thinned to what a screen can show."""
    found = version_geojson(version, limit=limit, tolerance_m=_pixel_m(version.bbox))["features"]
    shown = [column["name"] for column in version.columns][:MOST_PROPERTIES]
    return MapLayer(
        key=key or f"layer-{version.layer.name}".lower(),
        title=str(version.layer),
        data=collection(
            one | {"properties": one["properties"] | {"feature_id": one["id"], "feature_name": _named(one)}}
            for one in found
        ),
        id_field="feature_id",
        name_field="feature_name",
        style=style_of(version.layer),
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
