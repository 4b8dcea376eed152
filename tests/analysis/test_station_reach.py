"""People near the stations: the union of the kept bands, nobody counted twice."""

import pytest
import shapely
from django.contrib.gis.geos import Point

from gisplan.analysis.models import Band
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.analysis.staleness import is_stale
from gisplan.analysis.station_reach import keep_station_reach
from gisplan.territory.models import Municipality, Station

from .conftest import CENTRE_M, PEOPLE_PER_KM2

pytestmark = pytest.mark.django_db


def people_within(minutes: int) -> float:
    """1,000 people for each km² of the union: the municipality is one square, evenly inhabited."""
    bands = Band.objects.filter(minutes=minutes)
    shapes = [shapely.from_wkb(bytes(band.geometry.wkb)) for band in bands]
    return float(shapely.union_all(shapes).area) / 1e6 * PEOPLE_PER_KM2


def test_who_is_near_two_stations_is_counted_once(territory: Municipality) -> None:
    x, y = CENTRE_M
    Station.objects.filter(code="osm-2").update(location=Point(x + 300, y, srid=32632))
    run_catchments(catchment_request([5, 10, 15]))
    run = keep_station_reach()
    assert run is not None
    (row,) = run.result["tables"][0]["rows"]
    _code, name, people, *within, beyond, share = row
    assert (name, people) == ("Ponente", 64_000)
    assert within == pytest.approx([people_within(minutes) for minutes in (5, 10, 15)], rel=1e-6)
    alone = Band.objects.filter(minutes=15)
    assert within[-1] < sum(band.people or 0 for band in alone)
    assert beyond == pytest.approx(64_000 - within[-1], abs=0.01)
    assert share == pytest.approx(beyond / 64_000, abs=1e-3)
    assert run.result["with_catchment"] == run.result["stations"] == 2


def test_the_same_bands_are_the_same_run_and_new_ones_make_it_stale(territory: Municipality) -> None:
    run_catchments(catchment_request([5, 10, 15]))
    run = keep_station_reach()
    assert run is not None
    assert keep_station_reach() == run
    assert not is_stale(run)
    x, y = CENTRE_M
    Station.objects.filter(code="osm-2").update(location=Point(x, y, srid=32632))
    run_catchments(catchment_request([5, 10, 15]))
    assert is_stale(run)
    newer = keep_station_reach()
    assert newer is not None
    assert newer != run


def test_without_the_bands_of_all_the_minutes_there_is_no_answer(territory: Municipality) -> None:
    assert keep_station_reach() is None
    run_catchments(catchment_request([5]))
    assert keep_station_reach() is None
