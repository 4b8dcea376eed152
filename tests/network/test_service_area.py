import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from street_samples import grid_lines, network_of, shuffled

from gisplan.network import (
    AreaRules,
    Band,
    SnapRules,
    SnapStatus,
    StreetNetwork,
    build_network,
    raw_from_lines,
    service_areas,
    straight_line_areas,
)
from gisplan.network.errors import BadParameter, BadPoint, EmptyNetwork, UnknownMode
from gisplan.network.parts import lengths_m
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

RAW = generate_city(CityPlan(columns=30, rows=30), seed=4)
CITY = build_network(RAW)[0]
places = st.tuples(st.floats(-100, 2900), st.floats(-100, 2800))
times = st.lists(st.floats(0.5, 14), min_size=2, max_size=4, unique=True)


def bands_at(
    network: StreetNetwork,
    point_m: tuple[float, float],
    minutes: list[float],
    mode: Mode = "walk",
    **options: Any,
) -> tuple[Band, ...]:
    return service_areas(network, [point_m], minutes=minutes, mode=mode, **options)[0].bands


@settings(max_examples=40, deadline=None)
@given(point_m=places, minutes=times, mode=st.sampled_from(["walk", "bike", "car"]))
def test_bands_are_valid_nested_and_grow_with_time(
    point_m: tuple[float, float], minutes: list[float], mode: Mode
) -> None:
    bands = bands_at(CITY, point_m, minutes, mode)
    assert all(band.polygon.is_valid for band in bands)
    for shorter, longer in itertools.pairwise(bands):
        assert shorter.minutes < longer.minutes
        assert shorter.polygon.is_empty or longer.polygon.covers(shorter.polygon)
        assert longer.length_m >= shorter.length_m


@settings(max_examples=10, deadline=None)
@given(point_m=places, seed=st.integers(0, 1000))
def test_areas_do_not_depend_on_the_numbering_of_the_streets(point_m: tuple[float, float], seed: int) -> None:
    other = build_network(shuffled(RAW, seed))[0]
    for one, two in zip(bands_at(CITY, point_m, [6]), bands_at(other, point_m, [6]), strict=True):
        assert one.polygon == two.polygon


def test_areas_do_not_depend_on_the_other_origins() -> None:
    draw = np.random.default_rng(1)
    points_m = draw.uniform(0, 2800, (12, 2))
    together = service_areas(CITY, points_m[::-1], minutes=[5, 10], mode="walk")[::-1]
    for point_m, area in zip(points_m, together, strict=True):
        assert [band.polygon for band in area.bands] == [
            band.polygon for band in bands_at(CITY, point_m, [5, 10])
        ]


def test_area_of_a_perfect_grid_is_the_diamond_of_its_streets() -> None:
    network = network_of(grid_lines(31, 31))
    (band,) = bands_at(network, (1500, 1500), [10])  # 800 m: 4 * 8² sides, blocks filled
    assert band.length_m == pytest.approx(4 * 64 * 100)
    blocks = 2 * 8 * 7  # unit squares whose four sides are reached
    diamond = shapely.union_all(
        [
            shapely.box(1500 + 100 * i, 1500 + 100 * j, 1600 + 100 * i, 1600 + 100 * j)
            for i in range(-8, 8)
            for j in range(-8, 8)
            if max(abs(i), abs(i + 1)) + max(abs(j), abs(j + 1)) <= 8
        ]
    )
    assert diamond.area == blocks * 100**2
    assert band.polygon.buffer(0.5).covers(diamond)


def test_connector_is_walked_before_the_street() -> None:
    network = network_of([[[0, 0], [2000, 0]]])
    area = service_areas(network, [[1000, 160]], minutes=[2, 5], mode="bike")[0]
    assert area.connector_m == 160
    assert [band.length_m for band in area.bands] == [0, pytest.approx(2 * 3 * 200)]
    assert area.bands[0].polygon.is_empty


def test_faster_connector_leaves_more_time() -> None:
    network = network_of([[[0, 0], [2000, 0]]])
    (band,) = bands_at(network, (1000, 160), [5], rules=AreaRules(connector_kmh=9.6))
    assert band.length_m == pytest.approx(2 * 4 * 80)


def river_town() -> StreetNetwork:
    """Two grids 60 m of water apart, joined by one bridge at the north end."""
    bridge = [[500, 1000], [560, 1000]]
    return network_of([*grid_lines(6, 11), *grid_lines(6, 11, x0_m=560), bridge])


def test_far_bank_is_reached_by_the_bridge_alone() -> None:
    far_bank = shapely.box(531, -100, 2000, 940)
    short, long = bands_at(river_town(), (500, 0), [12, 20])
    assert not short.polygon.intersects(far_bank)
    assert long.polygon.intersects(far_bank)
    assert long.polygon.covers(shapely.Point(560, 700))  # 1000 m + 60 m + 300 m = 17 min
    assert not long.polygon.covers(shapely.Point(560, 400))


def test_motorway_is_crossed_by_its_underpass_alone() -> None:
    town = [*grid_lines(6, 11), *grid_lines(6, 11, x0_m=600)]
    lines = [*town, [[550, -500], [550, 1500]], [[500, 500], [600, 500]]]
    highways = ["residential"] * len(town) + ["motorway", "footway"]
    near, through = bands_at(network_of(lines, highway=highways), (500, 0), [6, 12])
    assert not near.polygon.intersects(shapely.box(551, -500, 2000, 1500))
    assert through.polygon.covers(shapely.Point(600, 400))


def test_isolated_origin_gets_its_island_and_says_so() -> None:
    network = network_of([*grid_lines(8, 8), [[1000, 0], [1000, 300]]])
    area = service_areas(network, [[1010, 100]], minutes=[15], mode="walk")[0]
    assert area.status is SnapStatus.ISOLATED
    assert area.method == "network"
    assert area.bands[0].length_m == 300


def test_one_origin_too_far_does_not_stop_the_others() -> None:
    near, far, again = service_areas(CITY, [[500, 500], [9e5, 9e5], [500, 500]], minutes=[5], mode="walk")
    assert (far.status, far.bands, far.connector_m) == (SnapStatus.TOO_FAR, (), np.inf)
    assert near.bands[0].polygon == again.bands[0].polygon


def test_cap_is_settable() -> None:
    network = network_of([[[0, 0], [2000, 0]]])
    rules = AreaRules(snap=SnapRules(cap_m=20))
    assert service_areas(network, [[1000, 30]], minutes=[5], mode="walk", rules=rules)[0].bands == ()


def test_band_at_the_edge_of_the_network_is_marked() -> None:
    inside, edge = (bands_at(CITY, point_m, [4])[0] for point_m in ((1400, 1300), (20, 20)))
    assert (inside.touches_border, edge.touches_border) == (False, True)


def test_one_way_streets_bind_bikes_and_not_walkers() -> None:
    network = network_of([[[0, 0], [1000, 0]]], highway="residential", oneway="yes")
    (on_foot,) = bands_at(network, (500, 0), [1])
    (by_bike,) = bands_at(network, (500, 0), [1], "bike")
    assert (on_foot.length_m, by_bike.length_m) == (pytest.approx(160), pytest.approx(200))


def test_speed_is_told_and_used() -> None:
    crossing_m = (CITY.node_x_m[400], CITY.node_y_m[400])  # no connector, whose speed is another
    area = service_areas(CITY, [crossing_m], minutes=[10], mode="walk", speed_kmh=3.6)[0]
    assert area.speed_kmh == pytest.approx(3.6)
    assert area.bands[0].length_m == pytest.approx(bands_at(CITY, crossing_m, [7.5])[0].length_m)
    assert service_areas(CITY, [crossing_m], minutes=[1], mode="car")[0].speed_kmh is None


def test_length_is_the_sum_of_the_parts() -> None:
    (band,) = bands_at(CITY, (1400, 1300), [9])
    assert band.length_m == pytest.approx(lengths_m(CITY, band.parts).sum())


@pytest.mark.parametrize("minutes", [[], [0], [5, -1], [float("nan")], [10_000]])
def test_minutes_out_of_range_are_refused(minutes: list[float]) -> None:
    with pytest.raises(BadParameter, match="minutes"):
        service_areas(CITY, [[0, 0]], minutes=minutes, mode="walk")


def test_origin_without_coordinates_is_refused_by_position() -> None:
    with pytest.raises(BadPoint, match="position 1;"):
        service_areas(CITY, [[0, 0], [np.nan, np.nan]], minutes=[5], mode="walk")


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(UnknownMode, match="'boat'"):
        service_areas(CITY, [[0, 0]], minutes=[5], mode="boat")


def test_network_of_one_point_is_refused() -> None:
    with pytest.raises(EmptyNetwork):
        build_network(raw_from_lines([np.zeros((2, 2))]))


def test_network_of_one_edge_answers() -> None:
    (band,) = bands_at(network_of([[[0, 0], [100, 0]]]), (50, 10), [60])
    assert band.length_m == 100
    assert band.touches_border


def test_straight_line_circle_is_the_time_over_the_detour() -> None:
    (area,) = straight_line_areas([[1000, 2000]], minutes=[10, 5], speed_kmh=4.8)
    assert (area.method, area.status) == ("straight_line", SnapStatus.TOO_FAR)
    radii_m = [(band.polygon.bounds[2] - band.polygon.bounds[0]) / 2 for band in area.bands]
    assert radii_m == pytest.approx([400 / 1.3, 800 / 1.3])
    assert area.bands[1].polygon.covers(area.bands[0].polygon)
    assert all(band.polygon.centroid.equals_exact(shapely.Point(1000, 2000), 1e-6) for band in area.bands)


@pytest.mark.parametrize("factor", [0.9, 0, float("nan"), float("inf")])
def test_detour_factor_below_one_is_refused(factor: float) -> None:
    with pytest.raises(BadParameter, match=f"found {factor}"):
        straight_line_areas([[0, 0]], minutes=[5], speed_kmh=4.8, detour_factor=factor)


def test_no_points_give_no_areas() -> None:
    assert service_areas(CITY, np.zeros((0, 2)), minutes=[5], mode="walk") == []
    assert straight_line_areas(np.zeros((0, 2)), minutes=[5], speed_kmh=4.8) == []
