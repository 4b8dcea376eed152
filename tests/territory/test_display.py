"""Boundaries for the screen, and what a page says of one municipality."""

import pytest
import shapely

from gisplan.territory.display import boundary_geometries, points, territory_bounds
from gisplan.territory.loading import Loaded
from gisplan.territory.models import Municipality, School, Station, TerritoryEdition
from gisplan.territory.profile import (
    latest_boundary,
    latest_edition,
    municipalities_in_territory,
    municipalities_near,
    neighbours_of,
    people_in_territory,
    people_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(torino: Loaded) -> TerritoryEdition:
    found = latest_edition()
    assert found is not None
    return found


@pytest.mark.parametrize(("detailed", "least"), [(False, 312), (True, 313)])
def test_simplified_neighbours_keep_one_common_line(
    edition: TerritoryEdition, detailed: bool, least: int
) -> None:
    shapes = [shapely.geometry.shape(one) for one in boundary_geometries(edition, detailed=detailed).values()]
    assert len(shapes) >= least
    whole = shapely.union_all(shapes).area
    assert sum(shape.area for shape in shapes) == pytest.approx(whole, rel=1e-4)


def test_a_simplified_municipality_is_almost_the_one_that_is_stored(edition: TerritoryEdition) -> None:
    collegno = Municipality.objects.get(istat_code="001090")
    boundary = latest_boundary(collegno)
    assert boundary is not None
    stored = shapely.from_wkb(bytes(boundary.geometry.transform(4326, clone=True).wkb))
    for detailed, most in ((False, 0.05), (True, 0.01)):
        drawn = shapely.geometry.shape(boundary_geometries(edition, detailed=detailed)["001090"])
        assert drawn.symmetric_difference(stored).area < most * stored.area


def test_the_bounds_hold_the_whole_territory(edition: TerritoryEdition) -> None:
    west, south, east, north = territory_bounds(edition)
    assert (west, south, east, north) == pytest.approx((6.63, 44.71, 8.15, 45.60), abs=0.02)


def test_places_without_a_position_are_kept_without_a_point(torino: Loaded) -> None:
    assert {point for _, point in points(School.objects.all()[:5])} == {None}
    stations = points(Station.objects.filter(code="osm-1597711071"))
    assert [row.name for row, _ in stations] == ["Collegno"]
    assert stations[0][1] is not None
    assert stations[0][1]["coordinates"] == pytest.approx([7.577, 45.079], abs=0.02)


def test_a_neighbour_has_its_neighbour_for_a_neighbour(torino: Loaded) -> None:
    collegno = Municipality.objects.get(istat_code="001090")
    around = neighbours_of(collegno)
    assert {row.name for row in around} >= {"Rivoli", "Grugliasco", "Torino", "Venaria Reale"}
    assert all(collegno in neighbours_of(row) for row in around)
    assert collegno not in around


def test_a_map_of_a_place_shows_what_lies_round_it(edition: TerritoryEdition) -> None:
    collegno = Municipality.objects.get(istat_code="001090")
    boundary = latest_boundary(collegno)
    assert boundary is not None
    near = set(municipalities_near(boundary.geometry, edition))
    assert near >= {collegno, *neighbours_of(collegno)}
    assert len(near) < 40


def test_age_groups_add_up_to_the_people(torino: Loaded) -> None:
    rows = people_of(Municipality.objects.get(istat_code="001168"))
    assert [row.population.reference_date.year for row in rows] == [2023, 2022]
    for row in rows:
        assert row.people_0_14 + row.people_15_64 + row.people_65_plus == row.people


def test_the_people_of_the_territory_are_those_of_its_municipalities(torino: Loaded) -> None:
    counted = people_in_territory()
    assert counted is not None
    assert counted[0] == sum(row.people for row in municipalities_in_territory())


def test_municipalities_are_found_by_part_of_name_code_class_and_zone(torino: Loaded) -> None:
    assert [row.name for row in municipalities_in_territory(text="collegn")] == ["Collegno"]
    assert [row.name for row in municipalities_in_territory(text="001090")] == ["Collegno"]
    assert {row.snai_letter for row in municipalities_in_territory(snai_letter="F")} == {"F"}
    assert {row.zone_number for row in municipalities_in_territory(zone_number=2)} == {2}
    assert not municipalities_in_territory(text="xyzzy")
