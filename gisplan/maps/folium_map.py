"""The one map builder: a spec in, the parts of a page out, through Folium and with local assets only."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement

from gisplan.maps.errors import AssetError
from gisplan.maps.legend import legend_html, section_of
from gisplan.maps.palettes import INK
from gisplan.maps.spec import MapLayer, MapSpec, positions
from gisplan.maps.style import Kind, Style, mark_svg
from gisplan.maps.texts import format_value, text
from gisplan.maps.tile_layer import tile_options

OWN_ASSETS = {
    name: Path(__file__).parent / "assets" / name for name in ("map.css", "map.js", "tiles.js", "clusters.js")
}
CSS = ("leaflet.css", "map.css")
JS = ("leaflet.js", "map.js")
JS_OF_TILES = ("tiles.js",)
JS_OF_CLUSTERS = ("leaflet.markercluster.js", "clusters.js")
CLUSTERED_FROM = 500  # marks; fewer are clearer one by one
MARK_PX = 30
Position = tuple[float, float]


@dataclass(frozen=True)
class MapParts:
    """A map for a page: addresses of stylesheets and scripts, the elements, and one script for a nonce."""

    css: list[str]
    js: list[str]
    html: str
    script: str
    legend: str


def build_map(spec: MapSpec, assets: Mapping[str, str]) -> MapParts:
    """Draw a map; positions in degrees (EPSG:4326), sizes in CSS pixels.

    Parameters
    ----------
    spec : MapSpec
        The map.
    assets : mapping of str to str
        Address on the page of `leaflet.css`, `leaflet.js` (1.9) and of each of `OWN_ASSETS`.

    Returns
    -------
    MapParts
        `js` goes before `script`; `legend` may stand anywhere on the same page, before `script`.

    Raises
    ------
    AssetError
        An asset has no address.
    MapInputError
        There is nothing to fit.
    """
    figure = Figure()
    _leaflet_map(spec, assets).add_to(figure)
    for child in figure._children.values():
        child.render()
    head = figure.header._children.values()
    shapes = dict.fromkeys(layer.shapes_url for layer in spec.layers if layer.shapes_url and layer.located)
    elements = figure.html.render().strip()
    return MapParts(
        css=[link.url for link in head if isinstance(link, CssLink)],
        js=[*(link.url for link in head if isinstance(link, JavascriptLink)), *shapes],
        html=f"{elements}{_hatch_html(spec)}<noscript>{escape(text('no_script', spec.lang))}</noscript>",
        script=figure.script.render(),
        legend=map_legend(spec),
    )


def map_legend(spec: MapSpec) -> str:
    """Legend of the whole map, with a check box a layer."""
    sections = [section_of(layer, spec.lang, opens_at=spec.extent()) for layer in spec.layers]
    return legend_html(sections, lang=spec.lang, map_name=spec.name)


class _Verbatim(Element):
    """Text that is written as it is: branca would read it as a template, and so run what a name contains."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content

    def render(self, **kwargs: Any) -> str:
        return self.content


class _Script(MacroElement):
    """A line of the map's script, in its turn among the map's other children."""

    def __init__(self, content: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.content = content

    def render(self, **kwargs: Any) -> str:
        cast(Figure, self.get_root()).script.add_child(_Verbatim(self.content), name=self.get_name())
        return ""


#: Characters from which a browser reads JSON in half the time that it takes to compile the same as a script.
PARSED_FROM = 200_000


def script_json(value: Any) -> str:
    """JSON that may stand in an HTML script: no character in it can end the script or open a comment."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(written) < PARSED_FROM:
        return _without_markup(written)
    text_of_it = written.replace("\\", "\\\\").replace("'", "\\u0027")
    return f"JSON.parse('{_without_markup(text_of_it)}')"


def _without_markup(script: str) -> str:
    for character in "<>&\u2028\u2029":
        script = script.replace(character, f"\\u{ord(character):04x}")
    return script


def _leaflet_map(spec: MapSpec, assets: Mapping[str, str]) -> folium.Map:
    west, south, east, north = spec.extent()
    leaflet = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=1 if spec.tiles else 0.1,
    )
    # Folium keeps its own min_zoom and max_zoom for the tiles.
    leaflet.options |= {"min_zoom": spec.min_zoom, "max_zoom": spec.max_zoom}
    leaflet._id = spec.key  # Folium would make one up, and no page would be written the same twice.
    leaflet.default_css = [(name, _address(name, assets)) for name in CSS]
    leaflet.default_js = [(name, _address(name, assets)) for name in scripts_of(spec)]
    leaflet.add_child(_Script(_call("prepareMap", spec, _map_options(spec))))
    if spec.tiles:
        folium.TileLayer(spec.tiles.url, attr=spec.tiles.attribution_html, control=False).add_to(leaflet)
    taken: Counter[Position] = Counter()
    for layer in spec.layers:
        leaflet.add_child(_Script(_add_layer(layer, spec, taken)))
    return leaflet


def scripts_of(spec: MapSpec) -> tuple[str, ...]:
    """Names of the scripts that the map needs, in their order."""
    tiled = any(layer.tiles for layer in spec.layers)
    clustered = any(map(is_clustered, spec.layers))
    return JS + (JS_OF_TILES if tiled else ()) + (JS_OF_CLUSTERS if clustered else ())


def is_clustered(layer: MapLayer) -> bool:
    """Whether a layer has so many points at different places that the map gathers them."""
    places = (_place(feature["geometry"]) for feature in layer.located)
    return len({place for place in places if place is not None}) >= CLUSTERED_FROM


def _add_layer(layer: MapLayer, spec: MapSpec, taken: Counter[Position]) -> str:
    if layer.tiles:
        options = _layer_options(layer, spec) | tile_options(layer, layer.tiles, spec.lang)
        return _call("addTiles", spec, options)
    if layer.stamp and layer.kind == "area":
        told = tuple(getattr(layer, one.name) for one in fields(layer) if one.name != "data")
        return _written_once(_Kept(spec.name, spec.lang, told, layer, spec))
    options = _layer_options(layer, spec)
    if is_clustered(layer):
        options |= {
            "clustered": True,
            "lang": spec.lang,
            "clusterColour": layer.style.fill if not layer.classes else INK,
            "clusterLabel": text("cluster", spec.lang, title=layer.title, count="{count}"),
        }
    return _call("addLayer", spec, options, _drawn(layer, spec, taken))


@dataclass(frozen=True)
class _Kept:
    """A layer by all that decides how it is written."""

    name: str
    lang: str
    options: tuple[object, ...]
    layer: MapLayer = field(compare=False)
    spec: MapSpec = field(compare=False)


@lru_cache(maxsize=32)
def _written_once(kept: _Kept) -> str:
    drawn = _drawn(kept.layer, kept.spec, Counter())
    return _call("addLayer", kept.spec, _layer_options(kept.layer, kept.spec), drawn)


def _call(function: str, spec: MapSpec, *arguments: Any) -> str:
    return f"gisplanMap.{function}({', '.join([spec.name, *map(script_json, arguments)])});\n"


def _address(name: str, assets: Mapping[str, str]) -> str:
    if name not in assets:
        raise AssetError(f"The map needs the asset {name!r}, found {sorted(assets)}: run the setup.")
    return assets[name]


def _map_options(spec: MapSpec) -> dict[str, Any]:
    lang = spec.lang
    west, south, east, north = spec.extent()
    return {
        "name": spec.name,
        "lang": lang,
        "label": text("map_of", lang, title=spec.title),
        "zoomIn": text("zoom_in", lang),
        "zoomOut": text("zoom_out", lang),
        "close": text("close", lang),
        "home": text("home", lang),
        "attribution": escape(spec.attribution),
        "bounds": [[south, west], [north, east]],
    }


def _layer_options(layer: MapLayer, spec: MapSpec) -> dict[str, Any]:
    styles = {"": layer.style} | {str(i): item.style for i, item in enumerate(layer.classes)}
    return {
        "key": layer.key,
        "visible": layer.visible,
        "popups": bool(layer.popup or layer.link_field),
        "tooltips": layer.interactive,
        "labels": [label for _, label in layer.popup],
        "styles": {key: _client_style(style, layer.kind, spec) for key, style in styles.items()},
    }


def _client_style(style: Style, kind: Kind, spec: MapSpec) -> dict[str, Any]:
    """Both a path and a mark, because one feature may hold shapes and points."""
    path = {
        "color": style.stroke,
        "weight": style.width_px,
        "fill": kind != "line",
        "fillColor": f"url(#hatch-{spec.key})" if style.hatched else style.fill,
        "fillOpacity": style.fill_opacity,
        "dashArray": style.dash or None,
    }
    return {"path": path, "svg": mark_svg(style, size_px=MARK_PX), "size": MARK_PX}


def _drawn(layer: MapLayer, spec: MapSpec, taken: Counter[Position]) -> dict[str, Any]:
    """What the browser draws and says, and no more: a shape each, one mark for the points of one place."""
    groups: dict[object, list[dict[str, Any]]] = {}
    for order, feature in enumerate(layer.located):
        place = _place(feature["geometry"])
        key = order if place is None else (place, _class_key(layer, feature))
        groups.setdefault(key, []).append(feature)
    drawn = [_drawn_group(layer, members, spec, taken) for members in groups.values()]
    return {"type": "FeatureCollection", "features": drawn}


def _drawn_group(
    layer: MapLayer, members: list[dict[str, Any]], spec: MapSpec, taken: Counter[Position]
) -> dict[str, Any]:
    first = members[0]
    shown: dict[str, Any] = {
        "cls": _class_key(layer, first),
        "members": [_member(layer, feature, spec) for feature in members],
    }
    if len(members) > 1:
        shown["name"] = f"{layer.title}: {len(members)}"
    if first["properties"].get(layer.label_field):
        shown["label"] = True
    if (place := _place(first["geometry"])) is not None:
        shown["slot"] = taken[place]
        taken[place] += 1
    if layer.shapes_url:
        return {"type": "Feature", "shape": shown["members"][0]["id"], "properties": shown}
    return {"type": "Feature", "geometry": first["geometry"], "properties": shown}


def _member(layer: MapLayer, feature: Mapping[str, Any], spec: MapSpec) -> dict[str, Any]:
    properties = feature["properties"]
    shown: dict[str, Any] = {"id": str(properties[layer.id_field]), "name": str(properties[layer.name_field])}
    if layer.popup:
        shown["values"] = [format_value(properties.get(name), spec.lang) for name, _ in layer.popup]
    if link := properties.get(layer.link_field):
        shown["href"] = link
    return shown


def _class_key(layer: MapLayer, feature: Mapping[str, Any]) -> str:
    found = layer.class_of(feature)
    return "" if found is None else str(layer.classes.index(found))


def _place(geometry: Mapping[str, Any]) -> Position | None:
    """Position of a point, to the metre; None for every other geometry."""
    if geometry["type"] != "Point":
        return None
    lon, lat = next(positions(geometry))
    return round(lon, 5), round(lat, 5)


def _hatch_html(spec: MapSpec) -> str:
    """The pattern of 'no data', in the page itself because a pattern is found by its id."""
    if not any(style.hatched for layer in spec.layers for style in layer.styles):
        return ""
    lines = '<rect width="6" height="6" fill="#ffffff"/><path d="M0 0v6" stroke="#5d6b78" stroke-width="2"/>'
    turned = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    pattern = f'<pattern id="hatch-{escape(spec.key)}" {turned}>{lines}</pattern>'
    return f'<svg class="map-defs" aria-hidden="true" focusable="false"><defs>{pattern}</defs></svg>'
