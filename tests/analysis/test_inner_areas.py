"""SNAI classes of the loaded territory and of Italy: classes, poles, what is told, and the command."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from gisplan.__main__ import main
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.inner_area_runs import run_inner_areas
from gisplan.analysis.inner_area_tables import CSV_COLUMNS, csv_of_areas
from gisplan.analysis.inner_areas import InnerAreas, InnerAreasRequest, inner_areas
from gisplan.analysis.models import Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.poles import poles_of_territory
from gisplan.analysis.road_times import road_times
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import (
    Hospital,
    Municipality,
    NationalSnaiClass,
    RegisterCoverage,
    School,
    SnaiClass,
    Source,
    Station,
    TerritoryEdition,
)

from .test_road_times import road_file

pytestmark = pytest.mark.django_db
ALTA, BASSA, CIMA, ISOLA = "001901", "001902", "001903", "004901"
HOP_MIN, ENDS_MIN = 6 * 1.3, 3.0


@pytest.fixture
def official(valley: TerritoryEdition, source: Source) -> None:
    """Bassa is a pole; Alta is said to be a belt, Cima to be intermediate."""
    for code, letter in ((BASSA, "A"), (ALTA, "C"), (CIMA, "D")):
        municipality = Municipality.objects.get(istat_code=code)
        SnaiClass.objects.create(municipality=municipality, snai_edition="2020", letter=letter, source=source)


def found() -> InnerAreas:
    return inner_areas(InnerAreasRequest())


def by_code(areas: InnerAreas) -> dict[str, tuple[str | None, float | None, str | None]]:
    return {row.istat_code: (row.computed, row.minutes, row.pole) for row in areas.rows}


@pytest.mark.usefixtures("official")
def test_each_municipality_has_the_class_of_its_minutes_to_the_nearest_pole() -> None:
    minutes = pytest.approx(HOP_MIN + ENDS_MIN)
    assert by_code(found()) == {
        ALTA: ("C", minutes, BASSA),
        BASSA: ("A", 0, BASSA),
        CIMA: ("C", minutes, BASSA),
    }


@pytest.mark.usefixtures("official")
def test_classes_agree_or_differ_with_the_likely_reason() -> None:
    areas = found()
    assert (areas.agreement.n, areas.agreement.share) == (2, 0.5)
    assert areas.agreement.confusion["D"]["C"] == 1
    assert {row.istat_code: row.reason for row in areas.rows} == {
        ALTA: "",
        BASSA: "",
        CIMA: "schematic_network",
    }


@pytest.mark.usefixtures("official")
def test_what_reaches_no_pole_has_no_class_and_is_listed() -> None:
    Municipality.objects.filter(istat_code=ISOLA).update(in_territory=True)
    areas = found()
    assert by_code(areas)[ISOLA] == (None, None, None)
    assert areas.unreachable == [ISOLA]
    table = run_inner_areas(InnerAreasRequest()).result["tables"][0]
    row = list(csv.DictReader(csv_of_areas(table).splitlines()))[-1]
    assert (row["computed_class"], row["minutes_to_pole"], row["pole_istat_code"]) == ("n.d.",) * 3


@pytest.mark.usefixtures("official")
def test_a_pole_beyond_the_border_serves_the_territory_and_is_named_as_the_reason(source: Source) -> None:
    SnaiClass.objects.filter(municipality__istat_code=BASSA).update(letter="C")
    Municipality.objects.filter(istat_code=BASSA).update(in_territory=False)
    SnaiClass.objects.filter(municipality__istat_code=BASSA).update(letter="A")
    areas = found()
    assert [row.istat_code for row in areas.rows] == [ALTA, CIMA]
    assert areas.rows[1].reason == "pole_outside"


@pytest.mark.usefixtures("official")
def test_one_more_pole_never_makes_anybody_farther(source: Source) -> None:
    before = by_code(found())
    cima = Municipality.objects.get(istat_code=CIMA)
    SnaiClass.objects.update_or_create(
        municipality=cima, snai_edition="2020", defaults={"letter": "B", "source": source}
    )
    after = by_code(found())
    assert all((after[code][1] or 0) <= (before[code][1] or 0) for code in before)
    assert after[CIMA] == ("B", 0, CIMA)


def complete(register: str, kind: str, source: Source) -> None:
    RegisterCoverage.objects.create(
        register=register, kind=kind, statement_it="-", statement_en="-", complete=True, source=source
    )


@pytest.fixture
def give(source: Source) -> Callable[..., None]:
    """One place of what the rule asks, in a municipality."""

    def add(code: str, *, schools: tuple[str, ...] = (), dea: int | None = None, station: str = "") -> None:
        own = {
            "municipality": Municipality.objects.get(istat_code=code),
            "precision": "exact",
            "source": source,
        }
        for kind in schools:
            School.objects.create(
                code=f"{code}-{kind}",
                name=kind,
                level="secondaria_ii",
                type_as_printed=kind,
                is_state=True,
                **own,
            )
        if dea is not None:
            Hospital.objects.create(code=f"{code}-h", name="H", kind="public_hospital", dea_level=dea, **own)
        if station:
            Station.objects.create(code=f"{code}-s", name="S", kind="rail", rfi_class=station, **own)

    return add


BOTH = ("LICEO SCIENTIFICO", "ISTITUTO TECNICO INDUSTRIALE")


def poles() -> tuple[dict[str, str], dict[str, bool]]:
    times = road_times()
    decided = poles_of_territory(times.codes, times.neighbours)
    return decided.classes, decided.by_rule


@pytest.mark.usefixtures("official")
def test_where_nothing_is_known_the_official_list_stands_and_the_output_says_so() -> None:
    assert poles() == ({BASSA: "A"}, {})
    assert "1 poles of the official list of 2020, 0 municipalities decided by the rule; of 4" in (
        found().ground.poles.sentence
    )


@pytest.mark.usefixtures("official")
def test_a_municipality_with_all_three_is_a_pole_by_the_rule(give: Callable[..., None]) -> None:
    give(ALTA, schools=BOTH, dea=1, station="Silver")
    assert poles() == ({BASSA: "A", ALTA: "A"}, {ALTA: True})


@pytest.mark.usefixtures("official")
def test_one_thing_known_to_be_absent_takes_a_pole_from_the_list(source: Source) -> None:
    complete("hospitals", "", source)
    classes, by_rule = poles()
    assert classes == {}
    assert by_rule[BASSA] is False


@pytest.mark.usefixtures("official")
def test_neighbours_are_a_pole_together(give: Callable[..., None], source: Source) -> None:
    give(ALTA, schools=BOTH)
    give(BASSA, dea=2, station="Gold")
    SnaiClass.objects.filter(municipality__istat_code=BASSA).update(letter="C")
    assert poles() == ({ALTA: "B", BASSA: "B"}, {ALTA: True, BASSA: True})


@pytest.mark.usefixtures("official")
def test_a_station_of_unknown_class_leaves_the_question_open(give: Callable[..., None]) -> None:
    give(ALTA, schools=BOTH, dea=1)
    assert ALTA not in poles()[0]
    give(ALTA, station="Bronze")
    assert ALTA not in poles()[0]


@pytest.mark.usefixtures("official")
def test_the_same_question_is_the_same_run_until_a_class_changes() -> None:
    first = run_inner_areas(InnerAreasRequest())
    assert run_inner_areas(InnerAreasRequest()) == first
    assert not is_stale(first)
    SnaiClass.objects.filter(municipality__istat_code=CIMA).update(letter="C")
    assert is_stale(first)
    assert run_inner_areas(InnerAreasRequest()) != first
    assert Run.objects.filter(method="inner_areas").count() == 2


@pytest.mark.usefixtures("official")
def test_no_municipality_is_lost_between_the_tables() -> None:
    result = run_inner_areas(InnerAreasRequest()).result
    tables = {table["name"]: table for table in result["tables"]}
    totals = {row[0]: row[1:3] for row in tables["class_totals"]["rows"]}
    assert sum(own for own, _ in totals.values()) == sum(theirs for _, theirs in totals.values()) == 3
    assert sum(sum(row[1:]) for row in tables["confusion"]["rows"]) == result["summary"]["n"] == 2


@pytest.mark.parametrize("edition", ["", "2018", "20"])
def test_an_edition_that_does_not_exist_is_refused(edition: str) -> None:
    with pytest.raises(RequestRefused, match="--snai-edition expects 2014 or 2020, found"):
        InnerAreasRequest(edition)


def test_another_territory_is_refused() -> None:
    with pytest.raises(
        RequestRefused, match=r"--territory expects 001 .the loaded territory. or italy, found '004'"
    ):
        InnerAreasRequest("2020", "004")


def test_a_territory_without_poles_is_refused(valley: TerritoryEdition) -> None:
    with pytest.raises(RequestRefused, match=r"Expected at least one pole .* found none: load the official"):
        found()


@pytest.mark.usefixtures("official")
def test_the_command_prints_the_figures_and_writes_the_promised_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "areas.csv"
    assert main(["inner_areas", "--json", "--out", str(out)]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert {"agreement", "rank_correlation", "n", "confusion", "unreachable", "unmatched"} <= set(figures)
    assert (figures["method"], figures["n"], figures["agreement"]) == ("schematic", 2, 0.5)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["istat_code"] for row in rows] == [ALTA, BASSA, CIMA]
    assert rows[0] == dict(
        zip(CSV_COLUMNS, (ALTA, "Alta", "C", "C", "10.8", BASSA, "schematic"), strict=True)
    )


@pytest.mark.usefixtures("official")
def test_the_command_names_the_method_and_says_when_no_terrain_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Municipality.objects.update(altitude_m=None, altimetric_zone=None)
    assert main(["inner_areas"]) == 0
    told = capsys.readouterr().out
    assert "method schematic" in told.splitlines()[0]
    assert "The network knows no terrain: load it with" in told


def test_a_refused_option_is_one_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inner_areas", "--snai-edition", "1999"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "--snai-edition expects 2014 or 2020, found '1999': choose one.\n"


def test_all_of_italy_is_computed_from_the_package_and_the_241_poles(source: Source) -> None:
    for code, letter in (("084020", "F"), ("001001", "C")):
        NationalSnaiClass.objects.create(istat_code=code, snai_edition="2020", letter=letter, source=source)
    areas = inner_areas(InnerAreasRequest("2020", "italy"))
    letters = [row.computed for row in areas.rows]
    assert len(letters) == 7904
    assert (letters.count("A"), letters.count("B")) == (182, 59)
    assert sum(letters.count(one) for one in (*"ABCDEF", None)) == 7904
    lampedusa = next(row for row in areas.rows if row.name == "Lampedusa e Linosa")
    assert (lampedusa.computed, lampedusa.minutes) == (None, None)
    assert areas.ground.times.parameters["terrain_known"] == 0
    assert (areas.agreement.n, areas.agreement.share) == (2, 0.5)
    assert areas.agreement.confusion["F"]["n.d."] == 1
    assert {reason for _, _, reason in areas.ground.unmatched} <= {"no_population", "no_boundary"}


@pytest.mark.usefixtures("official")
def test_on_loaded_roads_every_output_says_so(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.NETWORKS_DIR = tmp_path / "networks"
    load_network(road_file(tmp_path / "whole.osm", [(2.5, 3), (3, 3), (9, 3), (15, 3), (15.5, 3)]))
    assert main(["inner_areas", "--out", str(tmp_path / "areas.csv")]) == 0
    told = capsys.readouterr().out
    assert "method network" in told.splitlines()[0]
    assert "no terrain" not in told
    with (tmp_path / "areas.csv").open(encoding="utf-8", newline="") as file:
        assert {row["method"] for row in csv.DictReader(file)} == {"network"}
    assert {row.reason for row in found().rows} == {"", "other_speeds"}
