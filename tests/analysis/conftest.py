"""A made territory whose answers follow from arithmetic: 1,000 people per km², streets every 100 m.

Ponente is a square of 8 km with the station Centrale in the middle of its streets, which cover 4 km by 4 km around
it; Sperduta, another station, lies 3 km from any street. Ages: a fifth below 15, a fifth from 65.
"""

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from pyproj import Transformer
from pytest_django import Settings

from gisplan.territory.models import (
    AGES,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    Population,
    Precision,
    RegisterCoverage,
    Source,
    Station,
    TerritoryEdition,
)

CENTRE_M = (395_000.0, 4_990_000.0)
PEOPLE_PER_KM2 = 1_000
SIDE_M = 8_000.0
TO_DEGREES = Transformer.from_crs(32632, 4326, always_xy=True)


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(code="test", title="Test", publisher="Test", licence="CC0")


@pytest.fixture
def territory(source: Source, settings: Settings, tmp_path: Path) -> Municipality:
    settings.NETWORKS_DIR = tmp_path / "networks"
    edition = TerritoryEdition.objects.create(
        code="2023", valid_from=date(2023, 1, 1), source=source, input_digest="0"
    )
    ponente = Municipality.objects.create(
        istat_code="001999", name="Ponente", province_code="001", province_name="Torino", in_territory=True
    )
    x, y = CENTRE_M
    half = SIDE_M / 2
    MunicipalityBoundary.objects.create(
        municipality=ponente,
        edition=edition,
        geometry=MultiPolygon(Polygon.from_bbox((x - half, y - half, x + half, y + half)), srid=32632),
        area_km2=SIDE_M**2 / 1e6,
    )
    by_age = [0] * AGES
    by_age[7], by_age[40], by_age[80] = 6_400, 19_200, 6_400
    Population.objects.create(
        municipality=ponente,
        edition=edition,
        reference_date=date(2023, 1, 1),
        females=by_age,
        males=by_age,
        people=64_000,
        source=source,
    )
    _station("osm-1", "Centrale", (x, y), ponente, source)
    _station("osm-2", "Sperduta", (x + half - 200, y + half - 200), ponente, source)
    return ponente


def _station(
    code: str, name: str, at: tuple[float, float], municipality: Municipality, source: Source
) -> None:
    Station.objects.create(
        code=code,
        name=name,
        kind=Station.Kind.RAIL,
        municipality=municipality,
        location=Point(*at, srid=32632),
        precision=Precision.EXACT,
        source=source,
    )


@pytest.fixture
def clinic_and_hospital(territory: Municipality, source: Source) -> None:
    """Both stand 300 m east of Centrale; the register does not claim to be complete."""
    for kind in (Hospital.Kind.PUBLIC, Hospital.Kind.PRIVATE_CLINIC):
        Hospital.objects.create(
            code=kind,
            name=kind,
            kind=kind,
            municipality=territory,
            location=Point(CENTRE_M[0] + 300, CENTRE_M[1], srid=32632),
            precision=Precision.ADDRESS,
            source=source,
        )
    RegisterCoverage.objects.create(
        register="hospitals", statement_it="-", statement_en="-", complete=False, source=source
    )


def lon_lat(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, TO_DEGREES.transform, interleaved=False)


def write_geojson(path: Path, geometries: list[shapely.Geometry], rows: list[dict[str, object]]) -> Path:
    """Geometries of EPSG:32632, written in degrees as GeoJSON wants them."""
    features = [
        {"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(lon_lat(geometry)))}
        for geometry, row in zip(geometries, rows, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def grid_file(tmp_path: Path) -> Path:
    """Streets every 100 m for 2 km in each direction from Centrale, cut at each crossing."""
    x0, y0 = CENTRE_M
    steps = range(-2_000, 2_000, 100)
    lines = []
    for fixed in range(-2_000, 2_001, 100):
        for k in steps:
            lines.append(shapely.LineString([(x0 + k, y0 + fixed), (x0 + k + 100, y0 + fixed)]))
            lines.append(shapely.LineString([(x0 + fixed, y0 + k), (x0 + fixed, y0 + k + 100)]))
    return write_geojson(tmp_path / "grid.geojson", lines, [{"highway": "residential"}] * len(lines))


def shape(geometry: GEOSGeometry) -> shapely.Geometry:
    return shapely.from_wkb(bytes(geometry.wkb))


#: ISTAT code -> name of the municipalities of `valley`.
VALLEY = {"001901": "Alta", "001902": "Bassa", "001903": "Cima", "004901": "Isola"}


@pytest.fixture
def valley(source: Source) -> TerritoryEdition:
    """Three squares of 6 km in a row, and one that touches none of them, beyond the border."""
    edition = TerritoryEdition.objects.create(
        code="2023", valid_from=date(2023, 1, 1), source=source, input_digest="-"
    )
    for place, (code, name) in enumerate(VALLEY.items()):
        west = 400_000 + 6_000 * (place if code.startswith("001") else 9)
        square = Polygon.from_bbox((west, 5_000_000, west + 6_000, 5_006_000))
        square.srid = 32632
        municipality = Municipality.objects.create(
            istat_code=code,
            name=name,
            province_code=code[:3],
            province_name="-",
            in_territory=code.startswith("001"),
            altitude_m=300,
            altimetric_zone=5,
        )
        Population.objects.create(
            municipality=municipality,
            edition=edition,
            reference_date=edition.valid_from,
            females=[0] * 101,
            males=[0] * 101,
            people=0,
            source=source,
        )
        MunicipalityBoundary.objects.create(
            municipality=municipality, edition=edition, geometry=MultiPolygon(square, srid=32632), area_km2=36
        )
    return edition
