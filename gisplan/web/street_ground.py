"""The loaded streets and railways below what a map shows."""

from collections import Counter
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import override

from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.railways import FIRST_ZOOM as RAILWAYS_FROM
from gisplan.analysis.railways import railway_lines, railways_box, railways_key
from gisplan.analysis.street_tiles import FIRST_ZOOM, MAIN, PATH, STREET, drawable_networks, streets_key
from gisplan.maps.palettes import RAILWAYS, STREET_WIDTHS_PX, STREETS
from gisplan.maps.spec import Bounds, MapLayer, MapSpec, StyleClass, Tiles
from gisplan.web.features import collection, lang

#: Areas that lie below the streets, wherever a map begins with them.
GROUND_KEYS = {
    *("outside", "boundaries", "municipality", "snai", "schools", "pnrr"),
    *("reach", "levels", "minutes-hospitals", "minutes-health-sites", "axes-acting"),
}


def with_streets(spec: MapSpec) -> MapSpec:
    """The same map with the streets of the loaded networks upon its ground, as one layer, and their railways."""
    rows = drawable_networks()
    if not rows:
        return spec
    keys = [layer.key in GROUND_KEYS for layer in spec.layers]
    place = len(keys) if all(keys) else max(1, keys.index(False))
    layers = (*spec.layers[:place], _streets(rows), *_railways(rows), *spec.layers[place:])
    return replace(spec, layers=layers, bounds=spec.extent())


def _streets(rows: list[StreetNetwork]) -> MapLayer:
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


def _railways(rows: list[StreetNetwork]) -> list[MapLayer]:
    """One layer, with a line of the legend for each kind that there is; none where no file had any."""
    found = railway_lines(rows)
    if not found:
        return []
    kinds = Counter(kind for one in found for kind in one.line_class.tolist())
    return [
        MapLayer(
            key="railways",
            title=RAILWAYS["train"].label(lang()),
            data=collection([]),
            style=RAILWAYS["train"].style,
            classes=tuple(
                StyleClass(value=kind, label=entry.label(lang()), style=entry.style)
                for kind, entry in enumerate(RAILWAYS.values())
            ),
            class_field="c",
            listed=False,
            tiles=Tiles(
                url=tiles_url("ferrovie", railways_key(found)),
                feature_url="",
                kind="line",
                counts=dict(kinds),
                box=railways_box(found),
                first_zoom=RAILWAYS_FROM,
            ),
        )
    ]


def tiles_url(kind: str, key: str) -> str:
    with override("it"):
        first = reverse("ground_tile", args=[kind, key, 0, 1, 2])
    return first.replace("/0/1/2.mvt", "/{z}/{x}/{y}.mvt")


def box_of(boxes: list[Bounds]) -> Bounds:
    """West, south, east, north of all."""
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
