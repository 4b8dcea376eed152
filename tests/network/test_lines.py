from collections.abc import Sequence

import numpy as np
import pytest

from gisplan.network import BuildReport, build_network, node_crossings, raw_from_lines, rejoined
from gisplan.network.errors import BadParameter, BadStreets


def report_of(lines: Sequence[object], **options: float) -> BuildReport:
    return build_network(raw_from_lines([np.array(line, dtype=float) for line in lines], **options))[1]


def test_ends_within_the_tolerance_are_joined() -> None:
    lines = [[[0, 0], [100, 0]], [[100.05, 0], [200, 0]]]
    assert report_of(lines, snap_tolerance_m=0.1).components == 1
    assert report_of(lines, snap_tolerance_m=0.01).components == 2


def test_ends_are_joined_wherever_they_lie_on_the_rounding_grid() -> None:
    for x_m in np.arange(100, 101, 0.05):
        assert report_of([[[0, 0], [x_m, 0]], [[x_m + 1e-9, 0], [200, 0]]]).components == 1


def test_end_is_joined_to_a_vertex_within_another_line() -> None:
    _, report = build_network(
        raw_from_lines([np.array(k, float) for k in ([[0, 0], [50, 0], [100, 0]], [[50, 0.05], [50, 80]])])
    )
    assert (report.components, report.edges) == (1, 3)


def test_dense_curve_keeps_its_shape() -> None:
    angle = np.linspace(0, np.pi, 400)
    curve = np.column_stack((np.cos(angle), np.sin(angle))) * 5  # vertices 0.04 m apart
    network, _ = build_network(raw_from_lines([curve], snap_tolerance_m=0.1))
    assert network.edge_length_m.sum() == pytest.approx(np.pi * 5, rel=0.02)


def test_crossing_lines_stay_apart_unless_noded() -> None:
    lines = [np.array([[0.0, 0], [100, 0]]), np.array([[50.0, -50], [50, 50]])]
    assert build_network(raw_from_lines(lines))[1].components == 2
    network, report = build_network(raw_from_lines(node_crossings(lines)))
    assert (report.components, report.edges) == (1, 4)
    assert network.edge_length_m.tolist() == [50] * 4


def test_line_that_ends_on_another_is_noded_there() -> None:
    lines = [np.array([[0.0, 0], [100, 0]]), np.array([[30.0, 0], [30, 50]])]
    assert sorted(build_network(raw_from_lines(node_crossings(lines)))[0].edge_length_m) == [30, 50, 70]


def test_line_without_coordinates_is_dropped_and_counted() -> None:
    report = report_of([[[0, 0], [100, 0]], [[0, np.nan], [100, 50]]])
    assert (report.edges, report.dropped) == (1, {"not_finite": 1})


def test_line_of_three_columns_is_refused_by_position() -> None:
    with pytest.raises(BadStreets, match=r"found \(2, 3\) at line 1"):
        raw_from_lines([np.zeros((2, 2)), np.zeros((2, 3))])


@pytest.mark.parametrize("tolerance_m", [-1, float("nan"), float("inf")])
def test_tolerance_out_of_range_is_refused(tolerance_m: float) -> None:
    with pytest.raises(BadParameter, match=f"found {tolerance_m}"):
        raw_from_lines([np.zeros((2, 2))], snap_tolerance_m=tolerance_m)


def test_rejoined_ways_share_the_ends_that_lay_apart_and_keep_their_altitudes() -> None:
    apart = raw_from_lines(
        [np.array([[0, 0], [100, 0]], dtype=float), np.array([[100.05, 0], [200, 0]], dtype=float)],
        snap_tolerance_m=0,
        z_m=[np.array([1.0, 2.0]), np.array([np.nan, 4.0])],
    )
    joined = rejoined(apart)
    assert len(apart.x_m) == 4
    assert joined.x_m.tolist() == [0, 100, 200]
    assert joined.z_m.tolist() == [1, 2, 4]


def test_crossing_has_the_altitude_of_the_way_between() -> None:
    cross = raw_from_lines(
        [np.array([[0, 0], [100, 0]], dtype=float), np.array([[25, -50], [25, 50]], dtype=float)],
        z_m=[np.array([10.0, 20.0]), np.array([np.nan, np.nan])],
    )
    noded = rejoined(cross, crossings=True)
    at = np.flatnonzero((noded.x_m == 25) & (noded.y_m == 0))
    assert noded.z_m[at].tolist() == [12.5]
    assert build_network(noded)[0].n_edges == 4
    assert build_network(rejoined(cross))[0].n_edges == 2
