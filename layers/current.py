"""The version of a layer that the world sees."""

from layers.errors import LayerNotFound
from layers.models import Layer, Version


def current_version(layer: Layer | str) -> Version:
    name = layer.name if isinstance(layer, Layer) else layer
    version = Version.objects.select_related("layer").filter(layer__name=name, is_current=True).first()
    if version is None:
        raise LayerNotFound(f"Expected the name of a stored layer, found {name!r}: see the list of layers.")
    return version
