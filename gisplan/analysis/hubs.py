"""A hub that somebody thinks of: its catchment at once, kept only when it is saved."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.auth.models import User

from gisplan import __version__
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import Floats, Geometries, digest
from gisplan.analysis.models import Run
from gisplan.analysis.reaching import BandFigures, measure_bands, reach_points
from gisplan.analysis.requests import CatchmentRequest, checked_position
from gisplan.analysis.runs import keep_result, travel_parameters
from layers import crs

METHOD = "hub_catchment"
#: How far a drawn outline may lie from the one that is measured and kept.
DRAWN_TOLERANCE_M = 5.0


@dataclass(frozen=True)
class HubCatchment:
    """The bands of one position, and a Run's fields; nothing of it is stored."""

    parameters: dict[str, Any]
    editions: dict[str, str]
    input_digest: str
    municipality: str
    bands: list[BandFigures]

    def result(self) -> dict[str, Any]:
        """What a Run of it keeps: the bands as GeoJSON in degrees, with the columns of `bands`."""
        features: dict[str, Any] = json.loads(feature_collection(self.bands))
        return {"features": features, "municipality": self.municipality}

    def as_geojson(self) -> str:
        """A FeatureCollection for a map, its outlines thinned, with the fields of a Run beside its features."""
        fields = {
            "municipality": self.municipality,
            "tolerance_m": DRAWN_TOLERANCE_M,
            "run": {
                "method": METHOD,
                "parameters": self.parameters,
                "editions": self.editions,
                "input_digest": self.input_digest,
                "engine_version": __version__,
                "stored": False,
            },
        }
        features = feature_collection(self.bands, tolerance_m=DRAWN_TOLERANCE_M)
        return f"{features[:-1]},{json.dumps(fields)[1:]}"


def hub_catchment(lon: float, lat: float, request: CatchmentRequest) -> HubCatchment:
    """Who can reach this position: people and places by band; a position outside the territory is refused."""
    lon, lat = checked_position(lon, lat)
    ground = current_ground()
    point_m, municipality = checked_point_m(lon, lat, ground)
    (bands,) = measure_bands(reach_points(point_m, request, ground), request, ground)
    return HubCatchment(
        parameters={"lon": lon, "lat": lat, **travel_parameters(request)},
        editions=ground.editions,
        input_digest=hub_digest(lon, lat, ground),
        municipality=ground.people.names[municipality],
        bands=bands,
    )


def hub_digest(lon: float, lat: float, ground: Ground) -> str:
    return digest([lon, lat, ground.digest])


def save_hub(lon: float, lat: float, request: CatchmentRequest, *, name: str, user: User) -> Run:
    """Compute and keep; the same hub on the same inputs is the same Run."""
    found = hub_catchment(lon, lat, request)
    return keep_result(
        METHOD,
        {"name": name, **found.parameters},
        found.result(),
        input_digest=found.input_digest,
        editions=found.editions,
        user=user,
    )


def checked_point_m(lon: float, lat: float, ground: Ground) -> tuple[Floats, int]:
    """Metres of the stored CRS, shape (1, 2), and the municipality there; a position outside all is refused."""
    lon, lat = checked_position(lon, lat)
    if crs.lies_in_italy((lon, lat, lon, lat), crs.WGS84):
        x_m, y_m = crs.transform_xy(np.array([lon]), np.array([lat]), crs.WGS84, settings.STORED_SRID)
        municipality = ground.municipality_at(float(x_m[0]), float(y_m[0]))
        if municipality is not None:
            return np.column_stack((x_m, y_m)), municipality
    raise RequestRefused(
        f"Expected a position in {settings.TERRITORY_NAME} or within {settings.TERRITORY_MARGIN_KM} km of it, "
        f"found {lon:g}, {lat:g}: choose one inside.",
        field="position",
        found=f"{lon:g}, {lat:g}",
        expected=settings.TERRITORY_NAME,
    )


def drawn_feature(shape: shapely.Geometry, **properties: Any) -> dict[str, Any] | None:
    """GeoJSON of the polygons of a shape, thinned for a map; None where no ground is left."""
    parts = shapely.get_parts(shape)
    polygons = shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    (text,) = _geometries(np.array([polygons], dtype=object), DRAWN_TOLERANCE_M)
    if text == "null":
        return None
    return {"type": "Feature", "geometry": json.loads(text), "properties": properties}


def feature_collection(bands: list[BandFigures], *, tolerance_m: float = 0.0) -> str:
    """GeoJSON in degrees (EPSG:4326), the largest band first so that the smaller ones lie upon it.

    A band that reaches no ground (the way to the street takes all the time) is a feature without geometry.
    """
    largest_first = bands[::-1]
    shapes = np.array([band.polygon for band in largest_first], dtype=object)
    features = [
        f'{{"type":"Feature","geometry":{geometry},"properties":{json.dumps(band.columns)}}}'
        for geometry, band in zip(_geometries(shapes, tolerance_m), largest_first, strict=True)
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _geometries(shapes: Geometries, tolerance_m: float) -> list[str]:
    """As written in GeoJSON, to 1e-6 degrees (11 cm); a tolerance thins the outline by at most so much."""
    if tolerance_m:
        shapes = _thinned(shapes, tolerance_m)
    drawn = np.flatnonzero(~shapely.is_empty(shapes))
    written = ["null"] * len(shapes)
    if len(drawn):
        in_degrees = crs.transform(shapes[drawn], settings.STORED_SRID, crs.WGS84).geometries
        for k, text in zip(drawn, shapely.to_geojson(_rounded(in_degrees)), strict=True):
            written[k] = text
    return written


def _thinned(shapes: Geometries, tolerance_m: float) -> Geometries:
    """The quick way, and the one that keeps the topology only where the quick one breaks it."""
    thinned: Geometries = shapely.simplify(shapes, tolerance_m, preserve_topology=False)
    broken = ~shapely.is_valid(thinned) | (shapely.is_empty(thinned) & ~shapely.is_empty(shapes))
    thinned[broken] = shapely.simplify(shapes[broken], tolerance_m)
    return thinned


def _rounded(shapes: Geometries) -> Geometries:
    rounded: Geometries = shapely.transform(shapes, lambda xy: np.round(xy, 6))
    return rounded
