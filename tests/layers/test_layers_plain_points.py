"""Only points that need nothing are read without making objects; everything else goes the long way."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from layers.plain_points import plain_points

POINTS = shapely.points([[7.6, 45.0], [-1e300, 1e-300], [0, -0.0]])


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
@pytest.mark.parametrize(("start", "stop"), [(0, 3), (1, 3), (2, 3)])
def test_points_are_those_that_shapely_reads(kind: Any, start: int, stop: int) -> None:
    wkb = pa.array(shapely.to_wkb(POINTS), kind)[start:stop]
    found = plain_points(wkb)
    assert found is not None
    assert (found == shapely.get_coordinates(POINTS[start:stop])).all()


@pytest.mark.parametrize(
    "other",
    [
        None,
        b"",
        b"x" * 21,
        shapely.to_wkb(shapely.Point()),
        shapely.to_wkb(shapely.Point(np.nan, 1)),
        shapely.to_wkb(shapely.Point(np.inf, 1)),
        shapely.to_wkb(shapely.Point(1, 2, 3)),
        shapely.to_wkb(shapely.Point(1, 2), byte_order=0),
        shapely.to_wkb(shapely.MultiPoint([(1, 2)])),
        shapely.to_wkb(shapely.LineString([(1, 2), (3, 4)])),
    ],
)
def test_one_value_of_another_kind_sends_all_the_long_way(other: bytes | None) -> None:
    assert plain_points(pa.array([*shapely.to_wkb(POINTS), other], pa.binary())) is None


def test_no_rows_are_no_points() -> None:
    assert plain_points(pa.array([], pa.binary())) is None
