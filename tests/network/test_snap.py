import numpy as np
import pytest
import shapely
from street_samples import grid_lines, network_of

from gisplan.network import SnapRules, SnapStatus, StreetNetwork, build_network, snap
from gisplan.network.errors import BadParameter, BadPoint, UnknownMode
from gisplan.network.synthetic import CityPlan, generate_city

STREET = [[0, 0], [1000, 0]]


def test_point_snaps_onto_the_edge_and_not_the_node() -> None:
    found = snap(network_of([STREET]), [[300, 40]], mode="walk")
    assert (found.x_m[0], found.y_m[0], found.connector_m[0], found.fraction[0]) == (300, 0, 40, 0.3)


def test_fraction_runs_along_a_bent_edge() -> None:
    found = snap(network_of([[[0, 0], [60, 0], [60, 40]]]), [[70, 20]], mode="walk")
    assert (found.fraction[0], found.connector_m[0]) == (0.8, 10)


def test_cap_is_inclusive_and_beyond_it_is_too_far() -> None:
    found = snap(network_of([STREET]), [[500, 200], [500, 200.01], [4e6, 5e6]], mode="walk")
    assert found.status == (SnapStatus.SNAPPED, SnapStatus.TOO_FAR, SnapStatus.TOO_FAR)
    assert found.edge.tolist() == [0, -1, -1]
    assert found.connector_m[1:].tolist() == [np.inf, np.inf]
    assert np.isnan(found.fraction[1:]).all()


def test_only_streets_open_to_the_mode_are_snapped_to() -> None:
    network = network_of([[[0, 10], [1000, 10]], [[0, 50], [1000, 50]]], highway=["motorway", "footway"])
    assert snap(network, [[500, 0]], mode="walk").y_m.tolist() == [50]
    assert snap(network, [[500, 0]], mode="car").y_m.tolist() == [10]
    assert snap(network, [[500, 0]], mode="bike").status == (SnapStatus.TOO_FAR,)


def test_nearest_edge_agrees_with_geos_on_a_generated_city() -> None:
    network, _ = build_network(generate_city(CityPlan(columns=40, rows=40), seed=3))
    draw = np.random.default_rng(0)
    points_m = draw.uniform((-150, -150), (3900, 3700), (500, 2))
    owner = np.repeat(np.arange(network.n_edges), np.diff(network.coord_offsets))
    streets = shapely.linestrings(network.coords_m, indices=owner)
    nearest_m = shapely.STRtree(streets).query_nearest(
        shapely.points(points_m), return_distance=True, all_matches=False
    )[1]
    found = snap(network, points_m, mode="walk", rules=SnapRules(cap_m=500))
    np.testing.assert_allclose(found.connector_m, nearest_m, rtol=0, atol=1e-9)
    on_edge = shapely.line_interpolate_point(streets[found.edge], found.fraction, normalized=True)
    np.testing.assert_allclose(
        shapely.get_coordinates(on_edge), np.column_stack((found.x_m, found.y_m)), atol=1e-6
    )


def island_beside(gap_m: float) -> StreetNetwork:
    return network_of([*grid_lines(8, 8), [[700 + gap_m, 0], [700 + gap_m, 300]]])


def test_origin_on_a_small_part_of_the_network_is_isolated() -> None:
    found = snap(island_beside(150), [[860, 100]], mode="walk")
    assert (found.status, found.x_m[0], found.passed_over[0]) == ((SnapStatus.ISOLATED,), 850, False)


def test_small_part_is_passed_over_for_a_street_hardly_farther() -> None:
    found = snap(island_beside(40), [[741, 100]], mode="walk")
    assert (found.status, found.x_m[0], found.passed_over[0]) == ((SnapStatus.SNAPPED,), 700, True)
    assert found.connector_m[0] == 41


def test_passing_over_never_goes_beyond_the_cap() -> None:
    found = snap(island_beside(40), [[741, 100]], mode="walk", rules=SnapRules(cap_m=40))
    assert found.status == (SnapStatus.ISOLATED,)


def test_the_whole_of_a_small_network_is_not_isolated() -> None:
    assert snap(network_of([[[0, 0], [80, 0]]]), [[40, 5]], mode="walk").status == (SnapStatus.SNAPPED,)


def test_mode_that_no_street_allows_is_too_far_everywhere() -> None:
    assert snap(network_of([STREET]), [[500, 0]], mode="car").status == (SnapStatus.TOO_FAR,)


def test_points_that_are_no_numbers_are_refused_by_position() -> None:
    with pytest.raises(BadPoint, match="position 1, 3;"):
        snap(network_of([STREET]), [[0, 0], [np.nan, 0], [5, 5], [0, np.inf]], mode="walk")


def test_points_of_another_shape_are_refused() -> None:
    with pytest.raises(BadPoint, match=r"found \(2,\)"):
        snap(network_of([STREET]), [1.0, 2.0], mode="walk")


def test_no_points_give_no_snaps() -> None:
    assert snap(network_of([STREET]), np.zeros((0, 2)), mode="walk").status == ()


def test_bad_rules_and_modes_are_refused() -> None:
    with pytest.raises(BadParameter, match="cap_m of 0 m or more, found -1"):
        SnapRules(cap_m=-1)
    with pytest.raises(UnknownMode, match="'train'"):
        snap(network_of([STREET]), [[0, 0]], mode="train")
