import numpy as np
import pytest
from street_samples import network_of, shuffled

from gisplan.network import NetworkError, RawStreets, build_network
from gisplan.network.errors import BadStreets, EmptyNetwork
from gisplan.network.synthetic import CityPlan, generate_city


def raw_of(nodes_m: list[list[float]], ways: list[list[int]], **tags: list[str | None]) -> RawStreets:
    xy_m = np.array(nodes_m, dtype=float).reshape(-1, 2)
    return RawStreets(
        node_key=np.arange(len(xy_m)),
        x_m=xy_m[:, 0],
        y_m=xy_m[:, 1],
        way_offsets=np.concatenate(([0], np.cumsum([len(way) for way in ways]))).astype(np.int64),
        way_nodes=np.array([node for way in ways for node in way], dtype=np.int32),
        tags=tags,
    )


CROSS_M = [[0, 0], [100, 0], [200, 0], [100, -50], [100, 50]]


def test_ways_are_cut_at_shared_nodes() -> None:
    network, report = build_network(raw_of(CROSS_M, [[0, 1, 2], [3, 1, 4]]))
    assert (report.nodes, report.edges, report.components, report.dead_ends) == (5, 4, 1, 4)
    assert sorted(network.edge_length_m) == [50, 50, 100, 100]


def test_bridge_over_a_street_is_not_a_crossing() -> None:
    bridge = [[0, 0], [200, 0], [100, -50], [100, 50]]
    assert build_network(raw_of(bridge, [[0, 1], [2, 3]]))[1].components == 2


def test_interior_nodes_become_geometry_and_not_graph() -> None:
    network, report = build_network(raw_of([[0, 0], [30, 40], [60, 0]], [[0, 1, 2]]))
    assert (report.nodes, report.edges) == (2, 1)
    assert network.coords_m.tolist() == [[0, 0], [30, 40], [60, 0]]
    assert network.edge_length_m.tolist() == [100]


def test_closed_way_keeps_its_whole_length() -> None:
    square = [[0, 0], [100, 0], [100, 100], [0, 100]]
    network, report = build_network(raw_of(square, [[0, 1, 2, 3, 0]]))
    assert (report.nodes, report.edges, network.edge_length_m.tolist()) == (1, 1, [400])


def test_way_that_crosses_itself_is_cut_there() -> None:
    eight = [[0, 0], [100, 0], [100, 100], [50, 0], [50, -80]]
    network, _ = build_network(raw_of(eight, [[0, 3, 1, 2, 3, 4]]))
    assert sorted(network.edge_length_m.round(6)) == [50, 80, pytest.approx(50 + 100 + np.hypot(50, 100))]


def test_each_drop_is_counted_by_its_reason() -> None:
    nodes_m = [[0, 0], [100, 0], [np.nan, 0], [100, 0], [100, 0]]
    ways = [[0, 1], [1], [0, 2], [3, 3], [0, 1], []]
    tags = {"highway": ["footway", "footway", "footway", "footway", "construction", "footway"]}
    _, report = build_network(raw_of(nodes_m, ways, **tags))
    assert report.dropped == {
        "fewer_than_two_nodes": 2,
        "not_finite": 1,
        "zero_length": 1,
        "closed_to_all": 1,
    }
    assert (report.ways_read, report.edges) == (6, 1)


def test_zero_length_link_between_two_nodes_still_joins_them() -> None:
    _, report = build_network(raw_of([[0, 0], [100, 0], [100, 0], [200, 0]], [[0, 1], [1, 2], [2, 3]]))
    assert (report.components, report.edges) == (1, 3)


def test_directions_drawn_apart_become_one_edge() -> None:
    nodes_m = [[0, 0], [100, 0], [50, 20], [50, 20]]
    network, report = build_network(raw_of(nodes_m, [[0, 2, 1], [1, 3, 0]], highway=["residential"] * 2))
    assert (report.edges, report.merged_twins) == (1, 1)
    assert np.isfinite(network.edge_min("car")).all()


def test_two_one_way_twins_open_both_directions() -> None:
    streets = raw_of([[0, 0], [100, 0]], [[0, 1], [1, 0]], highway=["residential"] * 2, oneway=["yes"] * 2)
    network, _ = build_network(streets)
    assert np.isfinite(network.edge_min("car")).all()


def test_parallel_streets_of_other_shape_are_both_kept() -> None:
    nodes_m = [[0, 0], [100, 0], [50, 20], [50, -20]]
    assert build_network(raw_of(nodes_m, [[0, 2, 1], [0, 3, 1]]))[1].edges == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_network_is_the_same_whatever_the_order_of_nodes_and_ways(seed: int) -> None:
    raw = generate_city(CityPlan(columns=12, rows=9), seed=5)
    assert build_network(raw)[0].digest == build_network(shuffled(raw, seed))[0].digest


def test_digest_changes_with_the_streets() -> None:
    assert network_of([[[0, 0], [100, 0]]]).digest != network_of([[[0, 0], [101, 0]]]).digest


def test_lengths_by_mode_are_reported_in_km() -> None:
    streets = raw_of(CROSS_M, [[0, 1, 2], [3, 1, 4]], highway=["motorway", "footway"])
    assert build_network(streets)[1].length_km == pytest.approx(
        {"all": 0.3, "walk": 0.1, "bike": 0.0, "car": 0.2}
    )


@pytest.mark.parametrize(
    ("nodes_m", "ways"),
    [([], []), ([[0, 0]], [[0]]), ([[0, 0]], [[0, 0]]), ([[0, 0], [np.inf, 1]], [[0, 1]])],
)
def test_no_usable_street_is_refused_and_not_an_empty_network(
    nodes_m: list[list[float]], ways: list[list[int]]
) -> None:
    with pytest.raises(EmptyNetwork, match="at least one usable street"):
        build_network(raw_of(nodes_m, ways))


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadStreets, match="between 0 and 1, found 0 to 7"):
        build_network(raw_of([[0, 0], [1, 0]], [[0, 7]]))
    with pytest.raises(NetworkError, match="matching lengths"):
        build_network(raw_of([[0, 0], [1, 0]], [[0, 1]], highway=[]))


def test_arrays_of_a_network_cannot_be_changed() -> None:
    network = network_of([[[0, 0], [100, 0]]])
    with pytest.raises(ValueError, match="read-only"):
        network.node_x_m[0] = 5
