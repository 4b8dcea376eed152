"""The schematic network: hand-worked hops, ridges, better roads, and what must hold for any of them."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisplan.network.contiguity import border_pairs
from gisplan.network.errors import BadParameter, BadPoint
from gisplan.network.schematic import Centres, SchematicNetwork, schematic_network
from gisplan.network.schematic_centres import gabriel_pairs
from gisplan.network.schematic_rules import RULES_FILE, TERRAINS, SchematicRules, read_rules

PLAIN, HILL, MOUNTAIN = 5, 3, 1
RULES = SchematicRules(
    detour=((1.0, 1.0, 1.0, 2.0),) * 4,
    speed_kmh=((60.0,) * 4, (90.0,) * 4, (120.0,) * 4, (240.0,) * 4),
    steepest=0.1,
    ridge_m=600,
    centre_people=(5_000, 50_000),
    sought_min=1_000,
    town_speed_kmh=30,
    town_detour=1.0,
    built_up_m2=100 * np.pi,
    terminal_min=(0.0, 0.0),
)


def centres(points_km: list[tuple[float, float]], zone: int = PLAIN, people: float = 0.0) -> Centres:
    n = len(points_km)
    return Centres(
        np.array(points_km, dtype=float) * 1000,
        np.full(n, 100.0),
        np.full(n, zone),
        np.full(n, people),
        np.full(n, 1000.0),
    )


def network(
    points_km: list[tuple[float, float]], pairs: list[tuple[int, int]], **changed: object
) -> SchematicNetwork:
    whole = centres(points_km)
    return schematic_network(Centres(**{**vars(whole), **changed}), np.array(pairs), RULES)


def test_a_hop_on_the_plain_takes_its_length_at_the_speed_of_the_plain() -> None:
    net = network([(0, 0), (10, 0), (30, 0)], [(0, 1), (1, 2)])
    assert net.minutes([0], [0, 1, 2]).tolist() == [[0, 10, 30]]


def test_a_hop_runs_half_in_each_terrain() -> None:
    net = network([(0, 0), (10, 0)], [(0, 1)], zone=np.array([PLAIN, MOUNTAIN]))
    assert net.minutes([0], [1]).item() == pytest.approx(5 + 10)


def test_a_climb_makes_the_road_as_long_as_its_steepest_grade_asks() -> None:
    net = network([(0, 0), (10, 0)], [(0, 1)], altitude_m=np.array([100.0, 2100.0]))
    assert net.minutes([0], [1]).item() == pytest.approx(20)
    gentle = network([(0, 0), (10, 0)], [(0, 1)], altitude_m=np.array([100.0, 1100.0]))
    assert gentle.minutes([0], [1]).item() == pytest.approx(10)


def test_altitude_that_is_not_known_makes_no_climb() -> None:
    net = network([(0, 0), (10, 0)], [(0, 1)], altitude_m=np.array([np.nan, 2100.0]))
    assert net.minutes([0], [1]).item() == pytest.approx(10)


def test_origin_and_destination_add_the_way_through_their_built_up_area_and_those_between_do_not() -> None:
    people = np.array([10_000.0, 40_000.0, 0.0])  # radius 1 and 2 km: half a minute a km beside the open road
    points = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)]
    whole = Centres(**{**vars(centres(points)), "people": people})
    slow = SchematicRules(**{**vars(RULES), "centre_people": (1e9, 1e9)})
    net = schematic_network(whole, np.array([(0, 1), (1, 2)]), slow)
    assert net.minutes([0], [1, 2]).tolist() == [[pytest.approx(10 + 1 + 2), pytest.approx(20 + 1)]]


def test_leaving_and_parking_take_longer_in_a_city() -> None:
    rules = SchematicRules(**{**vars(RULES), "terminal_min": (1.0, 4.0), "centre_people": (1e9, 50_000)})
    whole = Centres(**{**vars(centres([(0, 0), (10, 0), (20, 0)])), "people": np.array([1.0, 2.0, 60_000.0])})
    whole = Centres(**{**vars(whole), "area_km2": np.full(3, 1e-9)})
    net = schematic_network(whole, np.array([(0, 1), (1, 2)]), rules)
    assert net.minutes([0], [0, 1, 2]).tolist() == [
        [0, pytest.approx(12, abs=1e-3), pytest.approx(25, abs=1e-3)]
    ]


def test_a_built_up_area_is_never_larger_than_its_municipality() -> None:
    net = network([(0, 0), (9, 0)], [(0, 1)], people=np.array([1e6, 0.0]), area_km2=np.array([np.pi, 1.0]))
    assert net.town_min.tolist() == [pytest.approx(1), 0]


def test_what_no_hop_joins_is_unreachable() -> None:
    net = network([(0, 0), (10, 0), (99, 0)], [(0, 1)])
    assert net.minutes([0, 2], [1, 2]).tolist() == [[10, np.inf], [np.inf, 0]]


def two_valleys(**changed: object) -> SchematicNetwork:
    """Heads of two valleys 8 km apart, at 1,500 m, each draining to a village below it, both to one mouth."""
    points = [(0.0, 0.0), (0.0, 8.0), (3.0, 0.5), (3.0, 7.5), (7.0, 4.0)]
    pairs = [(0, 1), (0, 2), (1, 3), (2, 3), (2, 4), (3, 4)]
    altitude_m = np.array([1500.0, 1500.0, 1000.0, 1000.0, 500.0])
    return network(points, pairs, **({"zone": np.full(5, MOUNTAIN), "altitude_m": altitude_m} | changed))


def test_valleys_are_followed_down_and_a_ridge_is_not_crossed_where_a_common_neighbour_is_nearer() -> None:
    net = two_valleys()
    hops = set(map(tuple, net.hops.tolist()))
    assert {(0, 2), (1, 3), (2, 4), (3, 4)} <= hops
    assert net.ridges.tolist() == [[2, 3]]


def test_a_pass_lies_as_high_above_the_lower_village_as_the_rules_say() -> None:
    points = [(0.0, 0.0), (0.0, 5.0), (1.0, 0.0), (1.0, 5.0)]
    net = network(
        points,
        [(0, 1), (0, 2), (1, 3)],
        zone=np.full(4, MOUNTAIN),
        altitude_m=np.array([1500.0, 1400.0, 1000.0, 1000.0]),
    )
    top_m = 1400 + 600
    road_km = (top_m - 1500 + top_m - 1400) / 0.1 / 1000
    assert net.minutes([0], [1]).item() == pytest.approx(road_km)


def test_villages_near_each_other_have_no_ridge_between() -> None:
    near = network(
        [(0.0, 0.0), (0.0, 4.0), (0.0, -3.0), (0.0, 7.0)],
        [(0, 1), (0, 2), (1, 3)],
        zone=np.full(4, MOUNTAIN),
        altitude_m=np.array([1500.0, 1500.0, 1000.0, 1000.0]),
    )
    assert near.minutes([0], [1]).item() == pytest.approx(4 * 2)


def test_the_way_down_is_followed_past_a_side_village() -> None:
    """The head of a valley, its mouth, a village above both on the way, and a hamlet beside either end."""
    points = [(0.0, 0.0), (6.0, 0.0), (3.0, 0.0), (-1.0, 0.0), (7.0, 0.0)]
    net = network(
        points,
        [(0, 1), (0, 2), (1, 2), (0, 3), (1, 4)],
        zone=np.full(5, MOUNTAIN),
        altitude_m=np.array([1500.0, 1000.0, 1600.0, 1500.0, 1000.0]),
    )
    assert net.ridges.tolist() == []
    along_ridge = network(
        points,
        [(0, 1), (0, 2), (1, 2), (0, 3), (1, 4)],
        zone=np.full(5, MOUNTAIN),
        altitude_m=np.array([1500.0, 1500.0, 1600.0, 1400.0, 1400.0]),
    )
    assert along_ridge.ridges.tolist() == [[0, 1]]


def test_on_the_plain_and_where_altitudes_are_not_known_there_are_no_ridges() -> None:
    assert len(two_valleys(zone=np.full(5, PLAIN)).ridges) == 0
    assert len(two_valleys(altitude_m=np.full(5, np.nan)).ridges) == 0


def test_ridges_leave_in_one_piece_what_was_in_one_piece() -> None:
    rng = np.random.default_rng(7)
    points = rng.uniform(0, 50, (60, 2))
    pairs = [
        (a, b) for a in range(60) for b in range(a + 1, 60) if np.linalg.norm(points[a] - points[b]) < 14
    ]
    heights_m = rng.uniform(300, 2000, 60)
    net = network([tuple(one) for one in points], pairs, zone=np.full(60, MOUNTAIN), altitude_m=heights_m)
    before, after = (nx.Graph(map(tuple, one)) for one in (pairs, net.hops.tolist()))
    assert len(net.ridges) > 20
    assert list(map(sorted, nx.connected_components(before))) == list(
        map(sorted, nx.connected_components(after))
    )


def test_large_centres_are_joined_by_better_roads_along_the_quickest_hops() -> None:
    points = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (10.0, 9.0)]
    people = np.array([6_000.0, 10.0, 6_000.0, 10.0])
    net = network(points, [(0, 1), (1, 2), (0, 3), (2, 3)], people=people, area_km2=np.full(4, 1e-9))
    road = dict(zip(map(tuple, net.hops.tolist()), net.road.tolist(), strict=True))
    assert road == {(0, 1): 1, (1, 2): 1, (0, 3): 0, (2, 3): 0}
    assert net.minutes([0], [2]).item() == pytest.approx(20 / 90 * 60, abs=1e-3)


def test_a_motorway_joins_its_ends_along_the_quickest_hops_and_nobody_between() -> None:
    points = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)]
    pairs = np.array([(0, 1), (1, 2), (2, 3)])
    net = schematic_network(centres(points), pairs, RULES, motorways=np.array([(0, 2)]))
    assert net.legs.tolist() == [[0, 2]]
    assert net.minutes([0], [1, 2, 3]).tolist() == [[10, pytest.approx(5), pytest.approx(15)]]
    whole = schematic_network(centres(points), pairs, RULES, motorways=np.array([(0, 1), (3, 0)]))
    assert whole.minutes([0], [1, 3]).tolist() == [[pytest.approx(2.5), pytest.approx(7.5)]]


def test_a_motorway_to_where_no_hops_lead_is_not_drawn() -> None:
    net = schematic_network(
        centres([(0, 0), (10, 0), (50, 0)]), np.array([(0, 1)]), RULES, motorways=np.array([(0, 2)])
    )
    assert len(net.legs) == 0
    assert net.minutes([0], [2]).item() == np.inf


def test_cities_are_joined_by_the_best_roads() -> None:
    net = network([(0, 0), (10, 0)], [(0, 1)], people=np.full(2, 60_000.0), area_km2=np.full(2, 1e-9))
    assert net.road.tolist() == [2]


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 25), st.integers(0, 10_000))
def test_minutes_are_those_of_another_search_and_do_not_depend_on_the_order(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 50_000, (n, 2))
    pairs = np.array([(a, b) for a in range(n) for b in range(a + 1, n) if rng.random() < 0.3], int).reshape(
        -1, 2
    )
    whole = Centres(
        points,
        rng.uniform(0, 2000, n),
        rng.integers(0, 6, n),
        rng.choice([100.0, 8_000.0, 80_000.0], n),
        rng.uniform(5, 100, n),
    )
    net = schematic_network(whole, pairs, read_rules())
    everyone = np.arange(n)
    found = net.minutes(everyone, everyone)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from((a, b, w) for (a, b), w in zip(net.hops.tolist(), net.hop_min, strict=True))
    expected = np.full((n, n), np.inf)
    for start, ways in nx.all_pairs_dijkstra_path_length(graph):
        for end, minutes in ways.items():
            expected[start, end] = 0 if start == end else minutes + net.town_min[[start, end]].sum()
    np.testing.assert_allclose(found, expected)
    order = rng.permutation(n)
    place = np.argsort(order)
    turned = Centres(*(getattr(whole, name)[order] for name in vars(whole)))
    again = schematic_network(turned, place[pairs], read_rules()).minutes(everyone, everyone)
    np.testing.assert_allclose(again[np.ix_(place, place)], found)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 30), st.integers(0, 10_000))
def test_gabriel_pairs_are_those_of_the_definition(n: int, seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 1000, (n, 2))
    expected = [
        (a, b)
        for a in range(n)
        for b in range(a + 1, n)
        if all(
            np.sum((points[a] - points[c]) ** 2) + np.sum((points[b] - points[c]) ** 2)
            >= np.sum((points[a] - points[b]) ** 2)
            for c in range(n)
            if c not in (a, b)
        )
    ]
    assert list(map(tuple, gabriel_pairs(points).tolist())) == expected


def test_gabriel_pairs_of_centres_in_one_line_follow_the_line() -> None:
    points = np.array([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0), (4.0, 0.0)])
    assert gabriel_pairs(points).tolist() == [[0, 1], [1, 2], [2, 3], [3, 4]]


def test_areas_with_a_piece_of_border_in_common_are_neighbours_and_those_that_meet_in_a_point_are_not() -> (
    None
):
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for y in (0, 1) for x in (0, 1)])
    assert border_pairs(squares).tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]


def test_a_border_without_common_vertices_is_a_border() -> None:
    assert border_pairs(np.array([shapely.box(0, 0, 1, 3), shapely.box(1, 1, 2, 2)])).tolist() == [[0, 1]]


def test_an_enclave_is_a_neighbour_of_what_surrounds_it() -> None:
    hole = shapely.box(1, 1, 2, 2)
    ring = shapely.box(0, 0, 3, 3) - hole
    assert border_pairs(np.array([ring, hole, shapely.box(9, 9, 10, 10)])).tolist() == [[0, 1]]


def test_an_area_without_polygon_is_refused() -> None:
    with pytest.raises(BadParameter, match="none at position 1; leave it out"):
        border_pairs(np.array([shapely.box(0, 0, 1, 1), shapely.Polygon()]))


def test_every_value_of_the_rules_is_read_from_the_file_with_its_source() -> None:
    rules = read_rules()
    assert len(rules.detour[0]) == len(TERRAINS)
    assert all(detour >= 1 for of_road in rules.detour for detour in of_road)
    local, main, trunk, motorway = rules.speed_kmh
    assert all(a < b < c < d for a, b, c, d in zip(local, main, trunk, motorway, strict=True))


def test_rules_without_a_source_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = RULES_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace('source = "ISPRA', 'note = "ISPRA'), encoding="utf-8")
    with pytest.raises(BadParameter, match=r"its source for town.built_up_m2_per_person in own.toml"):
        read_rules(path)


def test_rules_below_zero_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(RULES_FILE.read_text(encoding="utf-8").replace("value = 0.07", "value = -1"))
    with pytest.raises(BadParameter, match="above 0 and its source for steepest"):
        read_rules(path)


@pytest.mark.parametrize(
    ("changed", "kind", "sentence"),
    [
        ({"points_m": np.array([(0, 0), (np.nan, 0)])}, BadPoint, "none at position 1"),
        ({"zone": np.array([5, 6])}, BadParameter, "zones from 1 to 5"),
        ({"people": np.array([1.0])}, BadParameter, "Expected 2 values"),
    ],
)
def test_bad_centres_are_refused(changed: dict[str, object], kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        network([(0, 0), (1, 0)], [(0, 1)], **changed)


@pytest.mark.parametrize("pair", [(0, 2), (-1, 0), (1, 1)])
def test_pairs_that_name_no_two_centres_are_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(BadParameter, match="pairs of two positions below 2"):
        network([(0, 0), (1, 0)], [pair])
