"""Nearest station, and the rule of 'not known'."""

import csv
from math import asin, cos, radians, sin, sqrt

import pytest
from django.conf import settings
from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gisplan.territory.models import HealthSite, Hospital, Municipality, RegisterCoverage, School, Station
from gisplan.territory.queries import (
    count_or_unknown,
    coverage_of,
    in_territory,
    nearest_station,
    not_located,
    register_counts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def great_circle_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    half_lat, half_lon = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(half_lon) ** 2
    return 2 * 6371.0 * asin(sqrt(chord))


@pytest.mark.parametrize("name", ["None", "Ceresole Reale", "Torino", "Sestriere", "Castelnuovo Don Bosco"])
def test_nearest_station_agrees_with_great_circles_over_the_seed_table(name: str) -> None:
    municipality = Municipality.objects.get(name=name)
    centre = (
        municipality.boundaries.filter(edition__code="2023")
        .annotate(centre=PointOnSurface("geometry"))
        .values_list("centre", flat=True)
        .get()
    ).transform(4326, clone=True)
    with (settings.SEED_DIR / "osm_stations.csv").open(encoding="utf-8") as file:
        distances_km = {
            row["code"]: great_circle_km(centre.x, centre.y, float(row["lon"]), float(row["lat"]))
            for row in csv.DictReader(file)
            if row["kind"] == "rail"
        }
    found = nearest_station(municipality)
    assert found is not None
    assert found.station.code == min(distances_km, key=distances_km.__getitem__)
    assert found.distance_km == pytest.approx(min(distances_km.values()), rel=0.005)


def test_nearest_metro_station_is_another_question() -> None:
    found = nearest_station(Municipality.objects.get(name="Collegno"), Station.Kind.METRO)
    assert found is not None
    assert found.station.name == "Fermi"


@pytest.mark.parametrize(
    ("found", "complete", "expected"),
    [(3, True, 3), (3, False, 3), (3, None, 3), (0, True, 0), (0, False, None), (0, None, None)],
)
def test_none_found_is_zero_only_where_the_register_is_complete(
    found: int, complete: bool | None, expected: int | None
) -> None:
    coverage = None if complete is None else RegisterCoverage(complete=complete)
    assert count_or_unknown(found, coverage) == expected


def test_a_municipality_without_places_is_not_known_never_none() -> None:
    counts = register_counts(Municipality.objects.get(name="Ceresole Reale"))
    assert {row.count for row in counts} == {None}
    assert not any(row.is_complete for row in counts)


def test_counts_by_kind_in_torino_city() -> None:
    counts = {
        (row.register, row.kind): row.count
        for row in register_counts(Municipality.objects.get(name="Torino"))
    }
    assert counts["stations", "metro"] == 19
    assert counts["health_sites", "ospedale_di_comunita"] == 3
    assert counts["health_sites", "casa_della_comunita"] is None


def test_counts_of_a_municipality_take_one_query_a_register_and_one_for_coverage() -> None:
    torino = Municipality.objects.get(name="Torino")
    with CaptureQueriesContext(connection) as queries:
        register_counts(torino)
    assert len(queries) == 5


def test_a_complete_register_says_zero() -> None:
    RegisterCoverage.objects.filter(register="stations", kind="rail").update(complete=True)
    municipality = Municipality.objects.get(name="Ceresole Reale")
    counts = {(row.register, row.kind): row for row in register_counts(municipality)}
    assert counts["stations", "rail"].count == 0
    assert counts["stations", "rail"].is_complete
    assert counts["stations", "metro"].count is None


def test_a_register_is_complete_when_all_its_kinds_are() -> None:
    stations = RegisterCoverage.objects.filter(register="stations")
    stations.filter(kind="rail").update(complete=True)
    of_all = coverage_of("stations")
    assert of_all is not None
    assert (of_all.kind, of_all.complete) == ("metro", False)
    stations.update(complete=True)
    of_all = coverage_of("stations")
    assert of_all is not None
    assert of_all.complete


def test_every_kind_that_is_loaded_states_its_coverage_in_both_languages() -> None:
    for register, model, field in (
        ("stations", Station, "kind"),
        ("hospitals", Hospital, "kind"),
        ("health_sites", HealthSite, "kind"),
        ("schools", School, "level"),
    ):
        for kind in model._default_manager.order_by(field).values_list(field, flat=True).distinct():
            stated = coverage_of(register, kind)
            assert stated is not None
            assert stated.statement_it
            assert stated.statement_en
            assert not stated.complete


def test_places_of_the_margin_are_not_the_territory_s() -> None:
    assert in_territory(Hospital).count() == 51
    assert Hospital.objects.count() == 53


def test_places_that_are_not_located_are_counted_apart() -> None:
    assert not_located(School).count() == 469
    assert not_located(HealthSite).count() == 28
    assert not_located(Station).count() == 0
