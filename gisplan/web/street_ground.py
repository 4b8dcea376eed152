"""The loaded streets below what a map shows."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import override

from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.street_tiles import FIRST_ZOOM, MAIN, PATH, STREET, drawable_networks
from gisplan.maps.palettes import STREET_WIDTHS_PX, STREETS
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass, Tiles
from gisplan.web.features import collection, lang

GROUND_KEYS = {"outside", "boundaries", "municipality"}


def with_streets(spec: MapSpec) -> MapSpec:
    """The same map with the streets of each loaded network upon its ground."""
    streets = tuple(_layer(row, number) for number, row in enumerate(drawable_networks(), 1))
    keys = [layer.key in GROUND_KEYS for layer in spec.layers]
    place = len(keys) if all(keys) else max(1, keys.index(False))
    return replace(spec, layers=(*spec.layers[:place], *streets, *spec.layers[place:]), bounds=spec.extent())


def _layer(row: StreetNetwork, number: int) -> MapLayer:
    title = f"{STREETS.label(lang())}: {row.name}"
    return MapLayer(
        key=f"streets-{number}",
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
        tiles=_tiles(row),
    )


def _tiles(row: StreetNetwork) -> Tiles:
    with override("it"):
        first = reverse("street_tile", args=[row.digest, 0, 1, 2])
    west, south, east, north = row.extent.extent
    return Tiles(
        url=first.replace("/0/1/2.mvt", "/{z}/{x}/{y}.mvt"),
        feature_url="",
        kind="line",
        counts={None: row.edges},
        box=(west, south, east, north),
        first_zoom=FIRST_ZOOM,
    )
