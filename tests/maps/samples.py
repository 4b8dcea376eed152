"""Small layers made by hand: two squares, some points."""

from typing import Any

from gisplan.maps.palettes import AXES, BOUNDARY
from gisplan.maps.spec import MapLayer, MapSpec


def square(west: float, south: float, *, size: float = 0.2) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def feature(identity: str, name: str, geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"id": identity, "name": name, **properties},
    }


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def squares_layer(**options: Any) -> MapLayer:
    """Two squares side by side: Ovest from 7.0 to 7.2, Est from 7.2 to 7.4, both from 45.0 to 45.2."""
    data = collection(feature("w", "Ovest", square(7.0, 45.0)), feature("e", "Est", square(7.2, 45.0)))
    return MapLayer(key="squares", title="Comuni", data=data, style=BOUNDARY.style, **options)


def points_layer(*features: dict[str, Any], **options: Any) -> MapLayer:
    popup = (("kind", "Tipo"), ("amount_eur", "Importo (€)"))
    return MapLayer(
        key="works",
        title="Interventi",
        data=collection(*features),
        style=AXES["3"].style,
        popup=popup,
        **options,
    )


def spec_of(*layers: MapLayer, **options: Any) -> MapSpec:
    return MapSpec(title="Prova", layers=layers, **options)
