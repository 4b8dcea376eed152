"""On the real streets of Collegno, where the shared data are at hand."""

import os
from pathlib import Path

import pytest
import shapely
from django.conf import settings as django_settings
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from gisplan.analysis.networks import load_network
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.territory.models import Municipality, MunicipalityBoundary, Precision, Source, Station
from tests.analysis.conftest import shape

SHARED = Path(os.environ.get("GISPLAN_SHARED", django_settings.BASE_DIR.parent / "shared"))
COLLEGNO = SHARED / "data" / "network" / "collegno.graphml"
#: From the product's own seed table (OpenStreetMap, ODbL).
STATIONS = {
    "Collegno": (7.574196, 45.078869),
    "Fermi": (7.591178, 45.076000),
    "Paradiso": (7.602397, 45.073851),
}

pytestmark = pytest.mark.skipif(not COLLEGNO.exists(), reason="no shared data: collegno.graphml is absent")


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
