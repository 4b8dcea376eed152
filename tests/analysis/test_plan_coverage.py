"""The plan by class and zone on four made municipalities: each thing stands in one row, nothing is lost or split."""

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import call_command
from pytest_django import Settings

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.models import Run
from gisplan.analysis.plan_coverage import (
    PlanCoverage,
    PlanRequest,
    coverage_of_plan,
    keep_plan_coverage,
    request_of,
)
from gisplan.analysis.plan_groups import GroupPlan
from gisplan.analysis.staleness import is_stale
from gisplan.plan.amounts import total_amounts
from gisplan.plan.models import (
    Action,
    Axis,
    Claim,
    Intervention,
    PlanEdition,
    PlanPlace,
    PnrrLocalisation,
    PnrrProject,
    Strategy,
)
from gisplan.territory.models import (
    AGES,
    Municipality,
    MunicipalityBoundary,
    Population,
    SnaiClass,
    Source,
    TerritoryEdition,
    Zone,
    ZoneMembership,
)

URL = "https://example.org/source"
#: ISTAT code -> SNAI class, zone, people below 15, people of 65 and over; 1,000 others each.
TOWNS = {
    "001901": ("A", 1, 500, 500),
    "001902": ("C", 1, 400, 600),
    "001903": ("C", 2, 200, 800),
    "001904": ("E", 2, 50, 950),
}


@pytest.fixture
def towns(source: Source, settings: Settings, tmp_path: Path) -> dict[str, Municipality]:
    """In a row from west to east, 5 km each; a fifth, in the margin."""
    settings.NETWORKS_DIR = tmp_path / "networks"
    edition = TerritoryEdition.objects.create(
        code="2023", valid_from=date(2023, 1, 1), source=source, input_digest="0"
    )
    zones = {
        number: Zone.objects.create(number=number, name=f"Z{number}", source=source) for number in (1, 2)
    }
    found = {}
    for column, code in enumerate([*TOWNS, "004905"]):
        inside = code in TOWNS
        town = Municipality.objects.create(
            istat_code=code, name=f"T{code}", province_code=code[:3], province_name="-", in_territory=inside
        )
        west, south = 390_000 + 5_000 * column, 4_990_000
        MunicipalityBoundary.objects.create(
            municipality=town,
            edition=edition,
            geometry=MultiPolygon(Polygon.from_bbox((west, south, west + 5_000, south + 5_000)), srid=32632),
            area_km2=25,
        )
        letter, zone, young, old = TOWNS.get(code, ("", 0, 0, 0))
        ages = [0] * AGES
        ages[7], ages[40], ages[70] = young, 1_000, old
        Population.objects.create(
            municipality=town,
            edition=edition,
            reference_date=date(2023, 1, 1),
            females=ages,
            males=[0] * AGES,
            people=sum(ages),
            source=source,
        )
        if inside:
            SnaiClass.objects.create(municipality=town, snai_edition="2020", letter=letter, source=source)
            ZoneMembership.objects.create(
                municipality=town, zone=zones[zone], provisional=False, source=source
            )
        found[code] = town
    return found


@pytest.fixture
def plan(towns: dict[str, Municipality]) -> PlanEdition:
    edition = PlanEdition.objects.create(
        code="made",
        title="Made",
        province_code="001",
        first_year=2021,
        last_year=2023,
        axes_declared=2,
        strategies_declared=2,
        actions_declared=40,
        source_url=URL,
    )
    for code in ("1", "2"):
        axis = Axis.objects.create(edition=edition, code=code, title=code, source_url=URL)
        strategy = Strategy.objects.create(
            edition=edition, axis=axis, code=f"{code}.1", title="-", source_url=URL, confidence="-"
        )
        for number, extent in enumerate(["whole_area", "named_places", "class_of_places", "to_be_sited"], 1):
            Action.objects.create(
                edition=edition,
                strategy=strategy,
                code=f"{code}.1.{number}",
                extent_kind=extent,
                source_url=URL,
                confidence="-",
            )
    return edition


def work(
    plan: PlanEdition, code: str, *towns: Municipality, axis: str = "1", **words: object
) -> Intervention:
    made = Intervention.objects.create(
        code=code,
        axis=plan.axes.get(code=axis),
        kind="work",
        kind_it="Opera",
        kind_en="Work",
        area_text="-",
        source_url=URL,
        **words,
    )
    for town in towns:
        PlanPlace.objects.create(
            intervention=made, kind="municipality", municipality=town, precision="municipality"
        )
    return made


def amount(code: str, euros: int, *works: Intervention) -> Claim:
    made = Claim.objects.create(code=code, kind="amount", amount_eur=euros, as_of="2022", source_url=URL)
    made.interventions.set(works)
    return made


@pytest.fixture
def works(plan: PlanEdition, towns: dict[str, Municipality]) -> PlanEdition:
    """One of each: in one town, in two of one class, in two of different classes, in a group, in a zone, outside."""
    one = work(plan, "w1", towns["001901"])
    both = work(plan, "w2", towns["001902"], towns["001903"])
    apart = work(plan, "w3", towns["001903"], towns["001904"])
    group = work(plan, "w4")
    PlanPlace.objects.create(intervention=group, kind="area", area_text_it="Valle", precision="not_located")
    zone = work(plan, "w5", axis="2")
    PlanPlace.objects.create(
        intervention=zone, kind="zone", zone=Zone.objects.get(number=2), precision="municipality"
    )
    work(plan, "w6", outside_territory=True)
    work(plan, "w7", towns["004905"])
    work(plan, "p1", towns["001904"], register=Intervention.Register.PNRR)
    amount("a1", 1_000, one)
    amount("a2", 10_000, both)
    amount("a3", 100_000, apart)
    amount("a4", 1_000_000, group)
    amount("a5", 10_000_000, zone)
    return plan


def rows(found: PlanCoverage, grouping: str) -> dict[str, GroupPlan]:
    return {row.label: row for row in found.by[grouping]}


def test_an_amount_goes_to_the_group_that_holds_all_its_municipalities_or_to_none(works: PlanEdition) -> None:
    found = coverage_of_plan(PlanRequest())
    by_class = {label: int(row.euros) for label, row in rows(found, "snai_class").items()}
    assert by_class == {
        "A": 1_000,
        "C": 10_000,
        "E": 0,
        "several_groups": 10_100_000,
        "place_not_known": 1_000_000,
        "to_be_sited": 0,
        "class_of_places": 0,
        "whole_territory": 0,
        "outside_territory": 0,
    }
    by_zone = {label: int(row.euros) for label, row in rows(found, "zone").items()}
    assert (by_zone["1 Z1"], by_zone["2 Z2"]) == (1_000, 10_100_000)
    assert (by_zone["several_groups"], by_zone["place_not_known"]) == (10_000, 1_000_000)


@pytest.mark.parametrize("grouping", ["snai_class", "zone"])
@pytest.mark.parametrize("axis", ["", "1", "2"])
def test_every_action_intervention_project_and_euro_stands_in_one_row(
    works: PlanEdition, axis: str, grouping: str
) -> None:
    found = coverage_of_plan(PlanRequest(axis=axis))
    of = works.axes.filter(code=axis) if axis else works.axes.all()
    listed = found.by[grouping]
    assert (
        sum(row.euros for row in listed)
        == sum(total_amounts(one).total_eur for one in of)
        == found.total.euros
    )
    assert sum(row.actions for row in listed) == 4 * len(of)
    own = Intervention.objects.filter(axis__in=of, register="plan").count()
    assert sum(row.interventions for row in listed) == own
    assert sum(row.people for row in listed) == 8_000
    assert sum(row.municipalities for row in listed) == 4


def test_figures_are_per_inhabitants_of_the_group_and_rows_without_a_group_have_none(
    works: PlanEdition,
) -> None:
    found = rows(coverage_of_plan(PlanRequest()), "snai_class")
    assert found["C"].people == 4_000
    assert found["C"].per_1000("interventions") == 1 / 4
    assert found["C"].per_inhabitant("euros") == 2.5
    assert found["several_groups"].per_1000("interventions") is None
    assert (found["E"].interventions, found["E"].municipalities_touched) == (0, 1)
    assert (found["whole_territory"].actions, found["to_be_sited"].actions) == (2, 2)
    assert (found["place_not_known"].actions, found["outside_territory"].interventions) == (2, 2)


def test_an_amount_of_two_axes_is_counted_once_beside_them(works: PlanEdition) -> None:
    works_of = [Intervention.objects.get(code="w7"), work(works, "w8", axis="2")]
    amount("across", 7, *works_of)
    amount("within", 3, Intervention.objects.get(code="w1"), works_of[1])  # w1 is counted in axis 1
    found = coverage_of_plan(PlanRequest())
    assert {row.label: int(row.euros) for row in found.axes} == {
        "1": 1_111_000,
        "2": 10_000_000,
        "several_axes": 7,
    }
    assert found.total.euros == 11_111_007


def test_pnrr_projects_stand_beside_the_plan_and_each_in_one_row(
    works: PlanEdition, towns: dict[str, Municipality], source: Source
) -> None:
    for cup, codes in {"c1": ["001904"], "c2": ["001901", "001902"], "c3": [""], "c4": ["999999"]}.items():
        project = PnrrProject.objects.create(
            cup=cup,
            local_code="1",
            mission="M1",
            component="-",
            submeasure="-",
            total_eur=Decimal(5),
            source=source,
        )
        for code in codes:
            PnrrLocalisation.objects.create(
                cup=cup,
                local_code="1",
                istat_code=code,
                municipality=towns.get(code),
                submeasure="-",
                mission="M1",
                project=project,
                source=source,
            )
    PnrrProject.objects.create(
        cup="c5",
        local_code="1",
        mission="M1",
        component="-",
        submeasure="-",
        total_eur=Decimal(5),
        source=source,
    )
    found = coverage_of_plan(PlanRequest(register="pnrr"))
    listed = rows(found, "snai_class")
    projects = {label: row.pnrr_projects for label, row in listed.items() if row.pnrr_projects}
    assert projects == {"E": 1, "several_groups": 1, "place_not_known": 2, "outside_territory": 1}
    assert sum(row.pnrr_euros for row in listed.values()) == 25
    assert found.total.euros == 11_111_000
    assert [row.plan_step for row in found.municipalities] == [1, 1, 0, 1]
    assert [row.pnrr_projects for row in found.municipalities] == [1, 1, 0, 1]


def test_need_is_in_thirds_and_the_plan_in_none_up_to_and_above_the_median(works: PlanEdition) -> None:
    found = coverage_of_plan(PlanRequest())
    assert [row.old_age_index for row in found.municipalities] == [100, 150, 400, 1900]
    assert [row.interventions for row in found.municipalities] == [1, 1, 3, 2]
    assert [row.pair for row in found.municipalities] == ["01", "01", "12", "22"]
    assert found.limits["plan_middle"] == 0.75
    minutes = coverage_of_plan(PlanRequest(need="minutes_to_pole")).municipalities
    assert minutes[0].minutes_to_pole == 0
    assert [row.need_step for row in minutes] == [0, 0, 1, 2]
    change = coverage_of_plan(PlanRequest(need="population_change")).municipalities
    assert [(row.population_change, row.need_step, row.pair) for row in change] == [(None, None, None)] * 4


def test_where_people_leave_need_is_high(works: PlanEdition, source: Source) -> None:
    for row, people in zip(
        Population.objects.order_by("municipality__istat_code"), (2_500, 2_000, 1_990, 1_000), strict=False
    ):
        Population.objects.create(
            municipality=row.municipality,
            edition=TerritoryEdition.objects.create(
                code=f"2022-{row.pk}", valid_from=date(2022, 1, 1), source=source, input_digest="1"
            ),
            reference_date=date(2022, 1, 1),
            females=row.females,
            males=row.males,
            people=people,
            source=source,
        )
    found = coverage_of_plan(PlanRequest(need="population_change"))
    assert [row.population_change for row in found.municipalities] == [
        -20,
        0,
        pytest.approx(0.503, abs=1e-3),
        100,
    ]
    assert [row.need_step for row in found.municipalities] == [2, 2, 1, 0]
    assert found.parameters["change_from"] == "2022-01-01"


def test_an_amount_on_both_sides_of_the_border_belongs_to_no_group(works: PlanEdition) -> None:
    amount(
        "both-sides",
        9,
        Intervention.objects.get(code="w6"),
        work(works, "w10", Municipality.objects.get(istat_code="001904")),
    )
    found = rows(coverage_of_plan(PlanRequest()), "snai_class")
    assert found["several_groups"].euros == 10_100_009
    assert (found["outside_territory"].euros, found["outside_territory"].interventions) == (0, 2)


def test_a_drawn_area_acts_in_every_municipality_that_it_crosses(works: PlanEdition) -> None:
    drawn = work(works, "w9")
    area = Polygon.from_bbox((394_000, 4_991_000, 401_000, 4_992_000))
    area.srid = 32632
    PlanPlace.objects.create(intervention=drawn, kind="geometry", geometry=area, precision="exact")
    amount("drawn", 500, drawn)
    found = coverage_of_plan(PlanRequest())
    assert rows(found, "snai_class")["several_groups"].euros == 10_100_500
    assert [row.interventions for row in found.municipalities] == [2, 2, 4, 2]


def test_the_same_question_is_the_same_run_until_a_place_changes(works: PlanEdition) -> None:
    run = keep_plan_coverage(coverage_of_plan(PlanRequest(axis="1")))
    assert keep_plan_coverage(coverage_of_plan(PlanRequest(edition="made", axis="1"))).pk == run.pk
    assert request_of(run.parameters) == PlanRequest("made", "1")
    assert (run.parameters["actions_loaded"], run.parameters["actions_declared"]) == (8, 40)
    assert not is_stale(run)
    PlanPlace.objects.filter(intervention__code="w4").update(
        municipality=Municipality.objects.get(istat_code="001904")
    )
    assert is_stale(run)


def test_what_cannot_be_asked_is_refused_with_what_exists(plan: PlanEdition) -> None:
    for words, message in (
        ({"edition": "x"}, "--edition expects one of made, found 'x': choose one."),
        ({"axis": "9"}, "--axis expects one of 1, 2 of made, found '9': choose one."),
    ):
        with pytest.raises(RequestRefused, match=message):
            coverage_of_plan(PlanRequest(**words))
    with pytest.raises(RequestRefused, match="--need expects one of old_age_index, population_change"):
        PlanRequest(need="x")
    plan.delete()
    with pytest.raises(AnalysisError, match="run `gisplan load_plan`"):
        coverage_of_plan(PlanRequest())


def test_the_command_says_on_how_much_of_the_plan_it_stands(works: PlanEdition, tmp_path: Path) -> None:
    out, said = tmp_path / "plan.xlsx", io.StringIO()
    call_command("plan_coverage", "--axis", "1", "--out", str(out), stdout=said)
    run = Run.objects.get()
    first, *lines = said.getvalue().splitlines()
    assert first == f"run {run.pk}: made, axis 1; on what is loaded: 8 of 40 actions, 7 interventions"
    assert any(line.split()[:2] == ["several_groups", "0"] for line in lines)
    assert lines[-1] == f"4 rows in {out}"
    said = io.StringIO()
    call_command("plan_coverage", "--by", "axis", "--json", stdout=said)
    answer = json.loads(said.getvalue())
    assert [row["axis"] for row in answer["axis"]] == ["1", "2"]
    assert answer["total"]["eur"] == 11_111_000
