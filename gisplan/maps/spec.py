"""What a map is made of: layers of GeoJSON with a style, and the words around them."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gisplan.maps.errors import MapInputError
from gisplan.maps.style import Kind, Style
from gisplan.maps.texts import Lang

Bounds = tuple[float, float, float, float]
KINDS: dict[str, Kind] = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
}


@dataclass(frozen=True, kw_only=True)
class StyleClass:
    """One class of a layer: the value of `class_field`, what the legend says, how it looks."""

    value: str | int | None
    label: str
    style: Style


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """Where the features of a large layer come from: vector tiles (MVT) that hold `id`, and `c`, the class from 0.

    `url` has `{z}`, `{x}` and `{y}` and answers with the map layers `shapes` and `dots`; `feature_url` has `{id}`
    and answers with one GeoJSON Feature whose properties are `name` and `values`, in the order of the popup.
    `counts` has the number of features of each class, None for those in none; `box` is west, south, east, north
    in degrees. `table_url` is the page that lists the features, `chosen` the one whose popup opens at first.
    There are tiles from `first_zoom` on.
    """

    url: str
    feature_url: str
    kind: Kind
    counts: Mapping[int | None, int]
    box: Bounds
    table_url: str = ""
    chosen: int | None = None
    first_zoom: int = 0

    @property
    def count(self) -> int:
        """Number of all features."""
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """One layer: a GeoJSON FeatureCollection in EPSG:4326 (lon, lat), how it is drawn, named and explained.

    A feature without geometry is not drawn, but counted and kept in the table. `classes` with `class_field`
    gives each feature the style of its class; a value in no class takes `style`. `popup` lists (property,
    label). `link_field` names a property with the address of the feature's page, `label_field` one that says
    whether the name stands on the map. `listed` says whether the layer has a table and counts in the legend;
    context, such as boundaries, has neither. Coordinates are drawn as they come: simplify them and round them
    to five digits (1 m) where they are read. `shapes_url` is the address of a script that many pages share:
    it holds the geometries by the ids of the features, which are then not written into the page. Layers of
    areas with one `stamp` hold equal data: what was written of one serves the next. `table_url` is the page that
    lists the features. With `tiles` the layer is drawn from them and `data` is empty. `source` is what the caller
    knows the whole data by.
    """

    key: str
    title: str
    data: Mapping[str, Any]
    style: Style
    id_field: str = "id"
    name_field: str = "name"
    popup: tuple[tuple[str, str], ...] = ()
    classes: tuple[StyleClass, ...] = ()
    class_field: str = ""
    link_field: str = ""
    label_field: str = ""
    visible: bool = True
    listed: bool = True
    note: str = ""
    shapes_url: str = ""
    stamp: str = ""
    table_url: str = ""
    tiles: Tiles | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse at once what would fail later, out of sight, in a browser."""
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", self.key):
            message = (
                f"The key of a map layer must be lower-case letters, digits, '-' or '_', found {self.key!r}."
            )
            raise MapInputError(message)
        if self.data.get("type") != "FeatureCollection":
            found = self.data.get("type")
            raise MapInputError(f"Layer {self.key!r} must be a GeoJSON FeatureCollection, found {found!r}.")
        if bool(self.classes) != bool(self.class_field):
            raise MapInputError(f"Layer {self.key!r} needs both classes and class_field, or neither.")
        for position, feature in enumerate(self.features):
            _check_feature(self, position, feature)

    @property
    def features(self) -> list[dict[str, Any]]:
        """All features, located or not."""
        return list(self.data["features"])

    @property
    def located(self) -> list[dict[str, Any]]:
        """The features that can be drawn."""
        return [feature for feature in self.features if feature.get("geometry")]

    @property
    def styles(self) -> list[Style]:
        """Every style the layer may draw with."""
        return [self.style, *(item.style for item in self.classes)]

    @property
    def interactive(self) -> bool:
        """Whether a feature answers the pointer; context that is not listed lies still under the rest."""
        return self.listed or bool(self.popup or self.link_field)

    @property
    def kind(self) -> Kind:
        """Kind of the first geometry; of an empty layer, what its style is made for."""
        if self.tiles:
            return self.tiles.kind
        if not self.located:
            return "point" if self.style.symbol else "area"
        return KINDS.get(self.located[0]["geometry"]["type"], "area")

    def class_of(self, feature: Mapping[str, Any]) -> StyleClass | None:
        """Class of a feature, or None where its value belongs to none."""
        value = feature["properties"].get(self.class_field)
        return next((item for item in self.classes if item.value == value), None)


@dataclass(frozen=True)
class Source:
    """Where data comes from: publisher and date as text, with the address and licence to print, if any."""

    text: str
    url: str = ""
    licence: str = ""


@dataclass(frozen=True, kw_only=True)
class TileServer:
    """A tile server named in the settings; `attribution_html` is trusted, for it comes from there."""

    url: str
    attribution_html: str


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """A whole map; layers are drawn in their order, the first one at the bottom.

    `bounds` is (west, south, east, north) in degrees; without it the map fits the layers of `fit`, or all.
    `notice` says on how much data the map stands, `caption` what it shows. `key` tells apart the maps of one page.
    """

    title: str
    layers: tuple[MapLayer, ...]
    lang: Lang = "it"
    key: str = "main"
    bounds: Bounds | None = None
    fit: tuple[str, ...] = ()
    attribution: str = ""
    sources: tuple[Source, ...] = ()
    notice: str = ""
    caption: str = ""
    date: dt.date | None = None
    min_zoom: int = 6
    max_zoom: int = 18
    tiles: TileServer | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be told apart or found on the map."""
        if self.lang not in ("it", "en"):
            raise MapInputError(f"The language of a map must be 'it' or 'en', found {self.lang!r}.")
        if not re.fullmatch(r"[a-z0-9_]+", self.key):
            raise MapInputError(
                f"The key of a map must be lower-case letters and digits, found {self.key!r}."
            )
        keys = [layer.key for layer in self.layers]
        if len(set(keys)) < len(keys):
            raise MapInputError(f"Each layer of map {self.title!r} needs its own key, found {keys}.")
        if missing := [key for key in self.fit if key not in keys]:
            raise MapInputError(f"Map {self.title!r} must fit {missing}, but its layers are {keys}.")

    @property
    def name(self) -> str:
        """Name of the map's element and of its JavaScript variable."""
        return f"map_{self.key}"

    def extent(self) -> Bounds:
        """Bounds to show, in degrees: west, south, east, north.

        Raises
        ------
        MapInputError
            There are no bounds, and no layer to fit has a located feature.
        """
        if self.bounds:
            return self.bounds
        layers = [layer for layer in self.layers if not self.fit or layer.key in self.fit]
        corners = [corner for layer in layers for corner in _corners(layer)]
        if not corners:
            message = (
                f"Map {self.title!r} has nothing to fit: give bounds, or a layer with a located feature."
            )
            raise MapInputError(message)
        lons, lats = zip(*corners, strict=True)
        return min(lons), min(lats), max(lons), max(lats)


def _corners(layer: MapLayer) -> Iterator[tuple[float, float]]:
    if layer.tiles:
        west, south, east, north = layer.tiles.box
        yield from ((west, south), (east, north))
    for feature in layer.located:
        yield from positions(feature["geometry"])


def positions(geometry: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Every (lon, lat) of a GeoJSON geometry, in degrees."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from positions(part)
    else:
        yield from _flat(geometry["coordinates"])


def _flat(coordinates: Any) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _flat(part)


def _check_feature(layer: MapLayer, position: int, feature: Mapping[str, Any]) -> None:
    where = f"Feature {position} of layer {layer.key!r}"
    properties = feature.get("properties") or {}
    link = str(properties.get(layer.link_field) or "/")
    if not link.startswith(("/", "?", "#", "http://", "https://")):
        raise MapInputError(f"{where} must link to a page with '/...' or 'https://...', found {link!r}.")
    for name in (layer.id_field, layer.name_field):
        if properties.get(name) is None:
            raise MapInputError(f"{where} must have a property {name!r}, found {sorted(properties)}.")
    geometry = feature.get("geometry")
    if not geometry:
        return
    lon, lat = next(positions(geometry), (0.0, 0.0))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        message = f"{where} must be in degrees (EPSG:4326), found {lon}, {lat}: transform it before drawing."
        raise MapInputError(message)
