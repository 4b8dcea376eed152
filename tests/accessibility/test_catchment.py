import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gisplan.accessibility import (
    PeopleSurface,
    mixed_people,
    people_by_municipality,
    people_in_areas,
    people_surface,
    points_in_areas,
)
from gisplan.accessibility.errors import AccessibilityError, BadPlaces, BadZones

# two municipalities side by side, 10 x 10 km in km for easy arithmetic; everyone, young, old
MUNICIPALITIES = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
PEOPLE = np.array([[1000.0, 300, 700], [500, 100, 400]])
CELLS = [box(i, j, i + 2, j + 2) for i in range(0, 6, 2) for j in range(0, 10, 2)]  # 60 km² of the first
CELL_PEOPLE = np.full(15, 50.0)
NO_CELLS = {"cells": np.empty(0, dtype=object), "cell_people": np.empty(0)}


def surface(**changes: Any) -> PeopleSurface:
    given_ = {
        "cells": CELLS,
        "cell_people": CELL_PEOPLE,
        "municipalities": MUNICIPALITIES,
        "municipality_people": PEOPLE,
    }
    return people_surface(**(given_ | changes))


def test_zone_gives_the_share_of_its_people_that_its_ground_shares() -> None:
    areas = [box(0, 0, 5, 10), box(5, 5, 15, 10), box(0, 0, 20, 10), box(30, 0, 40, 10)]
    expected = np.array([[500, 150, 350], [250 + 125, 75 + 25, 175 + 100], [1500, 400, 1100], [0, 0, 0]])
    np.testing.assert_allclose(people_in_areas(areas, MUNICIPALITIES, PEOPLE), expected)


def test_zone_with_a_hole_and_an_area_inside_it_shares_no_ground() -> None:
    ring = shapely.difference(box(0, 0, 10, 10), box(2, 2, 8, 8))
    assert people_in_areas([box(3, 3, 7, 7)], [ring], np.array([90.0])).tolist() == [[0]]


def test_cells_keep_their_people_and_take_the_ages_of_their_municipality() -> None:
    found = mixed_people([box(0, 0, 4, 4)], surface())
    assert found.source == ("cells",)
    assert found.cell_share.tolist() == [1]
    np.testing.assert_allclose(found.people, [[200, 60, 140]])


def test_ground_without_cells_takes_the_people_not_in_cells() -> None:
    # 750 of 1000 are in cells; the other 250 spread over 40 km²
    found = mixed_people([box(6, 0, 10, 10), box(10, 0, 15, 10)], surface())
    assert found.source == ("municipality", "municipality")
    np.testing.assert_allclose(found.people[:, 0], [250, 250])


def test_area_on_both_is_mixed_and_tells_its_share() -> None:
    found = mixed_people([box(4, 0, 8, 10)], surface())
    assert found.source == ("mixed",)
    assert found.cell_share[0] == pytest.approx(0.5)
    assert found.people[0, 0] == pytest.approx(250 + 125)


@pytest.mark.parametrize(("width", "source"), [(6.05, "cells"), (6.07, "mixed")])
def test_cells_are_named_alone_from_99_per_cent_of_the_ground(width: float, source: str) -> None:
    assert mixed_people([box(0, 0, width, 10)], surface()).source == (source,)


def test_people_whom_the_cells_lack_are_not_crowded_onto_a_sliver() -> None:
    cells = [box(0, 0, 9.9, 10)]
    found = surface(cells=cells, cell_people=np.array([400.0]))
    sliver = mixed_people([box(9.9, 0, 10, 10)], found)
    assert sliver.people[0, 0] == pytest.approx(10)  # 1 % of the ground, not 600 people
    assert found.unplaced == pytest.approx(1000 - 400 - 10)


def test_cells_that_hold_more_than_the_municipality_give_the_pattern_and_not_the_total() -> None:
    counted = np.full(15, 90.0)
    counted[0] = 240.0  # 1,500 people in the cells of a municipality of 1,000
    found = surface(cell_people=counted)
    total = mixed_people([box(0, 0, 10, 10), CELLS[0], CELLS[1]], found)
    assert total.people[:, 0] == pytest.approx([1000, 160, 60])
    assert (found.unplaced, found.in_excess) == (0, pytest.approx(500))


def test_cells_of_a_municipality_where_nobody_is_registered_hold_nobody() -> None:
    nobody = np.array([[0.0, 0, 0], [500, 100, 400]])
    found = surface(municipality_people=nobody)
    assert mixed_people([box(0, 0, 10, 10)], found).people[0].tolist() == [0, 0, 0]
    assert found.in_excess == 750


def test_a_cell_on_the_border_is_scaled_on_each_side_by_its_own_municipality() -> None:
    border = [box(8, 0, 12, 10)]  # 3,000 people, half on each side: more than either municipality has
    found = surface(cells=border, cell_people=np.array([3000.0]))
    sides = mixed_people([box(8, 0, 10, 10), box(10, 0, 12, 10), box(0, 0, 20, 10)], found)
    assert sides.people[:, 0] == pytest.approx([1000, 500, 1500])


def test_people_by_municipality_add_up_to_the_people_of_the_area() -> None:
    areas = [box(4, 0, 13, 10), box(0, 0, 2, 2)]
    by_municipality = people_by_municipality(areas, surface(), count=2)
    assert by_municipality.shape == (2, 2, 3)
    np.testing.assert_allclose(by_municipality.sum(axis=1), mixed_people(areas, surface()).people)
    np.testing.assert_allclose(by_municipality[:, :, 0], [[500, 150], [50, 0]])


def test_cells_beyond_every_municipality_keep_their_people() -> None:
    found = mixed_people([box(-4, 0, 0, 2)], surface(cells=[box(-4, 0, 0, 2)], cell_people=np.array([30.0])))
    np.testing.assert_allclose(found.people, [[30, 30 * 400 / 1500, 30 * 1100 / 1500]])


def test_ages_counted_in_the_cells_are_taken_as_they_are() -> None:
    own = np.column_stack((CELL_PEOPLE, CELL_PEOPLE * 0.9, CELL_PEOPLE * 0.1))
    np.testing.assert_allclose(mixed_people([CELLS[0]], surface(cell_people=own)).people, [[50, 45, 5]])


def test_age_unknown_in_a_cell_is_unknown_in_the_area() -> None:
    own = np.column_stack((CELL_PEOPLE, np.full((15, 2), np.nan)))
    found = mixed_people([box(0, 0, 2, 2), box(12, 0, 14, 2)], surface(cell_people=own))
    assert found.people[0, 0] == 50
    assert np.isnan(found.people[0, 1:]).all()
    assert np.isfinite(found.people[1]).all()


def test_without_cells_the_municipality_is_the_source() -> None:
    found = mixed_people([box(0, 0, 5, 10)], surface(**NO_CELLS))
    assert (found.source, found.people[0].tolist()) == (("municipality",), [500, 150, 350])


def test_ground_that_no_zone_covers_is_not_known_and_not_zero() -> None:
    found = mixed_people([box(50, 0, 51, 1), box(19, 0, 21, 10)], surface())
    assert found.source == ("none", "municipality")
    assert np.isnan(found.people[0]).all()
    assert found.uncovered_share.tolist() == [1, 0.5]


def test_empty_area_holds_nobody() -> None:
    found = mixed_people([shapely.MultiPolygon()], surface())
    assert found.people.tolist() == [[0, 0, 0]]
    assert found.cell_share.tolist() == [0]


cuts = st.lists(st.floats(0, 20), min_size=1, max_size=6, unique=True)


@settings(max_examples=50, deadline=None)
@given(cuts=cuts, cell_people=st.lists(st.integers(0, 120), min_size=15, max_size=15))
def test_sum_over_disjoint_areas_is_the_people_placed_and_never_more(
    cuts: list[float], cell_people: list[int]
) -> None:
    counted = np.array(cell_people, dtype=float)
    edges = [0.0, *sorted(cuts), 20.0]
    strips = [box(low, 0, high, 10) for low, high in itertools.pairwise(edges) if high > low]
    laid = surface(cell_people=counted)
    total = mixed_people(strips, laid).people[:, 0].sum()
    assert total + laid.unplaced == pytest.approx(1000 + 500)
    assert laid.in_excess == pytest.approx(max(counted.sum() - 1000, 0))


@settings(max_examples=50, deadline=None)
@given(size=st.floats(0.1, 9), grown=st.floats(0, 5), x=st.floats(0, 10))
def test_larger_area_never_has_fewer_people(size: float, grown: float, x: float) -> None:
    areas = [box(x, 0, x + size, size), box(x, 0, x + size + grown, min(size + grown, 10))]
    small, large = mixed_people(areas, surface()).people
    assert (large >= small - 1e-9).all()


def test_points_inside_and_on_the_edge_are_found_by_position() -> None:
    points = np.array([[1.0, 1], [10, 5], [30, 3], [5, 5], [12, 1]])
    found = points_in_areas([*MUNICIPALITIES, box(90, 90, 91, 91)], points)
    assert [positions.tolist() for positions in found] == [[0, 1, 3], [1, 4], []]


def test_no_points_are_found_nowhere() -> None:
    assert [len(found) for found in points_in_areas(MUNICIPALITIES, np.zeros((0, 2)))] == [0, 0]


def test_place_without_coordinates_is_refused_by_position() -> None:
    with pytest.raises(BadPlaces, match="position 1;"):
        points_in_areas(MUNICIPALITIES, np.array([[0, 0], [np.nan, 1]]))


BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize(
    ("zones", "people", "says"),
    [
        (MUNICIPALITIES, np.ones(3), "each of 2 zones, found 3 rows"),
        (MUNICIPALITIES, np.array([5, -1.0]), r"found \[-1.0\] in zone 1"),
        (MUNICIPALITIES, np.array([5, np.nan]), r"found \[nan\] in zone 1"),
        ([BOW_TIE], np.ones(1), "invalid one in zone 0"),
        ([shapely.Polygon()], np.ones(1), "no area in zone 0"),
    ],
)
def test_zones_that_cannot_be_counted_are_refused(
    zones: list[shapely.Geometry], people: np.ndarray, says: str
) -> None:
    with pytest.raises(BadZones, match=says):
        people_in_areas([box(0, 0, 1, 1)], zones, people)


def test_zones_that_count_ground_twice_are_refused() -> None:
    with pytest.raises(AccessibilityError, match=r"cells that do not overlap, found 100\.0%"):
        surface(cells=[*CELLS, *CELLS], cell_people=np.ones(30))


def test_cells_with_other_groups_are_refused() -> None:
    with pytest.raises(BadZones, match="1 or 3 columns of people, found 2"):
        surface(cell_people=np.ones((15, 2)))
