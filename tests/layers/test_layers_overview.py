"""A layer at one scale: every feature is in a shape or in a square, and each square lies where its features do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.current import current_version
from layers.importing import import_layer
from layers.serving import overview as module
from layers.serving.overview import overview

pytestmark = pytest.mark.django_db
BOX = (7.0, 44.9, 8.0, 45.6)
Write = Callable[..., Path]


def test_small_features_are_squares_that_count_them_and_large_ones_stay_shapes(write_geojson: Write) -> None:
    rng = np.random.default_rng(5)
    places = rng.uniform((7.1, 45.0), (7.9, 45.5), (200, 2))
    small = [(shapely.Point(place).buffer(0.0005), {"n": 1}) for place in places]
    large = shapely.box(7.2, 45.1, 7.4, 45.3)
    import_layer(write_geojson([*small, (large, {"n": 2})]))
    found = overview(current_version("luoghi"), BOX)
    assert found.left_out == 0
    assert sum(piece.count for piece in found.pieces) == 201
    shapes = [shapely.geometry.shape(piece.geometry) for piece in found.pieces]
    biggest = max(shapes, key=lambda shape: shape.area)
    assert biggest.symmetric_difference(large).area < 0.01 * large.area
    squares = shapely.union_all([shape for shape in shapes if shape is not biggest])
    assert all(squares.buffer(1e-4).covers(shapely.Point(place)) for place in places)
    assert squares.area < len(places) * (1.1 * found.square / 78_000) ** 2  # of degrees at 45 N, generously


def test_a_square_has_the_class_of_most_that_it_holds(write_geojson: Write) -> None:
    here = [(shapely.Point(7.5, 45.2), {"t": kind}) for kind in "abb"]
    import_layer(write_geojson(here))
    version = current_version("luoghi")
    classes = [{"value": value, "color": "#112233"} for value in "ab"]
    version.layer.style = {"kind": "categorised", "column": "t", "classes": classes}
    (piece,) = overview(version, BOX).pieces
    assert (piece.class_place, piece.count) == (1, 3)


def test_shapes_beyond_the_most_are_counted(write_geojson: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    import_layer(write_geojson([(shapely.box(7 + n / 10, 45, 7.09 + n / 10, 45.1), {}) for n in range(5)]))
    monkeypatch.setattr(module, "MOST_SHAPES", 2)
    found = overview(current_version("luoghi"), BOX)
    assert (len(found.pieces), found.left_out) == (2, 3)


def test_nothing_in_the_box_is_an_empty_overview(write_geojson: Write) -> None:
    import_layer(write_geojson([(shapely.Point(7.5, 45.2), {})]))
    assert overview(current_version("luoghi"), (10, 44, 11, 45)).pieces == []
