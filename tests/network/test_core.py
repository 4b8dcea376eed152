"""The smaller graph of a matrix: nodes taken out, times between the others unchanged."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from street_samples import as_matrix, network_of

from gisplan.network import build_network
from gisplan.network.core import Core, core_of
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

CITY = build_network(generate_city(CityPlan(columns=30, rows=25), seed=13))[0]


def matrix_of(core: Core) -> csr_array:
    size = len(core.arcs.start) - 1
    return csr_array((core.arcs.cost_min, core.arcs.head, core.arcs.start), shape=(size, size))


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
@pytest.mark.parametrize("seed", [0, 1])
def test_times_between_kept_nodes_are_those_of_scipy_on_the_whole_graph(mode: Mode, seed: int) -> None:
    kept = np.random.default_rng(seed).choice(CITY.n_nodes, 20, replace=False).astype(np.int32)
    core = core_of(CITY.arcs(mode), kept, limit_min=240)
    assert len(core.arcs.start) - 1 < 0.6 * CITY.n_nodes
    expected = dijkstra(as_matrix(CITY, mode), indices=kept)[:, kept]
    found = dijkstra(matrix_of(core), indices=core.place[kept])[:, core.place[kept]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_street_without_crossings_becomes_one_arc_each_way() -> None:
    street = network_of([[[0, 0], [80, 0]], [[80, 0], [160, 0]], [[160, 0], [240, 0]]], highway="residential")
    ends = np.array([np.argmin(street.node_x_m), np.argmax(street.node_x_m)], dtype=np.int32)
    core = core_of(street.arcs("walk"), ends, limit_min=240)
    assert core.arcs.cost_min.tolist() == pytest.approx([3, 3])
    assert sorted(core.place.tolist()) == [-1, -1, 0, 1]


def test_shortcut_longer_than_the_limit_is_left_out() -> None:
    street = network_of([[[0, 0], [80, 0]], [[80, 0], [160, 0]]], highway="residential")
    ends = np.array([np.argmin(street.node_x_m), np.argmax(street.node_x_m)], dtype=np.int32)
    assert len(core_of(street.arcs("walk"), ends, limit_min=2).arcs.head) == 2
    assert len(core_of(street.arcs("walk"), ends, limit_min=1.9).arcs.head) == 0


def test_faster_of_two_parallel_ways_is_kept() -> None:
    two = network_of([[[0, 0], [80, 0]], [[0, 0], [40, 60], [80, 0]]], highway="residential")
    core = core_of(two.arcs("walk"), np.array([0, 1], dtype=np.int32), limit_min=240)
    assert core.arcs.cost_min.tolist() == pytest.approx([1, 1])
