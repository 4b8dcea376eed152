"""Coverage on the made territory, where 1,000 people live on each km²: figures by arithmetic, and what is not known."""

import io
import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.management import call_command

from gisplan.analysis.coverage import (
    CoverageRequest,
    ServiceCoverage,
    coverage_digest,
    coverage_of_service,
    request_of,
)
from gisplan.analysis.coverage_tables import keep_coverage
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.models import Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.road_times import road_times
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import (
    AGES,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    Population,
    Precision,
    RegisterCoverage,
    School,
    Source,
    Station,
    TerritoryEdition,
)
from tests.analysis.conftest import CENTRE_M, SIDE_M

RAIL_10 = CoverageRequest("stations:rail", 10)


def state(register: str, source: Source, *, complete: bool, kind: str = "") -> None:
    RegisterCoverage.objects.update_or_create(
        register=register,
        kind=kind,
        defaults={"statement_it": "-", "statement_en": "-", "complete": complete, "source": source},
    )


@pytest.fixture
def neighbour(territory: Municipality, source: Source) -> Municipality:
    """Levante lies east of Ponente, as large; in the margin, so nobody of it is counted."""
    levante = Municipality.objects.create(
        istat_code="096999", name="Levante", province_code="096", province_name="Biella", in_territory=False
    )
    x, y = CENTRE_M[0] + SIDE_M, CENTRE_M[1]
    half = SIDE_M / 2
    MunicipalityBoundary.objects.create(
        municipality=levante,
        edition=TerritoryEdition.objects.get(),
        geometry=MultiPolygon(Polygon.from_bbox((x - half, y - half, x + half, y + half)), srid=32632),
        area_km2=64,
    )
    Population.objects.create(
        municipality=levante,
        edition=TerritoryEdition.objects.get(),
        reference_date=date(2023, 1, 1),
        females=[0] * AGES,
        males=[0] * AGES,
        people=0,
        source=source,
    )
    return levante


def counts(found: ServiceCoverage) -> tuple[float, float, float]:
    return found.total.covered, found.total.not_covered, found.total.not_known


def test_the_people_covered_are_those_of_the_catchments_and_the_rest_depends_on_the_register(
    territory: Municipality, source: Source, grid_file: Path
) -> None:
    load_network(grid_file)
    bands = list(run_catchments(catchment_request([10])).bands.all())
    both = shapely.union_all([shapely.from_wkb(bytes(band.geometry.wkb)) for band in bands])
    inside = both.intersection(shapely.from_wkb(bytes(territory.boundaries.get().geometry.wkb)))
    expected = inside.area / 1e6 * 1_000
    covered, not_covered, not_known = counts(coverage_of_service(RAIL_10))
    assert covered == pytest.approx(expected)
    assert (not_covered, not_known) == (0, pytest.approx(64_000 - expected))
    state("stations", source, kind="rail", complete=True)
    covered, not_covered, not_known = counts(coverage_of_service(RAIL_10))
    assert (covered, not_covered) == (pytest.approx(expected), pytest.approx(64_000 - expected))
    assert not_known == 0


def test_without_streets_a_service_covers_a_circle(territory: Municipality, source: Source) -> None:
    Station.objects.filter(code="osm-2").delete()
    found = coverage_of_service(RAIL_10)
    radius_km = 4.8 / 6 / 1.3
    assert found.total.covered == pytest.approx(math.pi * radius_km**2 * 1_000, rel=0.01)
    assert found.parameters["services_in_a_line"] == 1
    (row,) = found.municipalities
    assert (row.status, row.nearest_service, row.method) == ("not_known", "Centrale", "straight_line")
    assert row.minutes == pytest.approx(0, abs=1e-6)


def test_the_way_to_the_nearest_service_is_told_on_the_streets_where_they_lead_there(
    clinic_and_hospital: None, grid_file: Path
) -> None:
    """300 m at 4.8 km/h, and with the detour of a straight line where there is no street."""
    request = CoverageRequest("hospitals", 5)
    (row,) = coverage_of_service(request).municipalities
    assert (row.method, row.minutes) == ("straight_line", pytest.approx(3.75 * 1.3, abs=1e-3))
    load_network(grid_file)
    (row,) = coverage_of_service(request).municipalities
    assert (row.method, row.minutes) == ("network", pytest.approx(3.75, abs=0.01))


def test_a_page_refuses_more_points_than_it_can_walk_from(
    clinic_and_hospital: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gisplan.analysis.coverage.PUBLIC_POINTS", 0)
    with pytest.raises(
        RequestRefused, match="Expected at most 0 services on foot or by bike, found 1: choose"
    ):
        coverage_of_service(CoverageRequest("hospitals", public=True))
    assert coverage_of_service(CoverageRequest("hospitals", mode="car", public=True)).used == 1


def test_an_age_group_is_covered_as_its_municipality_is_and_every_table_has_everyone(
    territory: Municipality, source: Source
) -> None:
    found = coverage_of_service(CoverageRequest("stations", 10, group="6-10"))
    whole = coverage_of_service(CoverageRequest("stations", 10))
    assert found.total.people == 12_800
    assert found.total.share_covered == pytest.approx(whole.total.share_covered)
    for rows in (found.by["snai_class"], found.by["zone"], found.by["altimetric_zone"]):
        assert sum(row.people for row in rows) == 12_800
        assert sum(row.municipalities for row in rows) == 1
        assert all(row.covered + row.not_covered + row.not_known == pytest.approx(row.people) for row in rows)
    ages = {row.label: row.people for row in found.by["age_group"]}
    assert ages == {"all": 64_000, "0-2": 0, "3-5": 0, "6-10": 12_800, "11-13": 0, "14-18": 0, "65+": 12_800}


def test_with_no_service_coverage_is_zero(territory: Municipality, source: Source) -> None:
    assert counts(coverage_of_service(CoverageRequest("hospitals"))) == (0, 0, 64_000)
    state("hospitals", source, complete=True)
    found = coverage_of_service(CoverageRequest("hospitals"))
    assert counts(found) == (0, 64_000, 0)
    assert found.total.share_covered == 0
    assert found.municipalities[0].nearest_service is None


def test_a_statement_counts_only_for_all_the_kinds_that_are_asked_for(
    clinic_and_hospital: None, source: Source
) -> None:
    state("hospitals", source, kind="public_hospital", complete=True)
    assert coverage_of_service(CoverageRequest("hospitals:public")).total.not_known == 0
    assert coverage_of_service(CoverageRequest("hospitals")).total.not_covered == 0
    state("hospitals", source, kind="other", complete=True)
    assert coverage_of_service(CoverageRequest("hospitals")).total.not_known == 0
    assert coverage_of_service(CoverageRequest("hospitals:all")).used == 2


def test_a_gap_beyond_the_border_is_a_gap_where_one_can_walk_there(
    neighbour: Municipality, source: Source
) -> None:
    state("stations", source, kind="rail", complete=True)
    assert coverage_of_service(RAIL_10).total.not_covered == 0
    row = RegisterCoverage.objects.get(register="stations", kind="rail")
    row.municipalities.set(Municipality.objects.all())
    assert coverage_of_service(RAIL_10).total.not_known == 0


def test_a_station_across_the_border_covers_people_on_this_side(
    neighbour: Municipality, source: Source
) -> None:
    Station.objects.all().update(location=Point(CENTRE_M[0] + SIDE_M / 2 + 1, CENTRE_M[1], srid=32632))
    radius_km = 4.8 / 6 / 1.3
    found = coverage_of_service(RAIL_10)
    assert found.total.covered == pytest.approx(math.pi * radius_km**2 / 2 * 1_000, rel=0.01)


def test_a_place_known_only_by_its_municipality_is_left_out_of_a_walk_and_makes_the_rest_unknown(
    territory: Municipality, source: Source
) -> None:
    state("schools", source, kind="primaria", complete=True)
    School.objects.create(
        code="TO1",
        name="Primaria",
        level="primaria",
        municipality=territory,
        precision=Precision.MUNICIPALITY,
        is_state=True,
        source=source,
    )
    found = coverage_of_service(CoverageRequest("schools:primaria"))
    assert (found.used, found.left_out) == (0, 1)
    assert counts(found) == (0, 0, 64_000)


def test_people_whom_no_ground_holds_are_not_known(
    territory: Municipality, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cells of the real grids leave such people; here half of the surface's people are taken away."""
    from gisplan.analysis import coverage_reach

    state("stations", source, kind="rail", complete=True)
    placed = coverage_reach._placed
    monkeypatch.setattr(coverage_reach, "_placed", lambda ground: placed(ground) / 2)
    covered, not_covered, not_known = counts(coverage_of_service(RAIL_10))
    assert not_known == pytest.approx(32_000)
    assert covered + not_covered == pytest.approx(32_000)


def test_the_same_question_is_the_same_run_until_an_input_changes(
    clinic_and_hospital: None, source: Source
) -> None:
    request = CoverageRequest("hospitals", group="65+")
    run = keep_coverage(coverage_of_service(request))
    assert keep_coverage(coverage_of_service(request)).pk == run.pk
    assert request_of(run.parameters) == request
    assert coverage_digest(request) == run.input_digest
    assert not is_stale(run)
    row = Population.objects.get()
    row.females[80] -= 1
    row.females[79] += 1  # the groups of the catchments do not see it
    row.save()
    assert is_stale(run)
    state("hospitals", source, complete=True)
    other = keep_coverage(coverage_of_service(request))
    assert other.pk != run.pk
    table = other.result["tables"][0]
    assert table["name"] == "coverage_by_municipality"
    assert table["units"][table["columns"].index("covered")] == "people"


@pytest.mark.parametrize(
    ("words", "field", "message"),
    [
        ({"service": "libraries"}, "service", "expects one of stations, stations:rail"),
        ({"service": "layer:nothing"}, "service", "found 'layer:nothing': choose one"),
        ({"mode": "horse"}, "mode", "--mode expects one of walk, bike, car, found 'horse': choose one."),
        ({"minutes": 0}, "minutes", "from 1 to 120, found 0: give another."),
        ({"group": "10-6"}, "group", "found '10-6': choose one."),
        ({"group": "6-300"}, "group", "other ages from 0 to 100"),
        ({"stated_complete": True}, "complete", "a register states itself"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(
    territory: Municipality, words: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(RequestRefused, match=message) as refused:
        coverage_of_service(CoverageRequest(**({"service": "stations"} | words)))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_the_command_prints_json_and_writes_what_it_computed(
    clinic_and_hospital: None, tmp_path: Path
) -> None:
    out, said = tmp_path / "coverage.csv", io.StringIO()
    words = ["--service", "hospitals", "--minutes", "10", "--by", "age_group"]
    call_command("coverage", *words, "--json", "--out", str(out), stdout=said)
    answer = json.loads(said.getvalue())
    assert answer["parameters"]["services"] == Hospital.objects.exclude(kind="private_clinic").count() == 1
    assert [row["label"] for row in answer["age_group"]][:2] == ["all", "0-2"]
    assert answer["not_reached"][0]["status"] == "not_known"
    lines = out.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith(
        "istat_code,municipality,snai_class,zone,altimetric_zone,people [people],covered"
    )
    assert len(lines) == 2
    said = io.StringIO()
    call_command("coverage", *words, stdout=said)
    assert said.getvalue().startswith(
        f"run {Run.objects.get().pk}: hospitals within 10 min by walk, people all"
    )
    assert "nearest: public_hospital, 5 min (straight_line)" in said.getvalue()


CAR = CoverageRequest("schools:primaria", 5, "car")


def school(code: str, municipality: Municipality | None, source: Source) -> None:
    School.objects.create(
        code=code,
        name=code,
        level="primaria",
        municipality=municipality,
        precision=Precision.MUNICIPALITY if municipality else Precision.NOT_LOCATED,
        is_state=True,
        source=source,
    )


def test_by_car_a_place_known_by_its_municipality_counts_and_a_neighbour_is_reached_in_its_road_minutes(
    neighbour: Municipality, source: Source
) -> None:
    school("TO1", neighbour, source)
    (there,) = road_times().minutes(["001999"], ["096999"])[0]
    assert 5 < there < 60
    found = coverage_of_service(CAR)
    assert counts(found) == (0, 0, 64_000)
    assert (found.used, found.left_out) == (1, 0)
    (row,) = found.municipalities
    assert (row.nearest_service, row.method, row.minutes) == (
        "TO1",
        "schematic",
        pytest.approx(there, abs=1e-3),
    )
    assert counts(coverage_of_service(replace(CAR, minutes=math.ceil(there)))) == (64_000, 0, 0)
    school("TO2", neighbour.__class__.objects.get(istat_code="001999"), source)
    assert coverage_of_service(CAR).municipalities[0].minutes == 0


def test_by_car_a_gap_within_the_minutes_makes_a_municipality_unknown_and_one_beyond_does_not(
    neighbour: Municipality, source: Source
) -> None:
    state("schools", source, kind="primaria", complete=True)  # of the territory, not of the neighbour
    assert counts(coverage_of_service(CAR)) == (0, 64_000, 0)
    assert counts(coverage_of_service(replace(CAR, minutes=60))) == (0, 0, 64_000)
    school("TO3", None, source)
    assert counts(coverage_of_service(CAR)) == (0, 0, 64_000)
    assert coverage_of_service(CAR).left_out == 1
