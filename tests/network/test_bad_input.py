"""Whatever is asked wrongly is a typed error or a status that says so, never a figure that looks like a result."""

from collections.abc import Callable

import numpy as np
import pytest
from street_samples import grid_lines, network_of

from gisplan.network import (
    NetworkError,
    RawStreets,
    SnapStatus,
    StreetNetwork,
    Travel,
    build_network,
    k_nearest,
    nearest_by_node,
    od_matrix,
    raw_from_lines,
    service_areas,
    straight_line_areas,
)
from gisplan.network.errors import BadParameter, BadPoint, BadStreets, EmptyNetwork, UnknownMode

TOWN = network_of(grid_lines(5, 5), highway="residential")
HERE = np.array([[100.0, 100.0]])
NOT_A_NUMBER = np.array([[100.0, 100.0], [np.nan, 5.0]])
FRANCE = np.array([[-400_000.0, 200_000.0]])

ASK: dict[str, Callable[..., object]] = {
    "areas": lambda at, mode, minutes: service_areas(TOWN, at, minutes=[minutes], mode=mode),
    "matrix": lambda at, mode, minutes: od_matrix(TOWN, at, HERE, Travel(mode, minutes=minutes)),
    "matrix to": lambda at, mode, minutes: od_matrix(TOWN, HERE, at, Travel(mode, minutes=minutes)),
    "nearest": lambda at, mode, minutes: nearest_by_node(TOWN, at, Travel(mode, minutes=minutes)),
    "k nearest": lambda at, mode, minutes: k_nearest(TOWN, at, HERE, Travel(mode, minutes=minutes), k=1),
}


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@pytest.mark.parametrize(
    ("at", "mode", "minutes", "error"),
    [
        (NOT_A_NUMBER, "walk", 10, BadPoint),
        (np.array([[np.inf, 0.0]]), "walk", 10, BadPoint),
        (np.zeros((2, 3)), "walk", 10, BadPoint),
        (HERE, "boat", 10, UnknownMode),
        (HERE, "walk", 10_000, BadParameter),
        (HERE, "walk", 0, BadParameter),
        (HERE, "walk", -5, BadParameter),
        (HERE, "walk", float("nan"), BadParameter),
        (HERE, "walk", float("inf"), BadParameter),
    ],
)
def test_every_question_refuses_it_by_the_same_kind(
    ask: Callable[..., object], at: object, mode: str, minutes: float, error: type[NetworkError]
) -> None:
    with pytest.raises(error, match="xpected"):
        ask(at, mode, minutes)


def test_point_in_france_is_too_far_and_has_no_figure_at_all() -> None:
    (area,) = service_areas(TOWN, FRANCE, minutes=[10], mode="walk")
    assert (area.status, area.bands, area.connector_m) == (SnapStatus.TOO_FAR, (), np.inf)
    matrix = od_matrix(TOWN, FRANCE, HERE, Travel("walk"))
    assert matrix.origins.status == (SnapStatus.TOO_FAR,)
    assert np.isinf(matrix.od_min).all()
    assert k_nearest(TOWN, FRANCE, HERE, Travel("walk"), k=1).facility.tolist() == [[-1]]


@pytest.mark.parametrize("speed_kmh", [0, -1, 131, float("nan")])
def test_speed_out_of_range_is_refused_everywhere(speed_kmh: float) -> None:
    with pytest.raises(BadParameter):
        service_areas(TOWN, HERE, minutes=[5], mode="walk", speed_kmh=speed_kmh)
    with pytest.raises(BadParameter):
        Travel("walk", speed_kmh=speed_kmh)
    with pytest.raises(BadParameter):
        straight_line_areas(HERE, minutes=[5], speed_kmh=speed_kmh)


def test_streets_without_any_way_are_refused() -> None:
    none = np.zeros(0)
    raw = RawStreets(none.astype(np.int64), none, none, np.zeros(1, np.int64), none.astype(np.int32), {})
    with pytest.raises(EmptyNetwork, match="no way at all"):
        build_network(raw)


def test_streets_whose_places_are_no_numbers_are_refused_with_their_count() -> None:
    with pytest.raises(EmptyNetwork, match="1 not_finite"):
        build_network(raw_from_lines([np.array([[0, 0], [np.nan, 5]])]))


def test_graph_of_one_node_is_refused_however_it_is_made() -> None:
    with pytest.raises(EmptyNetwork, match="1 zero_length"):
        build_network(raw_from_lines([np.zeros((2, 2))]))
    one, none = np.zeros(1), np.zeros(0, dtype=np.int32)
    with pytest.raises(BadStreets, match="at least one edge"):
        StreetNetwork(
            node_key=one.astype(np.int64),
            node_x_m=one,
            node_y_m=one,
            edge_tail=none,
            edge_head=none,
            edge_kind=none,
            coord_offsets=one.astype(np.int64),
            coords_m=np.zeros((0, 2)),
            kind_kmh=np.zeros((1, 3, 2)),
        )
