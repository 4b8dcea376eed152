import pytest

from gisplan.network.errors import BadParameter, UnknownMode
from gisplan.network.profiles import (
    DEFAULT_KMH,
    MODES,
    SPEED_SOURCES,
    mode_index,
    speed_ratio,
    speed_table,
    street_speeds,
)

Open = tuple[bool, bool]
BOTH, NONE = (True, True), (False, False)


def open_ways(tags: dict[str, str | None]) -> tuple[Open, ...]:
    return tuple((forward > 0, backward > 0) for forward, backward in street_speeds(tags))


@pytest.mark.parametrize(
    ("tags", "walk", "bike", "car"),
    [
        ({}, BOTH, BOTH, NONE),
        ({"highway": "residential"}, BOTH, BOTH, BOTH),
        ({"highway": "motorway"}, NONE, NONE, (True, False)),
        ({"highway": "trunk"}, NONE, NONE, BOTH),
        ({"highway": "trunk", "foot": "yes"}, BOTH, NONE, BOTH),
        ({"highway": "primary", "motorroad": "yes"}, NONE, NONE, BOTH),
        ({"highway": "footway"}, BOTH, NONE, NONE),
        ({"highway": "footway", "bicycle": "designated"}, BOTH, BOTH, NONE),
        ({"highway": "steps"}, BOTH, NONE, NONE),
        ({"highway": "pedestrian"}, BOTH, BOTH, NONE),
        ({"highway": "cycleway", "foot": "no"}, NONE, BOTH, NONE),
        ({"highway": "construction"}, NONE, NONE, NONE),
        ({"highway": "service", "access": "private"}, NONE, NONE, NONE),
        ({"highway": "service", "access": "no", "foot": "yes"}, BOTH, NONE, NONE),
        ({"highway": "residential", "motor_vehicle": "no"}, BOTH, BOTH, NONE),
        ({"highway": "residential", "vehicle": "no"}, BOTH, NONE, NONE),
        ({"highway": "residential", "oneway": "yes"}, BOTH, (True, False), (True, False)),
        ({"highway": "residential", "oneway": "True"}, BOTH, (True, False), (True, False)),
        ({"highway": "residential", "oneway": "-1"}, BOTH, (False, True), (False, True)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, BOTH, BOTH, (True, False)),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, BOTH, BOTH, (True, False)),
        ({"highway": "residential", "oneway": "reversible"}, BOTH, NONE, NONE),
        ({"highway": "tertiary", "junction": "roundabout"}, BOTH, (True, False), (True, False)),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "no"}, BOTH, BOTH, BOTH),
        ({"highway": "footway", "oneway:foot": "yes"}, (True, False), NONE, NONE),
        ({"highway": "residential;footway"}, BOTH, NONE, NONE),
        ({"highway": "residential", "access": "yes;no"}, NONE, NONE, NONE),
        ({"maxspeed": "50"}, BOTH, BOTH, BOTH),
    ],
)
def test_tags_open_a_street_to_each_mode_and_direction(
    tags: dict[str, str | None], walk: Open, bike: Open, car: Open
) -> None:
    assert open_ways(tags) == (walk, bike, car)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 25),
        ({"highway": "primary", "maxspeed": "50"}, 40),
        ({"highway": "primary", "maxspeed": "30;50"}, 24),
        ({"highway": "primary", "maxspeed": "30 mph"}, 0.8 * 30 * 1.609344),
        ({"highway": "primary", "maxspeed": "IT:urban"}, 40),
        ({"highway": "primary", "maxspeed": "signals"}, 65),
        ({"highway": "primary;residential"}, 25),
        ({"highway": "pedestrian", "motor_vehicle": "destination"}, 15),
    ],
)
def test_cars_take_the_limit_else_the_class(tags: dict[str, str | None], kmh: float) -> None:
    assert street_speeds(tags)[2] == pytest.approx((kmh, kmh))


def test_rough_ground_slows_bikes_and_not_walkers() -> None:
    walk, bike, _ = street_speeds({"highway": "track", "surface": "gravel"})
    assert walk == (4.8, 4.8)
    assert bike == pytest.approx((12 * 6 / 15,) * 2)


def test_speed_ratio_follows_the_asked_speed() -> None:
    assert speed_ratio("walk", None) == 1
    assert speed_ratio("walk", 3.6) == pytest.approx(0.75)


@pytest.mark.parametrize("kmh", [0, -1, float("nan"), float("inf"), 131])
def test_speed_out_of_range_is_refused_by_value(kmh: float) -> None:
    with pytest.raises(BadParameter, match=str(kmh)):
        speed_ratio("bike", kmh)


def test_cars_take_no_single_speed() -> None:
    with pytest.raises(BadParameter, match="each street"):
        speed_ratio("car", 50)


def test_mode_without_profile_is_refused_with_the_modes_there_are() -> None:
    with pytest.raises(UnknownMode, match="walk, bike, car, found 'horse'"):
        mode_index("horse")


def test_steps_take_three_times_as_long_as_flat_ground() -> None:
    assert street_speeds({"highway": "steps"})[0] == pytest.approx((1.6, 1.6))
    assert street_speeds({"highway": "footway;steps"})[0] == pytest.approx((1.6, 1.6))


def test_every_mode_names_the_source_of_its_speed() -> None:
    assert set(SPEED_SOURCES) == set(MODES)
    assert all(f"{kmh:g} km/h" in SPEED_SOURCES[mode] for mode, kmh in DEFAULT_KMH.items() if kmh)


def test_table_of_speeds_has_each_with_its_source_and_follows_the_asked_speed() -> None:
    walk, steps = speed_table("walk", 3.6)
    assert (walk["km/h"], steps["km/h"]) == (3.6, 1.2)
    by_kind = {row["speed"]: row["km/h"] for row in speed_table("bike")}
    assert by_kind["bike"] == DEFAULT_KMH["bike"] == street_speeds({"highway": "residential"})[1][0]
    for surface in ("gravel", "sett", "mud"):
        assert by_kind[f"bike on {surface}"] == pytest.approx(
            street_speeds({"highway": "residential", "surface": surface})[1][0], abs=1e-3
        )
    for row in speed_table("car"):
        name = str(row["speed"]).removeprefix("car on ")
        assert row["km/h"] == street_speeds({"highway": name})[2][0]
    assert all(row["source"] for mode in MODES for row in speed_table(mode))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential", "speed_kmh": "36"}, 36.0),
        ({"highway": "residential", "speed_kmh": "36", "maxspeed": "90"}, 36.0),
        ({"speed_kmh": "20"}, 20.0),
        ({"highway": "primary", "speed_kmh": "400"}, 130.0),
        ({"highway": "footway", "speed_kmh": "36"}, 0.0),
    ],
)
def test_speed_that_a_layer_states_is_driven_as_it_is(tags: dict[str, str | None], expected: float) -> None:
    assert street_speeds(tags)[2] == (expected, expected)
