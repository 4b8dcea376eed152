"""On the real streets of Collegno, where the shared data are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings as django_settings
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from gisplan.accessibility import mixed_people
from gisplan.analysis.folder import load_folder
from gisplan.analysis.ground import current_ground
from gisplan.analysis.networks import load_network
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.territory.loading import load_territory
from gisplan.territory.models import (
    Municipality,
    MunicipalityBoundary,
    Population,
    Precision,
    Source,
    Station,
)
from tests.analysis.conftest import shape

SHARED = Path(os.environ.get("GISPLAN_SHARED", django_settings.BASE_DIR.parent / "shared"))
COLLEGNO = SHARED / "data" / "network" / "collegno.graphml"
#: From the product's own seed table (OpenStreetMap, ODbL).
STATIONS = {
    "Collegno": (7.574196, 45.078869),
    "Fermi": (7.591178, 45.076000),
    "Paradiso": (7.602397, 45.073851),
}


@pytest.mark.skipif(not COLLEGNO.exists(), reason="no shared data: collegno.graphml is absent")
def test_every_station_inside_collegno_walks_on_its_streets(territory: Municipality, source: Source) -> None:
    Station.objects.all().delete()
    wide = MultiPolygon(Polygon.from_bbox((380_000, 4_985_000, 400_000, 5_000_000)), srid=32632)
    MunicipalityBoundary.objects.update(geometry=wide)
    for name, (lon, lat) in STATIONS.items():
        location = Point(lon, lat, srid=4326).transform(32632, clone=True)
        Station.objects.create(
            code=name,
            name=name,
            kind="rail",
            municipality=territory,
            location=location,
            precision=Precision.EXACT,
            source=source,
        )
    loaded = load_network(COLLEGNO)
    assert loaded.row.kind == "graphml"
    assert loaded.stations_inside == 3
    run = run_catchments(catchment_request((5, 10, 15)))
    assert set(run.bands.values_list("method", flat=True)) == {"network"}
    for station in Station.objects.all():
        bands = [shape(band.geometry) for band in run.bands.filter(station=station).order_by("minutes")]
        assert all(shapely.is_valid(bands))
        assert bands[0].within(bands[1])
        assert bands[1].within(bands[2])


CELLS = SHARED / "data" / "population" / "jrc_geostat_2018_1km"


@pytest.mark.skipif(not CELLS.is_dir(), reason="no shared data: the population cells are absent")
def test_disjoint_strips_of_torino_never_hold_more_people_than_its_register(db: None) -> None:
    load_territory(["001"])
    assert [str(one) for one in load_folder(CELLS) if "people of 2018" in str(one)]
    surface = current_ground().surface
    inside = MunicipalityBoundary.objects.filter(municipality__in_territory=True, edition__code="2023")
    territory = shapely.union_all([shape(row.geometry) for row in inside])
    west, south, east, north = territory.bounds
    strips = [
        shapely.intersection(territory, shapely.box(x, south, min(x + 5_000, east), north))
        for x in np.arange(west, east, 5_000)
    ]
    everyone = np.nansum(mixed_people(strips, surface).people[:, 0])
    register = Population.objects.filter(municipality__in_territory=True, edition__code="2023")
    total = sum(register.values_list("people", flat=True))
    assert total == 2_198_237
    assert 0.98 * total < everyone <= total + 1e-3
    assert surface.in_excess > 50_000  # as they stand, the cells hold more than the register
