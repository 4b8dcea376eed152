"""Boundaries, people, altitudes and classes of municipalities from files, over the seeds of Torino."""

import csv
import json
import os
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from gisplan.territory.errors import RegisterRefused
from gisplan.territory.loading import load_territory
from gisplan.territory.models import (
    AGES,
    Municipality,
    MunicipalityBoundary,
    MunicipalTerrain,
    NationalSnaiClass,
    PeopleGrid,
    Population,
    SnaiClass,
    TerritoryEdition,
)
from gisplan.territory.standard.catalogue import REGISTERS
from gisplan.territory.standard.municipalities import six_digits
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad, date_in_name

DATA = Path(os.environ.get("GISPLAN_SHARED", settings.BASE_DIR.parent / "shared")) / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not beside this checkout")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def load(name: str, path: Path, day: date | None = None, *, by_name: bool = False) -> RegisterLoad:
    register = next(one for one in REGISTERS if one.name == name)
    return register.load(LoadRequest(path, day, by_name))


def boundaries_file(
    folder: Path, *towns: tuple[str, str], name: str = "Com01012026_g.geojson", shift: float = 0
) -> Path:
    """Squares of a hundredth of a degree near Torino, one for each code and name."""
    features = []
    for number, (code, town) in enumerate(towns):
        west, south = 7.6 + number * 0.02 + shift, 45.0
        east, north = west + 0.01, south + 0.01
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {"PRO_COM_T": code, "COMUNE": town},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Com01012026_g_WGS84.shp", date(2026, 1, 1)),
        ("pnrr_2023-03-01_TO.csv", date(2023, 3, 1)),
        ("SCUANAGRAFEPAR20232420230901.csv", date(2023, 9, 1)),
        ("istat_2023_age_sex.csv", date(2023, 1, 1)),
        ("limits_P_1_municipalities.geojson", None),
        ("R01_21.zip", None),
    ],
)
def test_the_date_in_a_files_name_is_read(name: str, day: date | None) -> None:
    assert date_in_name(name) == day


@pytest.mark.parametrize(
    ("text", "code"), [("1001", "001001"), ("001001", "001001"), ("1001.0", "001001"), ("A", "")]
)
def test_a_code_is_six_digits(text: str, code: str) -> None:
    assert six_digits(text) == code


def test_boundaries_make_an_edition_and_close_the_one_before(tmp_path: Path) -> None:
    path = boundaries_file(tmp_path, ("001272", "Torino"), ("001168", "None"), ("015146", "Milano"))
    done = load("istat_boundaries", path)
    edition = TerritoryEdition.objects.get(code="2026")
    assert (done.added, done.elsewhere) == (2, 1)
    assert (edition.valid_from, edition.valid_to) == (date(2026, 1, 1), None)
    assert TerritoryEdition.objects.get(code="2023").valid_to == date(2025, 12, 31)
    area = edition.boundaries.get(municipality__istat_code="001168").area_km2
    assert area == pytest.approx(1.112 * 0.788, rel=0.01)  # a hundredth of a degree at 45 degrees north
    assert any(note.startswith("no boundary in this edition: Agliè, ") for note in done.notes)


def test_the_same_boundaries_again_change_nothing_and_moved_ones_are_counted(tmp_path: Path) -> None:
    towns = (("001272", "Torino"), ("001168", "None"))
    load("istat_boundaries", boundaries_file(tmp_path, *towns))
    again = load("istat_boundaries", boundaries_file(tmp_path, *towns))
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    moved = load("istat_boundaries", boundaries_file(tmp_path, *towns, shift=0.005))
    assert (moved.added, moved.changed, moved.same) == (0, 2, 0)
    assert TerritoryEdition.objects.filter(code="2026").count() == 1


def test_a_municipality_that_is_new_is_added_and_survives_new_seeds(tmp_path: Path) -> None:
    load("istat_boundaries", boundaries_file(tmp_path, ("001399", "Nuovo Comune"), ("001272", "Torino")))
    new = Municipality.objects.get(istat_code="001399")
    assert (new.name, new.province_name, new.in_territory) == ("Nuovo Comune", "Torino", True)
    assert load_territory(["001"], margin_km=14).changed
    assert MunicipalityBoundary.objects.filter(municipality__istat_code="001399").count() == 1
    assert Municipality.objects.get(istat_code="001399").in_territory
    assert TerritoryEdition.objects.get(code="2023").valid_to == date(2025, 12, 31)


def test_an_edition_of_another_source_is_not_written_over(tmp_path: Path) -> None:
    path = boundaries_file(tmp_path, ("001272", "Torino"))
    with pytest.raises(RegisterRefused, match="found edition 2023 of 2023-01-01"):
        load("istat_boundaries", path, date(2023, 1, 1))
    assert not MunicipalityBoundary.objects.filter(edition__source__code__startswith="istat_bound").exists()


def test_boundaries_without_a_date_are_refused(tmp_path: Path) -> None:
    path = boundaries_file(tmp_path, ("001272", "Torino"), name="comuni.geojson")
    with pytest.raises(RegisterRefused, match="Expected the reference date of the boundaries in the name"):
        load("istat_boundaries", path)


def test_boundaries_of_another_province_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused, match="Expected boundaries of Torino, found none"):
        load("istat_boundaries", boundaries_file(tmp_path, ("015146", "Milano")))
    assert not TerritoryEdition.objects.filter(code="2026").exists()


@real
def test_boundaries_by_name_alone_are_joined_only_when_asked() -> None:
    path = DATA / "boundaries" / "istat_2026_municipalities_no_codes.gpkg"
    with pytest.raises(RegisterRefused, match=r"found names alone: .* --by-name"):
        load("istat_boundaries", path)
    done = load("istat_boundaries", path, by_name=True)
    assert (done.rows + done.elsewhere + len(done.refused), done.refused) == (458, [])
    inside = MunicipalityBoundary.objects.filter(edition__code="2026", municipality__in_territory=True)
    assert inside.count() == 312
    before = MunicipalityBoundary.objects.filter(edition__code="2023", municipality__in_territory=True)
    areas = dict(before.values_list("municipality__istat_code", "area_km2"))
    for code, area_km2 in inside.values_list("municipality__istat_code", "area_km2"):
        assert area_km2 == pytest.approx(areas[code], rel=0.2, abs=0.5)


@real
def test_the_published_boundaries_need_a_date() -> None:
    path = DATA / "boundaries" / "limits_P_1_municipalities.geojson"
    done = load("istat_boundaries", path, date(2023, 6, 30))
    assert (done.added, done.refused) == (312, [])
    assert TerritoryEdition.objects.get(code="2023-06-30").boundaries.count() == 312


def people_file(folder: Path, *, ages: int = AGES, name: str = "people_2025.csv") -> Path:
    lines = ["municipality_code,age,F,M,tot"]
    lines += [f"1272,{age},{age + 1},2,{age + 3}" for age in range(ages)]
    lines += [f"1168,{age},1,1,2" for age in range(AGES)]
    lines += ["15146,0,1,1,2", "1999,0,1,1,2"]
    path = folder / name
    path.write_text("\n".join(lines))
    return path


def test_people_are_summed_by_sex_and_kept_on_their_date(tmp_path: Path) -> None:
    done = load("population", people_file(tmp_path))
    torino = Population.objects.get(municipality__istat_code="001272", reference_date=date(2025, 1, 1))
    assert (done.added, done.elsewhere, len(done.refused)) == (2, 1, 1)
    assert torino.people == sum(range(1, 102)) + 202
    assert torino.edition.code == "2023"
    again = load("population", people_file(tmp_path))
    assert (again.added, again.changed, again.same) == (0, 0, 2)


def test_a_municipality_that_lacks_ages_is_left_out_whole(tmp_path: Path) -> None:
    done = load("population", people_file(tmp_path, ages=100))
    assert done.added == 1
    assert (2, "expected 101 ages of 001272, found 100: left out whole") in [
        (row.line, row.reason) for row in done.refused
    ]


def test_people_without_a_date_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused, match="such as --date 2026-01-01"):
        load("population", people_file(tmp_path, name="people.csv"))


@real
def test_the_published_people_are_those_of_the_seeds() -> None:
    done = load("population", DATA / "population" / "istat_2023_age_sex.csv")
    assert (done.added, done.changed, done.same) == (0, 0, 312)
    assert done.notes == ["people on 2023-01-01: 2,198,237"]


def test_altitudes_follow_the_file_but_not_over_the_owner(tmp_path: Path) -> None:
    Municipality.objects.filter(istat_code="001168").update(altitude_m=1)
    path = tmp_path / "altitudes_2023.csv"
    path.write_text(
        "istat_code,altimetric_zone,altitude_m\n001272,5,240\n001168,5,246\n001001,9,315\n015146,5,120\n"
    )
    done = load("altitudes", path)
    altitudes = dict(Municipality.objects.values_list("istat_code", "altitude_m"))
    assert (altitudes["001272"], altitudes["001168"]) == (240, 1)
    assert (done.changed, done.owners, done.elsewhere) == (1, 1, 1)
    assert [row.line for row in done.refused] == [4]
    load_territory(["001"], margin_km=14)
    assert Municipality.objects.get(istat_code="001272").altitude_m == 240


@real
def test_both_tables_of_altitudes_agree() -> None:
    first = load("altitudes", DATA / "elevation" / "istat_municipalities_2023.csv")
    second = load("istat_classification", DATA / "population" / "istat_classification_2023.csv")
    assert (second.changed, second.same, second.refused) == (0, 312, [])
    with (DATA / "elevation" / "istat_municipalities_2023.csv").open(newline="") as file:
        published = {row["istat_code"]: row["altitude_m"] for row in csv.DictReader(file)}
    assert first.rows + first.elsewhere == len(published)
    for municipality in Municipality.objects.filter(in_territory=True):
        assert str(municipality.altitude_m) == published[municipality.istat_code]


def test_snai_classes_of_another_edition_stand_beside_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text("istat_code,name,snai_class_2020\n001272,Torino,B\n001168,None,X\n")
    done = load("snai_classes", path)
    assert (done.changed, [row.line for row in done.refused]) == (1, [3])
    assert SnaiClass.objects.get(municipality__istat_code="001272").letter == "B"
    load_territory(["001"], margin_km=14)
    assert SnaiClass.objects.get(municipality__istat_code="001272").letter == "B"


@real
def test_cells_of_people_are_a_layer_that_counts_them() -> None:
    path = DATA / "population" / "jrc_geostat_2018_1km" / "Torino.shp"
    assert load("grid_cells", path).added == 1396
    assert load("grid_cells", path).same == 1396
    grid = PeopleGrid.objects.get()
    assert (grid.kind, grid.people_column, grid.reference_year) == ("cells", "tot_p_2018", 2018)


def test_a_layer_without_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused, match="Expected one layer of cells"):
        load("census_sections", boundaries_file(tmp_path, ("001272", "Torino")))


def test_a_table_of_all_italy_is_kept_whole_beside_the_classes_of_the_territory(tmp_path: Path) -> None:
    path = tmp_path / "italy.csv"
    path.write_text("istat_code,name,snai_class_2020\n001272,Torino,A\n058091,Roma,A\n084020,Lampedusa,F\n")
    first = load("snai_classes", path)
    assert (first.same, first.elsewhere) == (1, 2)
    assert first.notes == ["classes of 3 municipalities of Italy, edition 2020, 3 new or changed"]
    assert load("snai_classes", path).notes[0].endswith("0 new or changed")
    assert NationalSnaiClass.objects.get(istat_code="084020").letter == "F"


def test_terrain_of_all_italy_is_kept_beside_the_altitudes_of_the_territory(tmp_path: Path) -> None:
    path = tmp_path / "altitudes_2023.csv"
    path.write_text("istat_code,altimetric_zone,altitude_m\n001272,5,239\n058091,5,20\n081025,5,N.d.\n")
    first = load("altitudes", path)
    assert (first.elsewhere, [row.line for row in first.refused]) == (2, [4])
    assert MunicipalTerrain.objects.get(istat_code="058091").altitude_m == 20
    assert load("altitudes", path).notes[0].endswith("0 new or changed")
