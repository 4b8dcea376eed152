import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from street_samples import grid_lines, shuffled

from gisplan.network import (
    AreaRules,
    RawStreets,
    StreetNetwork,
    build_network,
    load_network,
    raw_from_lines,
    save_network,
    service_areas,
)

NO_FILL = AreaRules(keep_holes_wider_than_m=0)
MOTORWAY_X_M = 510.0  # 10 m beyond the last street, well within the 25 m of ground
BEYOND = shapely.box(MOTORWAY_X_M + 0.5, -500, 3000, 2000)


def raw_town(*more: tuple[list[list[float]], dict[str, str]]) -> RawStreets:
    """A grid of streets up to x = 500 m, another from x = 530 m, and what more is given, with its tags."""
    town = [*grid_lines(6, 11), *grid_lines(6, 11, x0_m=530)]
    lines = [np.asarray(line, dtype=float) for line in [*town, *(line for line, _ in more)]]
    keys = {"highway", *(key for _, tags in more for key in tags)}
    rows = [{"highway": "residential"}] * len(town) + [tags for _, tags in more]
    return raw_from_lines(lines, tags={key: [row.get(key) for row in rows] for key in sorted(keys)})


def motorway(**tags: str) -> tuple[list[list[float]], dict[str, str]]:
    return [[MOTORWAY_X_M, -500], [MOTORWAY_X_M, 1500]], {"highway": "motorway", **tags}


def ground(network: StreetNetwork, minutes: float = 10, mode: str = "walk") -> shapely.MultiPolygon:
    area = service_areas(network, [(500, 500)], minutes=[minutes], mode=mode, rules=NO_FILL)[0]
    return area.bands[0].polygon


def test_ground_ends_at_a_motorway_and_would_not_without_it() -> None:
    without, with_it = (build_network(raw_town(*more))[0] for more in ((), (motorway(),)))
    assert ground(without).intersection(BEYOND).area > 10_000
    assert ground(with_it).intersection(BEYOND).area == 0
    assert ground(with_it).area == pytest.approx(ground(without).difference(BEYOND).area, rel=0.01)


@pytest.mark.parametrize("tag", ["bridge", "tunnel"])
def test_motorway_above_or_below_the_ground_parts_nothing(tag: str) -> None:
    network, _ = build_network(raw_town(motorway(**{tag: "yes"})))
    assert network.barrier_m is None
    assert ground(network).intersection(BEYOND).area > 10_000


def test_street_under_the_motorway_brings_its_own_ground() -> None:
    underpass = ([[500, 500], [530, 500]], {"highway": "footway"})
    polygon = ground(build_network(raw_town(motorway(), underpass))[0], minutes=3)
    assert polygon.is_valid
    assert polygon.covers(shapely.LineString([(500, 500), (530, 500), (530, 600)]))
    assert polygon.covers(shapely.Point(520, 515))


def test_road_that_may_be_walked_parts_nothing() -> None:
    walked = ([[510, -500], [510, 1500]], {"highway": "trunk", "foot": "yes"})
    assert build_network(raw_town(walked))[0].barrier_m is None


def test_river_given_by_the_reader_is_not_crossed() -> None:
    river_m = np.array([[510, -500, 510, 400], [510, 400, 510, 1500]], dtype=float)
    network, _ = build_network(replace(raw_town(), barriers_m=river_m))
    assert ground(network).intersection(BEYOND).area == 0


def test_drivers_ground_is_not_parted_by_the_road_they_use() -> None:
    network, _ = build_network(raw_town(motorway()))
    assert ground(network, minutes=1, mode="car").intersection(BEYOND).area > 0


def test_longer_bands_still_hold_the_shorter_beside_a_slanting_barrier() -> None:
    slanting = np.array([[300, -200, 700, 1200]], dtype=float)
    network, _ = build_network(replace(raw_town(), barriers_m=slanting))
    bands = service_areas(network, [(340, 430)], minutes=[2, 4, 6, 9], mode="walk")[0].bands
    assert all(band.polygon.is_valid for band in bands)
    for shorter, longer in itertools.pairwise(bands):
        assert longer.polygon.covers(shorter.polygon)


def test_barriers_are_saved_and_do_not_depend_on_the_order_of_the_ways(tmp_path: Path) -> None:
    raw = raw_town(motorway())
    network = build_network(raw)[0]
    assert build_network(shuffled(raw, 2))[0].digest == network.digest
    save_network(network, tmp_path)
    np.testing.assert_array_equal(load_network(tmp_path).barrier_m, network.barrier_m)


def courtyard(*barriers: tuple[float, float, float, float]) -> shapely.MultiPolygon:
    """The ground around one block of 100 m, all reached: its hole of 50 m is filled unless something is in it."""
    raw = raw_from_lines([np.array([[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]], dtype=float)])
    barriers_m = np.array(barriers, dtype=float).reshape(-1, 4)
    network, _ = build_network(replace(raw, barriers_m=barriers_m if barriers else None))
    return service_areas(network, [(0, 0)], minutes=[10], mode="walk")[0].bands[0].polygon


def test_hole_with_a_barrier_in_it_is_not_filled() -> None:
    middle = shapely.Point(50, 50)
    assert courtyard().covers(middle)
    assert not courtyard((50, 40, 50, 60)).covers(middle)
    assert courtyard((300, 0, 300, 100)).covers(middle)


def test_hole_behind_a_barrier_is_not_filled_across_it() -> None:
    """The barrier keeps the ground of the right-hand street short: what is left must not be filled through it."""
    polygon = courtyard((85, 20, 85, 80))
    assert not polygon.covers(shapely.Point(80, 50))
    assert polygon.covers(shapely.Point(92, 50))


def test_hole_is_kept_whatever_stands_on_the_other_side_of_the_town() -> None:
    """Longer bands hold the shorter ones when holes of both are filled or kept."""
    raw = raw_town()
    draw = np.random.default_rng(3)
    starts_m = draw.uniform(0, 1000, (60, 2))
    scattered_m = np.column_stack((starts_m, starts_m + draw.uniform(-40, 40, (60, 2))))
    network, _ = build_network(replace(raw, barriers_m=scattered_m))
    bands = service_areas(network, [(340, 430)], minutes=[2, 4, 6, 9], mode="walk")[0].bands
    assert all(band.polygon.is_valid for band in bands)
    for shorter, longer in itertools.pairwise(bands):
        assert longer.polygon.covers(shorter.polygon)


def test_every_barrier_counts_however_many_stand_near_a_street() -> None:
    """1,100 tiny walls come before the river in the list of each street beside it."""
    x_m, y_m = np.meshgrid(502 + np.arange(1100) / 1000, np.arange(-210, 1200, 100))
    walls_m = np.column_stack((x_m.ravel(), y_m.ravel(), x_m.ravel(), y_m.ravel() + 0.001))
    river_m = np.array([[510, -500, 510, 1500]], dtype=float)
    network, _ = build_network(replace(raw_town(), barriers_m=np.concatenate((walls_m, river_m))))
    assert len(network.barrier_m) == len(walls_m) + 1
    assert ground(network).intersection(BEYOND).area == 0
