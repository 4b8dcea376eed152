"""The style files of a layer: well-formed, in the order that SLD 1.0.0 asks, and refused where they cannot be drawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import shapely

from layers.errors import StyleRefused
from layers.importing import import_layer
from layers.models import Layer
from layers.styles import check_style, qml, sld

Write = Callable[..., Path]
SLD, OGC = "{http://www.opengis.net/sld}", "{http://www.opengis.net/ogc}"
PLACES = {
    "Point": shapely.Point(7.6, 45.0),
    "LineString": shapely.LineString([(7.6, 45.0), (7.7, 45.0)]),
    "Polygon": shapely.box(7.6, 45.0, 7.61, 45.01),
}
CATEGORISED = {
    "kind": "categorised",
    "column": "tipo",
    "classes": [{"value": "a & <b>", "color": "#ff0000"}, {"value": "c", "color": "#00FF00", "label": "Ci"}],
}
GRADUATED = {
    "kind": "graduated",
    "column": "n",
    "opacity": 0.5,
    "classes": [{"from": 0, "to": 10, "color": "#ffeecc"}, {"from": 10, "to": 20.5, "color": "#cc0000"}],
}


def parsed(text: str) -> Element:
    return fromstring(text)  # noqa: S314 - written by the code under test


def styled(write: Write, style: dict[str, Any], family: str = "Polygon") -> Layer:
    import_layer(write([(PLACES[family], {"tipo": "c", "n": 10})]), name="luoghi", title="Luoghi & <altro>")
    layer = Layer.objects.get(name="luoghi")
    layer.style = style
    return layer


@pytest.mark.parametrize("style", [{}, CATEGORISED, GRADUATED], ids=["single", "categorised", "graduated"])
@pytest.mark.parametrize("family", list(PLACES))
def test_both_files_are_well_formed_with_a_symbol_for_each_class(
    write_geojson: Write, family: str, style: dict[str, Any]
) -> None:
    layer = styled(write_geojson, style, family)
    number = len(style.get("classes", [1]))
    drawn = parsed(qml(layer))
    assert len(drawn.findall("renderer-v2/symbols/symbol")) == number
    rules = parsed(sld(layer)).findall(f"{SLD}NamedLayer/{SLD}UserStyle/{SLD}FeatureTypeStyle/{SLD}Rule")
    assert len(rules) == number
    symbolizer = {"Point": "PointSymbolizer", "LineString": "LineSymbolizer", "Polygon": "PolygonSymbolizer"}[
        family
    ]
    assert all(rule[-1].tag == SLD + symbolizer for rule in rules)


# What SLD 1.0.0 (OGC 02-070, StyledLayerDescriptor.xsd) lets stand below each element, in this order.
ORDER = {
    "StyledLayerDescriptor": ["Name", "Title", "Abstract", "NamedLayer", "UserLayer"],
    "NamedLayer": ["Name", "LayerFeatureConstraints", "NamedStyle", "UserStyle"],
    "UserStyle": ["Name", "Title", "Abstract", "IsDefault", "FeatureTypeStyle"],
    "FeatureTypeStyle": ["Name", "Title", "Abstract", "FeatureTypeName", "SemanticTypeIdentifier", "Rule"],
    "Rule": [
        "Name", "Title", "Abstract", "LegendGraphic", "Filter", "ElseFilter", "MinScaleDenominator",
        "MaxScaleDenominator", "LineSymbolizer", "PolygonSymbolizer", "PointSymbolizer",
    ],
    "PolygonSymbolizer": ["Geometry", "Fill", "Stroke"],
    "LineSymbolizer": ["Geometry", "Stroke"],
    "PointSymbolizer": ["Geometry", "Graphic"],
    "Graphic": ["ExternalGraphic", "Mark", "Opacity", "Size", "Rotation"],
    "Mark": ["WellKnownName", "Fill", "Stroke"],
    "Fill": ["GraphicFill", "CssParameter"],
    "Stroke": ["GraphicFill", "GraphicStroke", "CssParameter"],
    "Filter": ["And", "PropertyIsEqualTo"],
    "And": ["PropertyIsGreaterThanOrEqualTo", "PropertyIsGreaterThan", "PropertyIsLessThanOrEqualTo"],
    "PropertyIsEqualTo": ["PropertyName", "Literal"],
    "PropertyIsGreaterThanOrEqualTo": ["PropertyName", "Literal"],
    "PropertyIsGreaterThan": ["PropertyName", "Literal"],
    "PropertyIsLessThanOrEqualTo": ["PropertyName", "Literal"],
}  # fmt: skip


def check_order(element: Element) -> None:
    name = element.tag.rpartition("}")[2]
    below = [child.tag.rpartition("}")[2] for child in element]
    if below:
        places = [ORDER[name].index(child) for child in below]
        assert places == sorted(places), name
    for child in element:
        check_order(child)


@pytest.mark.parametrize("style", [{}, CATEGORISED, GRADUATED])
@pytest.mark.parametrize("family", list(PLACES))
def test_sld_keeps_the_order_of_its_schema(write_geojson: Write, family: str, style: dict[str, Any]) -> None:
    check_order(parsed(sld(styled(write_geojson, style, family))))


def test_a_value_on_a_border_has_one_class_in_the_sld(write_geojson: Write) -> None:
    root = parsed(sld(styled(write_geojson, GRADUATED)))
    bounds = [
        [(test.tag.removeprefix(OGC), test.findtext(f"{OGC}Literal")) for test in both]
        for both in root.iter(f"{OGC}And")
    ]
    assert bounds == [
        [("PropertyIsGreaterThanOrEqualTo", "0"), ("PropertyIsLessThanOrEqualTo", "10")],
        [("PropertyIsGreaterThan", "10"), ("PropertyIsLessThanOrEqualTo", "20.5")],
    ]


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ({"kind": "heat"}, "kind single, categorised or graduated, found 'heat'"),
        ({"colour": "#000000"}, "found colour: leave it out"),
        ({"color": "red"}, "a colour such as #3b6ea5 in a style, found 'red'"),
        ({"opacity": 2}, "a number from 0 to 1 as opacity of a style, found '2'"),
        ({"width_mm": True}, "a number from 0 to 20 as width_mm"),
        (
            {"kind": "categorised", "column": "x", "classes": []},
            r"a column of the layer \(tipo, n\) in its style, found 'x'",
        ),
        ({"kind": "categorised", "column": "n", "classes": []}, "at least one class in a categorised style"),
        ({**CATEGORISED, "classes": [{"value": "a", "color": "#000000"}] * 2}, "a different value"),
        ({**CATEGORISED, "classes": [{"value": "a\x00", "color": "#000000"}]}, "without control characters"),
        ({**GRADUATED, "classes": [{"from": 5, "to": 1, "color": "#000000"}]}, "that rise, found 5 to 1"),
        ({**GRADUATED, "classes": [*GRADUATED["classes"][::-1]]}, "that rise, found 0 to 10 after 20.5"),  # type: ignore[index]
        ({**GRADUATED, "classes": [{"from": float("nan"), "to": 1, "color": "#000000"}]}, "a number as from"),
    ],
)
def test_a_style_that_cannot_be_drawn_is_refused(style: dict[str, Any], said: str) -> None:
    with pytest.raises(StyleRefused, match=said):
        check_style(style, ["tipo", "n"])
