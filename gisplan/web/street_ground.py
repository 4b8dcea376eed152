"""The loaded streets below what a map shows."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import override

from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.street_tiles import FIRST_ZOOM, MAIN, PATH, STREET, drawable_networks, streets_key
from gisplan.maps.palettes import STREET_WIDTHS_PX, STREETS
from gisplan.maps.spec import Bounds, MapLayer, MapSpec, StyleClass, Tiles
from gisplan.web.features import collection, lang

#: Areas that lie below the streets, wherever a map begins with them.
GROUND_KEYS = {
    *("outside", "boundaries", "municipality", "snai", "schools", "pnrr"),
    *("reach", "levels", "minutes-hospitals", "minutes-health-sites", "axes-acting"),
}


def with_streets(spec: MapSpec) -> MapSpec:
    """The same map with the streets of the loaded networks upon its ground, as one layer."""
    rows = drawable_networks()
    if not rows:
        return spec
    keys = [layer.key in GROUND_KEYS for layer in spec.layers]
    place = len(keys) if all(keys) else max(1, keys.index(False))
    layers = (*spec.layers[:place], _layer(rows), *spec.layers[place:])
    return replace(spec, layers=layers, bounds=spec.extent())


def _layer(rows: list[StreetNetwork]) -> MapLayer:
    title = STREETS.label(lang())
    return MapLayer(
        key="streets",
        title=title,
        data=collection([]),
        style=STREETS.style,
        classes=tuple(
            StyleClass(
                value=place, label=title, style=replace(STREETS.style, width_px=STREET_WIDTHS_PX[place])
            )
            for place in (MAIN, STREET, PATH)
        ),
        class_field="c",
        listed=False,
        tiles=Tiles(
            url=tiles_url("strade", streets_key(rows)),
            feature_url="",
            kind="line",
            counts={None: sum(row.edges for row in rows)},
            box=box_of([row.extent.extent for row in rows]),
            first_zoom=FIRST_ZOOM,
        ),
    )


def tiles_url(kind: str, key: str) -> str:
    with override("it"):
        first = reverse("ground_tile", args=[kind, key, 0, 1, 2])
    return first.replace("/0/1/2.mvt", "/{z}/{x}/{y}.mvt")


def box_of(boxes: list[Bounds]) -> Bounds:
    """West, south, east, north of all."""
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
