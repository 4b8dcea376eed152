"""The style of a layer for other programs."""

from xml.sax.saxutils import escape

from layers.models import Layer


def _look(layer: Layer) -> tuple[str, str, float]:
    style = layer.style
    return (
        escape(str(style.get("color", "#3b6ea5"))),
        escape(str(style.get("stroke", "#1f3a57"))),
        float(style.get("width_mm", 0.3)),
    )


def sld(layer: Layer) -> str:
    """Styled Layer Descriptor 1.0 of polygons."""
    fill, stroke, width = _look(layer)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<StyledLayerDescriptor version="1.0.0"'
        ' xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc"><NamedLayer>'
        f"<Name>{layer.name}</Name><UserStyle><FeatureTypeStyle><Rule><PolygonSymbolizer><Fill>"
        f'<CssParameter name="fill">{fill}</CssParameter></Fill><Stroke><CssParameter name="stroke">{stroke}'
        f'</CssParameter><CssParameter name="stroke-width">{width:g}</CssParameter></Stroke></PolygonSymbolizer>'
        "</Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>\n"
    )


def qml(layer: Layer) -> str:
    """The same for QGIS."""
    fill, stroke, width = _look(layer)
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">\n<qgis version="3.22"><renderer-v2'
        f' type="singleSymbol"><symbols><symbol name="0" type="fill"><layer class="SimpleFill"><prop k="color"'
        f' v="{fill}"/><prop k="outline_color" v="{stroke}"/><prop k="outline_width" v="{width:g}"/></layer>'
        "</symbol></symbols></renderer-v2></qgis>\n"
    )
