"""Files as municipalities send them, made here: a shapefile without .prj whose cp1252 nothing declares."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyproj import Transformer

#: Name -> longitude, latitude in EPSG:4326, far enough from each other to be told apart on a map.
PLACES = {
    "Località Pian dell'Alpe": (7.03, 45.05),
    "Città di Ivrea – già Eporedia": (7.876, 45.467),
    "Cafè è così": (7.686, 45.07),
    "Frazione Viù": (7.375, 45.238),
    "Perrero, Sanità": (7.115, 44.938),
}


def shapefile_without_prj(folder: Path, stem: str = "località", srid: int = 32632) -> list[Path]:
    """The loose parts .shp, .shx and .dbf; coordinates in `srid`."""
    xy = Transformer.from_crs(4326, srid, always_xy=True)
    points = [shapely.Point(*xy.transform(lon, lat)) for lon, lat in PLACES.values()]
    path = folder / f"{stem}.shp"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(points, dtype=object)),
        [np.array(list(PLACES), dtype=object), np.arange(len(points), dtype=np.int32)],
        ["NOME", "NUMERO"],
        geometry_type="Point",
        driver="ESRI Shapefile",
        encoding="CP1252",
    )
    for told in (".prj", ".cpg"):
        path.with_suffix(told).unlink(missing_ok=True)
    dbf = path.with_suffix(".dbf")
    head = bytearray(dbf.read_bytes())
    head[29] = 0  # the language byte names no code page
    dbf.write_bytes(head)
    assert "Località".encode("cp1252") in dbf.read_bytes()
    return [path.with_suffix(suffix) for suffix in (".shp", ".shx", ".dbf")]


def geojson(features: list[dict[str, object]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def point(lon: float, lat: float, **properties: object) -> dict[str, object]:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def bow_tie(lon: float, lat: float, **properties: object) -> dict[str, object]:
    """A polygon that crosses itself."""
    ring = [[lon, lat], [lon + 0.01, lat + 0.01], [lon + 0.01, lat], [lon, lat + 0.01], [lon, lat]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


def zipped(paths: list[Path]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return held.getvalue()
