"""Ground shared by areas and zones, cut by boxes first, against the plain overlay."""

import numpy as np
import pytest
import shapely

from gisplan.accessibility import overlay
from gisplan.accessibility.overlay import shared_ground_m2


def ragged(seed: int, x_m: float = 0.0) -> shapely.Geometry:
    """A town of many vertices with holes and islands: discs here and there, and discs taken away."""
    draw = np.random.default_rng(seed)
    places = shapely.points(draw.uniform(0, 900, (80, 2)) + np.array([x_m, 0]))
    more, less = (shapely.union_all(shapely.buffer(some, 60)) for some in (places[:50], places[50:]))
    return shapely.difference(more, less)


def squares(side_m: float) -> np.ndarray:
    x, y = np.meshgrid(np.arange(-100, 1000, side_m), np.arange(-100, 1000, side_m))
    return shapely.box(x, y, x + side_m, y + side_m).ravel()


def pairs(areas: np.ndarray, zones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    area, zone = shapely.STRtree(zones).query(areas, predicate="intersects")
    return area, zone


@pytest.mark.parametrize("seed", range(4))
def test_cells_and_other_zones_share_what_the_overlay_says(seed: int) -> None:
    areas = np.array([ragged(seed), ragged(seed + 10, 50)], dtype=object)
    cells = squares(130)
    odd = shapely.buffer(
        shapely.points(np.random.default_rng(seed).uniform(0, 900, (40, 2))), 90, quad_segs=2
    )
    turned = np.array([shapely.affinity.rotate(cell, 30) for cell in cells[:30]], dtype=object)
    for zones in (cells, odd, turned, np.array([shapely.box(-1e4, -1e4, 1e4, 1e4)])):
        area, zone = pairs(areas, zones)
        expected = shapely.area(shapely.intersection(areas[area], zones[zone]))
        np.testing.assert_allclose(shared_ground_m2(areas, zones, (area, zone)), expected, atol=1e-6)


def test_sum_over_cells_that_cover_the_area_is_the_area() -> None:
    areas, cells = np.array([ragged(3)], dtype=object), squares(110)
    shared_m2 = shared_ground_m2(areas, cells, pairs(areas, cells))
    assert shared_m2.sum() == pytest.approx(areas[0].area, rel=1e-12)


def test_piece_that_the_cut_leaves_broken_is_overlaid_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    monkeypatch.setattr(overlay.shapely, "clip_by_rect", lambda *_: bow)
    areas, zones = np.array([shapely.box(0, 0, 100, 100)]), np.array([shapely.box(50, 50, 200, 200)])
    assert shared_ground_m2(areas, zones, pairs(areas, zones)).tolist() == [2500]


def test_no_pairs_share_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert shared_ground_m2(squares(500), squares(500), (none, none)).shape == (0,)
