"""GeoJSON for the maps of the pages, and the few words that every layer needs."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language

from gisplan.maps import palettes
from gisplan.maps.spec import StyleClass
from gisplan.maps.texts import Lang

Geometry = dict[str, Any]


def lang() -> Lang:
    return "en" if get_language() == "en" else "it"


def collection(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: Geometry | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def palette_classes(palette: Mapping[str, palettes.Entry]) -> tuple[StyleClass, ...]:
    return tuple(
        StyleClass(value=key, label=entry.label(lang()), style=entry.style) for key, entry in palette.items()
    )


def rounded(people: float | None) -> int | None:
    return None if people is None else round(people)
