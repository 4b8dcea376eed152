import math
from pathlib import Path

import numpy as np
import pytest
from street_samples import shuffled

from gisplan.network import (
    RawStreets,
    StreetNetwork,
    Travel,
    build_network,
    load_network,
    od_matrix,
    save_network,
)
from gisplan.network.errors import BadStreets
from gisplan.network.impedance import tobler_factor

HILL_M = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]


def street(z_m: list[float] | None, **tags: str) -> RawStreets:
    """Two edges of 100 m in a line, with altitudes at their three nodes."""
    x_m, y_m = np.array(HILL_M).T
    return RawStreets(
        node_key=np.arange(3),
        x_m=x_m,
        y_m=y_m,
        way_offsets=np.array([0, 2, 4]),
        way_nodes=np.array([0, 1, 1, 2], dtype=np.int32),
        tags={key: [value] * 2 for key, value in tags.items()},
        z_m=None if z_m is None else np.array(z_m),
    )


def minutes(network: StreetNetwork, start_m: float, end_m: float, mode: str = "walk") -> float:
    return float(od_matrix(network, [[start_m, 0]], [[end_m, 0]], Travel(mode)).od_min[0, 0])


def test_factor_is_toblers_speed_over_his_speed_on_the_flat() -> None:
    # published: 6 km/h at -5 %, 5.04 km/h on the flat (Tobler 1993)
    assert 6 * math.exp(-3.5 * 0.05) == pytest.approx(5.04, abs=0.005)
    slopes = np.array([0.0, -0.05, -0.1, 0.1, 0.5])
    kmh = 6 * np.exp(-3.5 * np.abs(slopes + 0.05))
    np.testing.assert_allclose(tobler_factor(slopes), kmh / kmh[0], rtol=1e-12)


def test_uphill_takes_longer_than_down() -> None:
    network, report = build_network(street([200, 210, 210]))
    assert minutes(network, 0, 100) == pytest.approx(1.25 * math.exp(0.35))
    assert minutes(network, 100, 0) == pytest.approx(1.25)  # 10 % down costs what the flat does
    assert minutes(network, 100, 200) == pytest.approx(1.25)
    assert (report.edges_with_slope, report.edges_over_half) == (2, 0)


def test_part_of_a_hill_takes_its_part_of_the_time() -> None:
    network, _ = build_network(street([200, 210, 210]))
    assert minutes(network, 20, 70) == pytest.approx(0.5 * 1.25 * math.exp(0.35))


def test_unknown_altitude_counts_as_flat_and_is_counted() -> None:
    network, report = build_network(street([200, 210, float("nan")]))
    assert minutes(network, 100, 200) == pytest.approx(1.25)
    assert report.edges_with_slope == 1


def test_slope_beyond_any_street_is_counted() -> None:
    assert build_network(street([200, 260, 260]))[1].edges_over_half == 1


def test_steps_are_not_slowed_twice() -> None:
    gentle, _ = build_network(street([200, 210, 210], highway="steps"))
    steep, _ = build_network(street([200, 250, 250], highway="steps"))
    assert minutes(gentle, 0, 100) == pytest.approx(3 * 1.25)
    assert minutes(steep, 0, 100) == pytest.approx(1.25 * math.exp(3.5 * 0.5))


def test_bikes_and_cars_are_not_slowed() -> None:
    hill, flat = (build_network(street(z_m, highway="residential"))[0] for z_m in ([200, 240, 240], None))
    for mode in ("bike", "car"):
        np.testing.assert_array_equal(hill.edge_min(mode), flat.edge_min(mode))


def test_streets_without_any_altitude_are_the_network_they_were() -> None:
    without, unknown = (build_network(street(z_m))[0] for z_m in (None, [float("nan")] * 3))
    assert without.digest == unknown.digest
    assert without.digest != build_network(street([200, 210, 210]))[0].digest


def test_altitudes_are_saved_and_follow_their_nodes(tmp_path: Path) -> None:
    raw = street([200, 210, 230])
    network = build_network(shuffled(raw, 4))[0]
    assert network.digest == build_network(raw)[0].digest
    save_network(network, tmp_path)
    loaded = load_network(tmp_path, verify=True)
    assert loaded.node_z_m is not None
    assert dict(zip(loaded.node_x_m.tolist(), loaded.node_z_m.tolist(), strict=True)) == {
        0: 200,
        100: 210,
        200: 230,
    }


def test_altitudes_that_do_not_fit_the_nodes_are_refused() -> None:
    with pytest.raises(BadStreets, match="matching lengths"):
        build_network(street([200, 210]))
