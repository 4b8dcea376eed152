"""A style as QGIS 3 writes it."""

import math
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.style_model import CATEGORISED, GRADUATED, SINGLE, Drawn, Style

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_RENDERERS = {SINGLE: "singleSymbol", CATEGORISED: "categorizedSymbol", GRADUATED: "graduatedSymbol"}
_SYMBOLS = {
    "Point": ("marker", "SimpleMarker"),
    "LineString": ("line", "SimpleLine"),
    "Polygon": ("fill", "SimpleFill"),
}
_GEOMETRY_TYPES = {"Point": "0", "LineString": "1", "Polygon": "2"}


def written(style: Style) -> str:
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = SubElement(
        root, "renderer-v2", type=_RENDERERS[style.kind], symbollevels="0", enableorderby="0", forceraster="0"
    )
    if style.column is not None:
        renderer.set("attr", style.column)
    if style.kind == CATEGORISED:
        _categories(renderer, style)
    elif style.kind == GRADUATED:
        _ranges(renderer, style)
    symbols = SubElement(renderer, "symbols")
    for position, drawn in enumerate(style.drawn):
        _symbol(symbols, str(position), drawn, style)
    SubElement(root, "layerGeometryType").text = _GEOMETRY_TYPES[style.family]
    indent(root)
    return _HEAD + tostring(root, encoding="unicode") + "\n"


def _categories(renderer: Element, style: Style) -> None:
    categories = SubElement(renderer, "categories")
    for position, drawn in enumerate(style.drawn):
        kind = {str: "string", int: "long"}.get(type(drawn.value), "double")
        SubElement(
            categories,
            "category",
            symbol=str(position),
            value=str(drawn.value),
            type=kind,
            label=drawn.label,
            render="true",
        )


def _ranges(renderer: Element, style: Style) -> None:
    renderer.set("graduatedMethod", "GraduatedColor")
    ranges = SubElement(renderer, "ranges")
    for position, drawn in enumerate(style.drawn):
        low, high = (f"{value if value is not None else math.nan:.15f}" for value in (drawn.low, drawn.high))
        SubElement(
            ranges, "range", symbol=str(position), lower=low, upper=high, label=drawn.label, render="true"
        )


def _symbol(symbols: Element, name: str, drawn: Drawn, style: Style) -> None:
    kind, layer_class = _SYMBOLS[style.family]
    symbol = SubElement(
        symbols, "symbol", name=name, type=kind, alpha=f"{style.opacity:g}", clip_to_extent="1"
    )
    layer = SubElement(symbol, "layer", {"class": layer_class, "pass": "0", "enabled": "1", "locked": "0"})
    options = SubElement(layer, "Option", type="Map")
    for key, value in _properties(drawn, style).items():
        SubElement(options, "Option", type="QString", name=key, value=value)
        SubElement(layer, "prop", k=key, v=value)  # what QGIS read before 3.18


def _properties(drawn: Drawn, style: Style) -> dict[str, str]:
    color, stroke, width = _rgba(drawn.color), _rgba(style.stroke), f"{style.width_mm:g}"
    if style.family == "LineString":
        return {"line_color": color, "line_width": width, "line_width_unit": "MM", "line_style": "solid"}
    outline = {
        "outline_color": stroke,
        "outline_width": width,
        "outline_width_unit": "MM",
        "outline_style": "solid",
    }
    if style.family == "Polygon":
        return {"color": color, "style": "solid", **outline}
    return {"name": "circle", "color": color, "size": f"{style.size_mm:g}", "size_unit": "MM", **outline}


def _rgba(color: str) -> str:
    return ",".join(str(int(color[start : start + 2], 16)) for start in (1, 3, 5)) + ",255"
