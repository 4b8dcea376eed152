"""A style as Styled Layer Descriptor 1.0.0 (OGC 02-070)."""

from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from layers.style_model import CATEGORISED, GRADUATED, Drawn, Style

SLD, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"
_PIXEL_MM = 0.28  # the pixel that OGC assumes


def written(style: Style) -> str:
    register_namespace("", SLD)
    register_namespace("ogc", OGC)
    root = Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.0.0")
    named = _below(root, "NamedLayer")
    _below(named, "Name", style.name)
    user = _below(named, "UserStyle")
    _below(user, "Name", style.name)
    _below(user, "Title", style.title)
    rules = _below(user, "FeatureTypeStyle")
    for position, drawn in enumerate(style.drawn):
        rule = _below(rules, "Rule")
        _below(rule, "Name", f"class_{position + 1}")
        _below(rule, "Title", drawn.label or style.title)
        _filter(rule, style, drawn, first=not position)
        _symbolizer(rule, style, drawn)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _filter(rule: Element, style: Style, drawn: Drawn, *, first: bool) -> None:
    column = style.column or ""
    if style.kind == CATEGORISED:
        _compared(_ogc(rule, "Filter"), "PropertyIsEqualTo", column, str(drawn.value))
    elif style.kind == GRADUATED:
        both = _ogc(_ogc(rule, "Filter"), "And")
        above = "PropertyIsGreaterThanOrEqualTo" if first else "PropertyIsGreaterThan"
        _compared(both, above, column, f"{drawn.low:.15g}")
        _compared(both, "PropertyIsLessThanOrEqualTo", column, f"{drawn.high:.15g}")


def _compared(parent: Element, operator: str, column: str, value: str) -> None:
    comparison = _ogc(parent, operator)
    _ogc(comparison, "PropertyName", column)
    _ogc(comparison, "Literal", value)


def _symbolizer(rule: Element, style: Style, drawn: Drawn) -> None:
    if style.family == "LineString":
        _stroke(_below(rule, "LineSymbolizer"), drawn.color, style)
    elif style.family == "Polygon":
        polygon = _below(rule, "PolygonSymbolizer")
        _fill(polygon, drawn.color, style)
        _stroke(polygon, style.stroke, style)
    else:
        graphic = _below(_below(rule, "PointSymbolizer"), "Graphic")
        mark = _below(graphic, "Mark")
        _below(mark, "WellKnownName", "circle")
        _fill(mark, drawn.color, style)
        _stroke(mark, style.stroke, style)
        _below(graphic, "Size", _pixels(style.size_mm))


def _fill(parent: Element, color: str, style: Style) -> None:
    _parameters(_below(parent, "Fill"), {"fill": color, "fill-opacity": f"{style.opacity:g}"})


def _stroke(parent: Element, color: str, style: Style) -> None:
    values = {
        "stroke": color,
        "stroke-width": _pixels(style.width_mm),
        "stroke-opacity": f"{style.opacity:g}",
    }
    _parameters(_below(parent, "Stroke"), values)


def _parameters(parent: Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        SubElement(parent, f"{{{SLD}}}CssParameter", name=name).text = value


def _pixels(size_mm: float) -> str:
    return f"{size_mm / _PIXEL_MM:.2f}"


def _below(parent: Element, name: str, text: str | None = None) -> Element:
    made = SubElement(parent, f"{{{SLD}}}{name}")
    made.text = text
    return made


def _ogc(parent: Element, name: str, text: str | None = None) -> Element:
    made = SubElement(parent, f"{{{OGC}}}{name}")
    made.text = text
    return made
