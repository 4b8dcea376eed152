"""A link that is not there yet: the times through it follow from its length."""

from dataclasses import replace

import numpy as np
import pytest
from street_samples import WALK_M_PER_MIN, grid_lines, network_of, node_at

from gisplan.network import (
    NetworkError,
    SnapRules,
    StreetNetwork,
    Travel,
    build_network,
    od_matrix,
    raw_from_lines,
)
from gisplan.network.links import with_link

FAR_BANK_M = 500.0


@pytest.fixture(scope="module")
def banks() -> StreetNetwork:
    """Two grids of 300 m, 200 m of river between them, no bridge."""
    return network_of([*grid_lines(4, 4), *grid_lines(4, 4, x0_m=FAR_BANK_M)], highway="residential")


def minutes(network: StreetNetwork, one: list[float], other: list[float], mode: str = "walk") -> float:
    return float(
        od_matrix(network, np.array([one]), np.array([other]), Travel(mode, minutes=60)).od_min[0, 0]
    )


def test_bridge_joins_what_was_apart_at_the_length_of_its_way(banks: StreetNetwork) -> None:
    bridged = with_link(banks, np.array([[300.0, 100.0], [500.0, 100.0]]), mode="walk")
    assert minutes(banks, [0, 100], [800, 100]) == np.inf
    assert minutes(bridged, [0, 100], [800, 100]) == pytest.approx(800 / WALK_M_PER_MIN)
    assert minutes(bridged, [0, 100], [800, 100], mode="bike") == pytest.approx(800 / 200)
    assert minutes(bridged, [0, 100], [800, 100], mode="car") == np.inf


def test_link_between_crossings_cuts_the_streets_that_it_meets(banks: StreetNetwork) -> None:
    bridged = with_link(banks, np.array([[300.0, 130.0], [500.0, 170.0]]), mode="walk")
    assert (bridged.n_nodes, bridged.n_edges) == (banks.n_nodes + 2, banks.n_edges + 3)
    assert bridged.edge_length_m.sum() == pytest.approx(banks.edge_length_m.sum() + np.hypot(200, 40))
    expected_m = 30 + np.hypot(200, 40) + 30
    assert minutes(bridged, [300, 100], [500, 200]) == pytest.approx(expected_m / WALK_M_PER_MIN)


def test_way_from_the_street_to_an_end_beside_it_is_a_part_of_the_link(banks: StreetNetwork) -> None:
    bridged = with_link(banks, np.array([[340.0, 150.0], [480.0, 150.0]]), mode="walk")
    assert bridged.edge_length_m.max() == pytest.approx(200)
    assert minutes(bridged, [300, 150], [500, 150]) == pytest.approx(200 / WALK_M_PER_MIN)


def test_the_network_given_is_not_changed(banks: StreetNetwork) -> None:
    before = banks.digest
    bridged = with_link(banks, np.array([[300.0, 130.0], [500.0, 170.0]]), mode="walk")
    assert banks.digest == before != bridged.digest
    assert minutes(banks, [0, 100], [800, 100]) == np.inf


def test_both_ends_on_one_street_make_a_short_cut() -> None:
    bend = network_of([[[0, 0], [0, 300], [100, 300], [100, 0]]], highway="residential")
    cut = with_link(bend, np.array([[0.0, 50.0], [100.0, 50.0]]), mode="walk")
    assert minutes(bend, [0, 0], [100, 0]) == pytest.approx(700 / WALK_M_PER_MIN)
    assert minutes(cut, [0, 0], [100, 0]) == pytest.approx(200 / WALK_M_PER_MIN)


def test_cut_has_the_altitude_of_the_way_between_the_ends_of_its_street() -> None:
    lines = [np.array(line, dtype=float) for line in ([[0, 0], [100, 0]], [[0, 300], [100, 300]])]
    raw = raw_from_lines(lines, tags={"highway": ["path", "path"]})
    sloping, _ = build_network(replace(raw, z_m=np.where(raw.x_m > 50, 10.0, 0.0)))
    linked = with_link(sloping, np.array([[25.0, 0.0], [100.0, 300.0]]), mode="walk")
    assert linked.node_z_m[node_at(linked, 25, 0)] == pytest.approx(2.5)


def test_end_without_a_street_near_is_refused_by_its_position(banks: StreetNetwork) -> None:
    with pytest.raises(NetworkError, match="Expected a street within 50 m of end 1 of the link"):
        with_link(banks, np.array([[300.0, 100.0], [400.0, 100.0]]), mode="walk", rules=SnapRules(cap_m=50))


def test_end_that_is_no_number_is_refused(banks: StreetNetwork) -> None:
    with pytest.raises(NetworkError, match="Expected finite coordinates"):
        with_link(banks, np.array([[np.nan, 100.0], [500.0, 100.0]]), mode="walk")
