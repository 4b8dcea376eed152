"""The style files of a layer: for QGIS and for map servers; layers.style_model says what a style holds."""

from layers import style_qml, style_sld
from layers.models import Layer
from layers.style_model import check_style, style_of

__all__ = ["check_style", "qml", "sld"]


def qml(layer: Layer) -> str:
    """The style file of QGIS."""
    return style_qml.written(style_of(layer))


def sld(layer: Layer) -> str:
    """Styled Layer Descriptor 1.0.0."""
    return style_sld.written(style_of(layer))
