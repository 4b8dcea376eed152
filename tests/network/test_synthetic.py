import numpy as np
import pytest

from gisplan.network import build_network
from gisplan.network.errors import BadParameter
from gisplan.network.synthetic import CityPlan, generate_city


def test_same_seed_gives_the_same_city_everywhere() -> None:
    network, _ = build_network(generate_city(CityPlan(columns=20, rows=20), seed=7))
    assert network.n_nodes == 419
    assert network.digest == build_network(generate_city(CityPlan(columns=20, rows=20), seed=7))[0].digest
    assert network.digest != build_network(generate_city(CityPlan(columns=20, rows=20), seed=8))[0].digest


def test_rivers_are_crossed_by_bridges_alone() -> None:
    plan = CityPlan(columns=40, rows=30)
    network, report = build_network(generate_city(plan, seed=1))
    bank_m = plan.river_every * plan.block_m
    west = network.node_x_m < bank_m
    crossing = west[network.edge_tail] != west[network.edge_head]
    assert 0 < np.count_nonzero(crossing) <= plan.rows / plan.bridge_every + 1
    assert network.edge_length_m[crossing].min() > plan.river_m
    assert report.dead_ends > 0


def test_some_streets_are_one_way() -> None:
    network, _ = build_network(generate_city(seed=0))
    one_way = np.isinf(network.edge_min("car")).any(axis=1)
    assert 0.1 < one_way.mean() < 0.4
    assert np.isfinite(network.edge_min("walk")).all()


def test_city_of_one_crossing_is_refused() -> None:
    with pytest.raises(BadParameter, match="found 1 x 5"):
        generate_city(CityPlan(columns=1, rows=5))
