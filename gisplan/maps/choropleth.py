"""Choropleths: a classification becomes a property of the features and the classes of a layer."""

from collections.abc import Mapping
from typing import Any

from gisplan.maps.classes import Classification
from gisplan.maps.diverging import Diverging
from gisplan.maps.palettes import GREY, INK, ramp_colours
from gisplan.maps.spec import StyleClass
from gisplan.maps.style import Style
from gisplan.maps.texts import Lang

CLASS_FIELD = "map_class"


def classified(
    data: Mapping[str, Any], field: str, classification: Classification | Diverging
) -> dict[str, Any]:
    """Copy of a FeatureCollection in which `map_class` is the class of `field`; None is 'no data'."""
    features = []
    for feature in data["features"]:
        properties = dict(feature["properties"])
        properties[CLASS_FIELD] = classification.class_of(properties.get(field))
        features.append({**feature, "properties": properties})
    return {**data, "features": features}


def ramp_classes(
    classification: Classification, *, unit: str = "", decimals: int = 0, lang: Lang = "it"
) -> tuple[StyleClass, ...]:
    """Classes of a layer from light to dark, labelled with limits; give NO_DATA as the layer's style."""
    labels = classification.labels(lang, unit=unit, decimals=decimals)
    return tuple(
        StyleClass(value=position, label=label, style=_ramp_style(fill))
        for position, (label, fill) in enumerate(zip(labels, ramp_colours(len(labels)), strict=True))
    )


def _ramp_style(fill: str) -> Style:
    return Style(fill=fill, stroke=GREY, on_fill=INK, fill_opacity=1, width_px=0.7)
