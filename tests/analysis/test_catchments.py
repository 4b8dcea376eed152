"""Catchments from the database to kept bands, against the arithmetic of the made territory."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.models import Band, Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.queries import bands_of_station, bands_within
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.territory.models import Municipality, Population, RegisterCoverage, Source, Station
from gisplan.web import place_layers
from tests.analysis.conftest import PEOPLE_PER_KM2, shape

WALK_M = 4.8 / 60 * 1000  # a minute on foot


def bands_of(code: str, minutes: tuple[int, ...] = (5, 10, 15)) -> list[Band]:
    run = run_catchments(catchment_request(minutes))
    return list(Band.objects.filter(run=run, station__code=code))


@pytest.mark.parametrize("code", ["osm-1", "osm-2"])
def test_without_streets_the_catchment_is_a_circle_and_says_so(territory: Municipality, code: str) -> None:
    for band in bands_of(code):
        assert band.method == Band.Method.STRAIGHT_LINE
        assert band.connector_m is None
        circle_m2 = math.pi * (band.minutes * WALK_M / 1.3) ** 2
        if code == "osm-1":  # the other circle leaves the municipality
            assert band.geometry.area == pytest.approx(circle_m2, rel=0.01)


def test_people_are_the_ground_times_the_density(territory: Municipality) -> None:
    for band in bands_of("osm-1"):
        everyone = band.geometry.area / 1e6 * PEOPLE_PER_KM2
        assert band.people == pytest.approx(everyone, rel=1e-9)
        assert band.people_0_14 == pytest.approx(everyone / 5, rel=1e-9)
        assert band.people_65_plus == pytest.approx(everyone / 5, rel=1e-9)
        assert band.people_15_64 == pytest.approx(everyone * 3 / 5, rel=1e-9)
        assert band.people_source == "municipality"
        assert band.cell_share == 0


def test_on_a_grid_of_streets_the_band_is_the_diamond_of_the_walk(
    territory: Municipality, grid_file: Path
) -> None:
    loaded = load_network(grid_file)
    assert (loaded.row.nodes, loaded.row.edges, loaded.row.components) == (41 * 41, 2 * 41 * 40, 1)
    assert loaded.stations_inside == 1
    for band in bands_of("osm-1"):
        assert (band.method, band.network_name) == (Band.Method.NETWORK, "grid")
        reach_m, buffer_m = band.minutes * WALK_M, 25
        diamond_m2 = 2 * reach_m**2
        rim_m2 = 4 * math.sqrt(2) * reach_m * buffer_m + math.pi * buffer_m**2
        assert diamond_m2 * 0.9 < band.geometry.area < (diamond_m2 + rim_m2) * 1.02


def test_bands_are_valid_and_nested(territory: Municipality, grid_file: Path) -> None:
    load_network(grid_file)
    bands = bands_of("osm-1", (15, 5, 10, 5))
    assert [band.minutes for band in bands] == [5, 10, 15]
    shapes = [shape(band.geometry) for band in bands]
    assert all(one.is_valid for one in shapes)
    assert shapes[0].within(shapes[1])
    assert shapes[1].within(shapes[2])
    assert bands[0].people < bands[1].people < bands[2].people


def test_only_a_station_with_no_street_within_the_cap_gets_the_circle(
    territory: Municipality, grid_file: Path
) -> None:
    load_network(grid_file)
    run = run_catchments(catchment_request((10,)))
    methods = dict(run.bands.values_list("station__code", "method"))
    assert methods == {"osm-1": "network", "osm-2": "straight_line"}


def test_a_band_at_the_end_of_the_streets_says_that_it_may_be_larger(
    territory: Municipality, grid_file: Path
) -> None:
    load_network(grid_file)
    marks = {band.minutes: band.touches_border for band in bands_of("osm-1", (10, 30))}
    assert marks == {10: False, 30: True}


def test_a_run_of_other_minutes_leaves_the_standard_ones_on_the_page(territory: Municipality) -> None:
    centrale = Station.objects.get(code="osm-1")
    for minutes in ((7,), (5, 10, 15), (5,)):
        run_catchments(catchment_request(minutes))
        shown = [band.minutes for band in bands_of_station(centrale)]
        assert shown == ([7] if minutes == (7,) else [5, 10, 15])


def test_a_run_that_is_asked_for_again_is_the_newest(territory: Municipality) -> None:
    centrale = Station.objects.get(code="osm-1")
    usual, slow = catchment_request((5, 10, 15)), catchment_request((5, 10, 15), speed_kmh=3)
    for request in (usual, slow, usual):
        run = run_catchments(request)
        assert Run.objects.first() == run
        assert bands_of_station(centrale)[0].speed_kmh == request.speed_kmh
        assert bands_within(10)[centrale.pk].speed_kmh == request.speed_kmh
    run_catchments(slow, to_front=False)
    assert bands_of_station(centrale)[0].speed_kmh == 4.8
    assert Run.objects.count() == 2


def test_the_legend_has_the_minutes_that_are_shown(territory: Municipality) -> None:
    layer = place_layers.bands(bands_of("osm-1", (5, 20)))
    assert [(item.value, item.label) for item in layer.classes] == [("5", "5 minuti"), ("20", "20 minuti")]


def test_the_same_request_on_the_same_inputs_is_the_same_run(territory: Municipality) -> None:
    first = run_catchments(catchment_request((5, 10)))
    assert run_catchments(catchment_request((10, 5, 5))).pk == first.pk
    assert Run.objects.count() == 1


def test_a_changed_input_makes_a_new_run_and_leaves_the_old_one(territory: Municipality) -> None:
    first = run_catchments(catchment_request((10,)))
    population = Population.objects.get()
    population.females[7] += 6_400
    population.save()
    second = run_catchments(catchment_request((10,)))
    assert second.input_digest != first.input_digest
    assert second.content_digest != first.content_digest
    old, new = (run.bands.get(station__code="osm-1") for run in (first, second))
    assert new.people == pytest.approx(old.people * 1.1)


def test_a_faster_walk_reaches_more(territory: Municipality, grid_file: Path) -> None:
    load_network(grid_file)
    slow = run_catchments(catchment_request((10,), speed_kmh=3.6)).bands.get(station__code="osm-1")
    fast = run_catchments(catchment_request((10,), speed_kmh=4.8)).bands.get(station__code="osm-1")
    assert fast.geometry.area / slow.geometry.area == pytest.approx((4.8 / 3.6) ** 2, rel=0.05)
    assert (slow.speed_kmh, fast.speed_kmh) == (3.6, 4.8)


def test_a_private_clinic_is_not_counted_as_a_hospital(clinic_and_hospital: None) -> None:
    assert [band.hospitals for band in bands_of("osm-1")] == [1, 1, 1]


def test_nothing_found_in_an_incomplete_register_is_not_known(clinic_and_hospital: None) -> None:
    assert [band.hospitals for band in bands_of("osm-2")] == [None, None, None]
    assert [band.schools for band in bands_of("osm-1")] == [None, None, None]


def test_nothing_found_in_a_complete_register_is_none(territory: Municipality, source: Source) -> None:
    RegisterCoverage.objects.create(
        register="schools", statement_it="-", statement_en="-", complete=True, source=source
    )
    assert [band.schools for band in bands_of("osm-1")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": (0,)}, "--minutes expects whole numbers from 1 to 120, found 0"),
        ({"minutes": (5, 121)}, "found 121"),
        ({"minutes": ()}, "found none"),
        ({"minutes": (5,), "mode": "swim"}, "--mode expects walk or bike, found 'swim'"),
        ({"minutes": (5,), "speed_kmh": 0}, "--walk-kmh expects a speed from 1 to 10 km/h, found 0"),
        ({"minutes": (5,), "speed_kmh": math.nan}, "found nan"),
        ({"minutes": (5,), "mode": "bike", "speed_kmh": 99}, "--bike-kmh expects a speed from 4 to 45"),
    ],
)
def test_a_request_out_of_range_is_refused_by_name(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(AnalysisError, match=said):
        catchment_request(**wrong)  # type: ignore[arg-type]


def test_an_unknown_station_is_refused_and_nothing_is_written(territory: Municipality) -> None:
    with pytest.raises(AnalysisError, match=r"found osm-9: `gisplan stations` lists the codes"):
        run_catchments(catchment_request((5,), codes=["osm-1", "osm-9"]))
    assert not Run.objects.exists()


def test_a_run_keeps_the_table_of_its_speeds_with_their_source(
    territory: Municipality, grid_file: Path
) -> None:
    load_network(grid_file)
    run = run_catchments(catchment_request((5,), speed_kmh=3.6))
    run.refresh_from_db()
    walk, steps = run.parameters["speeds"]
    assert (walk["speed"], walk["km/h"], steps["km/h"]) == ("walk", 3.6, 1.2)
    assert "Fujiyama" in steps["source"]


@pytest.mark.parametrize(("given", "printed"), [("3.6", "3.6 12.0"), ("20", "refused"), ("fast", "refused")])
def test_the_usual_speed_is_a_setting(given: str, printed: str) -> None:
    program = (
        "import django\n"
        "from gisplan.variables import VariableRefused\n"
        "try:\n"
        "    django.setup()\n"
        "except VariableRefused as error:\n"
        "    assert 'GISPLAN_WALK_KMH expects a number from 1 to 10' in str(error)\n"
        "    raise SystemExit(print('refused'))\n"
        "from gisplan.analysis.requests import SPEEDS_KMH\n"
        "print(*(usual for _, usual, _ in SPEEDS_KMH.values()))\n"
    )
    environment = os.environ | {"GISPLAN_WALK_KMH": given, "DJANGO_SETTINGS_MODULE": "gisplan.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == printed, done.stderr
