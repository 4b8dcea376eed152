"""The default territory: Torino, from the package and the seeds, in a real PostGIS."""

import csv
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from gisplan.territory.errors import SeedRefused, StoredSridDiffers
from gisplan.territory.loading import Loaded, load_territory
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    Population,
    School,
    SnaiClass,
    Source,
    Station,
    TerritoryEdition,
    ZoneMembership,
)

SHARED = Path(os.environ.get("GISPLAN_SHARED", settings.BASE_DIR.parent / "shared"))
PUBLISHED_AGES = SHARED / "data" / "population" / "istat_2023_age_sex.csv"

Changed = Callable[[str, str, str], Path]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def people_on(day: str) -> int:
    rows = Population.objects.filter(reference_date=day, municipality__in_territory=True)
    return sum(rows.values_list("people", flat=True))


def test_torino_has_312_municipalities_with_a_boundary_in_both_editions() -> None:
    for edition in TerritoryEdition.objects.all():
        boundaries = edition.boundaries.filter(municipality__in_territory=True)
        assert boundaries.count() == 312
        assert edition.populations.filter(municipality__in_territory=True).count() == 312


def test_people_equal_the_published_totals() -> None:
    assert people_on("2023-01-01") == 2_198_237  # ISTAT POSAS, 1 January 2023
    assert people_on("2022-01-01") == 2_208_370


@pytest.mark.skipif(
    not PUBLISHED_AGES.is_file(), reason="the folder shared/data is not beside the repository"
)
def test_people_equal_the_published_table_by_municipality_sex_and_age() -> None:
    with PUBLISHED_AGES.open(encoding="utf-8") as file:
        published = {
            (f"{int(row['municipality_code']):06d}", int(row["age"])): (int(row["F"]), int(row["M"]))
            for row in csv.DictReader(file)
        }
    ours = {
        (row.municipality.istat_code, age): (row.females[age], row.males[age])
        for row in Population.objects.filter(
            reference_date="2023-01-01", municipality__in_territory=True
        ).select_related("municipality")
        for age in range(101)
    }
    assert ours == published


def test_age_groups_add_up_to_everybody() -> None:
    row = Population.objects.get(municipality__istat_code="001272", reference_date="2023-01-01")
    groups = [row.people_between(*ages) for ages in ((0, 14), (15, 64), (65, 100))]
    assert sum(groups) == row.people == 841_600


def test_the_municipality_called_none_is_there_with_its_people() -> None:
    none = Municipality.objects.get(istat_code="001168")
    assert none.name == "None"
    assert none.in_territory
    assert none.boundaries.count() == none.populations.count() == 2


def test_names_keep_their_accents_and_hyphens() -> None:
    codes = ["001001", "001086", "001199"]
    names = list(Municipality.objects.filter(istat_code__in=codes).values_list("name", flat=True))
    assert names == ["Agliè", "Ciriè", "Pont-Canavese"]


def test_boundaries_are_valid_and_cover_the_published_area() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM territory_municipalityboundary WHERE NOT ST_IsValid(geometry)")
        assert cursor.fetchone() == (0,)
    inside = MunicipalityBoundary.objects.filter(edition__code="2023", municipality__in_territory=True)
    assert sum(inside.values_list("area_km2", flat=True)) == pytest.approx(6827, rel=0.001)
    torino = inside.get(municipality__istat_code="001272")
    assert torino.area_km2 == pytest.approx(130.0645, rel=0.005)  # ISTAT, 1 January 2023


def test_every_station_lies_in_its_municipality() -> None:
    stations = Station.objects.filter(municipality__boundaries__edition__code="2023")
    inside = stations.filter(municipality__boundaries__geometry__covers=F("location"))
    assert inside.distinct().count() == stations.distinct().count() == 106
    assert Counter(Station.objects.values_list("kind", flat=True)) == {"rail": 85, "metro": 21}


def test_an_abolished_neighbour_is_listed_with_its_reason_and_keeps_its_old_boundary(torino: Loaded) -> None:
    listed = {row["istat_code"]: row for row in torino.unmatched["2023"]}
    assert len(listed) == 8
    assert "Moransengo-Tonengo" in listed["005079"]["reason_it"]
    assert all(row["name"] and row["reason_it"] and row["reason_en"] for row in listed.values())
    moransengo = Municipality.objects.get(istat_code="005079")
    assert [b.edition.code for b in moransengo.boundaries.all()] == ["2022"]
    assert not moransengo.in_territory


def test_official_classes_zones_and_altitudes_are_there() -> None:
    classes = SnaiClass.objects.filter(municipality__in_territory=True)
    assert Counter(classes.values_list("letter", flat=True)) == {
        "A": 6,
        "B": 6,
        "C": 202,
        "D": 60,
        "E": 35,
        "F": 3,
    }
    assert ZoneMembership.objects.filter(provisional=True).count() == 312
    assert not Municipality.objects.filter(in_territory=True, altitude_m__isnull=True).exists()


def test_poles_beyond_the_border_are_known() -> None:
    poles = SnaiClass.objects.filter(municipality__in_territory=False)
    assert "Savigliano" in poles.values_list("municipality__name", flat=True)
    assert set(poles.values_list("letter", flat=True)) <= {"A", "B"}


def test_hospitals_keep_their_kind_and_the_one_of_candiolo_its_note() -> None:
    inside = Hospital.objects.filter(municipality__in_territory=True)
    assert inside.count() == 51
    assert sum(inside.values_list("beds", flat=True)) == 8686
    assert Hospital.objects.filter(kind="private_clinic").count() == 20
    noted = Hospital.objects.exclude(note="").get()
    assert noted.municipality is not None
    assert noted.municipality.name == "Candiolo"
    assert "None (001168)" in noted.note


def test_schools_and_health_sites_have_no_invented_position() -> None:
    assert School.objects.count() == 469
    assert HealthSite.objects.count() == 29
    for model in (School, HealthSite):
        assert not model._default_manager.filter(location__isnull=False).exists()
        assert set(model._default_manager.values_list("precision", flat=True)) == {"municipality"}


def test_the_health_site_beyond_the_border_belongs_to_a_neighbour() -> None:
    site = HealthSite.objects.get(municipality__in_territory=False)
    assert str(site.municipality) == "Castelnuovo Don Bosco"


def test_the_same_inputs_again_change_nothing_in_few_queries() -> None:
    before = list(Station.objects.values_list("pk", "name"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = load_territory(["001"])
    assert not again.changed
    assert not [q for q in queries.captured_queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(queries) <= 20
    assert list(Station.objects.values_list("pk", "name")) == before


def test_a_changed_seed_row_changes_the_station_and_keeps_its_key(changed_seed: Changed) -> None:
    key = Station.objects.get(code="osm-474381077").pk
    seed_dir = changed_seed("osm_stations", "osm-474381077,Airasca", "osm-474381077,Airasca Nuova")
    assert load_territory(["001"], seed_dir=seed_dir).changed
    assert Station.objects.get(pk=key).name == "Airasca Nuova"
    assert Station.objects.count() == 106


def test_a_row_that_leaves_the_seed_goes_and_a_place_of_the_owner_stays(changed_seed: Changed) -> None:
    airasca = Municipality.objects.get(name="Airasca")
    own = Source.objects.create(code="own-survey", title="Rilievo", publisher="Ente", licence="CC0")
    Station.objects.create(
        code="own-1", name="Fermata", kind="rail", municipality=airasca, precision="exact", source=own
    )
    line = "osm-474381077,Airasca,rail,7.483267,44.928046,001002,2015,exact,,osm-stations-2015\n"
    load_territory(["001"], seed_dir=changed_seed("osm_stations", line, ""))
    assert list(airasca.station_set.values_list("code", flat=True)) == ["own-1"]


def test_a_position_that_the_owner_found_survives_the_next_load(changed_seed: Changed) -> None:
    found = Point(394_000, 4_991_000, srid=settings.STORED_SRID)
    HealthSite.objects.filter(code="to5-cdc-vinovo").update(location=found, precision="exact")
    load_territory(["001"], seed_dir=changed_seed("health_sites", "via Vadone", "via Vadone 1"))
    site = HealthSite.objects.get(code="to5-cdc-vinovo")
    assert (site.precision, site.address) == ("exact", "via Vadone 1")
    assert site.location is not None
    assert site.location.equals_exact(found)


def test_a_bad_seed_row_stops_the_whole_load(changed_seed: Changed) -> None:
    before = list(TerritoryEdition.objects.values_list("input_digest", flat=True))
    last, bad = (
        "TOPS30000G,JUVARRA CON ANNESSA SEZ. CLASSICA,secondaria_ii",
        "TOPS30000G,JUVARRA CON ANNESSA SEZ. CLASSICA,tertiary",
    )
    with pytest.raises(SeedRefused, match=r"schools\.csv, row 470, column level"):
        load_territory(["001"], seed_dir=changed_seed("schools", last, bad))
    assert list(TerritoryEdition.objects.values_list("input_digest", flat=True)) == before
    assert Station.objects.count() == 106


def test_a_missing_seed_table_is_refused_by_name(changed_seed: Changed) -> None:
    seed_dir = changed_seed("schools", "code", "code")
    (seed_dir / "schools.csv").unlink()
    with pytest.raises(SeedRefused, match=r"Expected the seed table .*schools\.csv, found no such file"):
        load_territory(["001"], seed_dir=seed_dir)


def test_a_database_made_for_another_zone_is_refused(settings: Settings) -> None:
    settings.STORED_SRID = 32633
    with pytest.raises(StoredSridDiffers, match=r"in EPSG:32633 .*found EPSG:32632"):
        load_territory(["001"])
