"""What a reader did with the map of a page, as its address has it: the layers that are on, the place it shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, radians

from gisplan.maps.spec import Bounds, MapSpec

LAYERS, PLACE = "strati", "vista"
SCREEN_PX = (900, 560)  # a link holds no size of a window: what is drawn elsewhere shows as much as this one
FARTHEST_DEG = 5.0  # from the map's own edge: the metres that are drawn in hold near their territory alone
_TILE_PX = 256
_PLACE = re.compile(r"(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?),(\d{1,2}(?:\.\d+)?)")
_LAYERS = re.compile(r"[a-z0-9_.,-]{0,2000}")


@dataclass(frozen=True)
class MapView:
    """What is not understood asks nothing."""

    layers: frozenset[str] | None = None  # None: as the map has them
    place: str = ""  # lon,lat,zoom or empty

    @property
    def is_usual(self) -> bool:
        return self.layers is None and not self.place

    def bounds(self, least_zoom: float, most_zoom: float) -> Bounds | None:
        """West, south, east, north in degrees of what a window shows there, of a map that has these zooms."""
        found = _PLACE.fullmatch(self.place)
        if found is None:
            return None
        lon, lat, zoom = map(float, found.groups())
        degrees_a_px = 360 / (_TILE_PX * 2 ** min(most_zoom, max(least_zoom, zoom)))
        half_lon = SCREEN_PX[0] * degrees_a_px / 2
        half_lat = SCREEN_PX[1] * degrees_a_px / 2 * cos(radians(lat))
        return lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat


def view_of(query: Mapping[str, str]) -> MapView:
    """?strati=stations,axis-3&vista=7.6,45.1,12 as scripts write it into the link of the page."""
    layers, place = query.get(LAYERS), query.get(PLACE, "")
    return MapView(
        layers=frozenset(layers.split(",")) if layers is not None and _LAYERS.fullmatch(layers) else None,
        place=place if _PLACE.fullmatch(place) and abs(float(place.split(",")[1])) <= 85 else "",
    )


def as_asked(specs: Sequence[MapSpec], view: MapView, *, own: frozenset[str]) -> tuple[MapSpec, ...]:
    """The maps of a page as the reader has them; layers of several are named by map, the place is that of the first.

    The others keep their distance from it. Layers of `own` have no box that could switch them.
    """
    shown = []
    for spec in specs:
        prefix = f"{spec.key}." if len(specs) > 1 else ""
        layers = tuple(
            layer
            if view.layers is None or layer.key in own
            else replace(layer, visible=f"{prefix}{layer.key}" in view.layers)
            for layer in spec.layers
        )
        shown.append(replace(spec, layers=layers, bounds=_bounds(spec, specs[0], view)))
    return tuple(shown)


def _bounds(spec: MapSpec, first: MapSpec, view: MapView) -> Bounds:
    """The place that is asked for; the usual one where that is so far off that nothing of the map lies there."""
    asked = view.bounds(first.min_zoom, first.max_zoom)
    own = spec.extent()
    if asked is None:
        return own
    east, north = (_centre(spec)[k] - _centre(first)[k] for k in (0, 1))
    moved = asked[0] + east, asked[1] + north, asked[2] + east, asked[3] + north
    apart = max(moved[0] - own[2], own[0] - moved[2], moved[1] - own[3], own[1] - moved[3])
    return own if apart > FARTHEST_DEG else moved


def _centre(spec: MapSpec) -> tuple[float, float]:
    west, south, east, north = spec.extent()
    return (west + east) / 2, (south + north) / 2
