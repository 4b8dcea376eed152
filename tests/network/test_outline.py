import numpy as np
import pytest
import shapely
from scipy import ndimage
from street_samples import grid_lines, network_of

from gisplan.network import AreaRules, Band, StreetNetwork, build_network, service_areas
from gisplan.network.contour import STEPS
from gisplan.network.errors import BadParameter
from gisplan.network.outline import Grid, outline
from gisplan.network.parts import lines_of
from gisplan.network.profiles import Mode
from gisplan.network.synthetic import CityPlan, generate_city

CITY = build_network(generate_city(CityPlan(columns=40, rows=40), seed=21))[0]
TOLERANCE_M = 3.75  # three quarters of the 5 m grid, as docs/methods.md states
NO_FILL = AreaRules(keep_holes_wider_than_m=0)


def band_at(
    network: StreetNetwork,
    point_m: tuple[float, float],
    minutes: float,
    mode: Mode = "walk",
    rules: AreaRules | None = None,
) -> Band:
    return service_areas(network, [point_m], minutes=[minutes], mode=mode, rules=rules)[0].bands[0]


@pytest.mark.parametrize("point_m", [(1500, 1500), (2400, 700), (30, 40)])
@pytest.mark.parametrize("minutes", [4, 11])
def test_polygon_is_the_buffer_of_the_reached_streets_within_the_tolerance(
    point_m: tuple[float, float], minutes: float
) -> None:
    band = band_at(CITY, point_m, minutes, rules=NO_FILL)
    exact = shapely.union_all(shapely.buffer(lines_of(CITY, band.parts), 25, quad_segs=32))
    assert shapely.buffer(exact, TOLERANCE_M).covers(band.polygon)
    assert shapely.buffer(band.polygon, TOLERANCE_M).covers(exact)
    assert band.polygon.area == pytest.approx(exact.area, rel=0.01)


def test_outline_of_one_straight_street_is_a_capsule() -> None:
    polygon = band_at(network_of([[[0, 0], [1000, 0]]]), (500, 0), 1.5).polygon
    assert polygon.bounds == pytest.approx((500 - 145, -25, 500 + 145, 25), abs=5 / STEPS)
    assert polygon.area == pytest.approx(240 * 50 + np.pi * 25**2, rel=0.01)


def test_every_coordinate_is_an_exact_step_of_the_grid() -> None:
    coords_m = shapely.get_coordinates(band_at(CITY, (1500, 1500), 9).polygon)
    assert (coords_m % (5 / STEPS) == 0).all()


def test_hole_wider_than_stated_is_kept_and_narrower_is_filled() -> None:
    ring = [[0, 0], [240, 0], [240, 240], [0, 240], [0, 0]]  # the buffer leaves a hole of 190 m
    network = network_of([ring])
    keep, fill = (AreaRules(keep_holes_wider_than_m=width_m) for width_m in (180, 220))
    assert len(band_at(network, (0, 0), 15, rules=keep).polygon.geoms[0].interiors) == 1
    assert len(band_at(network, (0, 0), 15, rules=fill).polygon.geoms[0].interiors) == 0


def test_blocks_of_a_dense_town_are_filled_and_a_park_is_not() -> None:
    lines = [line for line in grid_lines(9, 9)]
    park = shapely.box(301, 301, 599, 599)
    streets = shapely.difference(shapely.linestrings(np.array(lines)), park)
    network = network_of([shapely.get_coordinates(part) for part in shapely.get_parts(streets)])
    polygon = band_at(network, (0, 0), 60).polygon
    assert [round(shapely.Polygon(ring).area, -3) for ring in polygon.geoms[0].interiors] == [
        pytest.approx(250**2, rel=0.03)
    ]


def test_island_within_a_hole_is_drawn() -> None:
    outer = [[0, 0], [900, 0], [900, 900], [0, 900], [0, 450], [0, 0]]
    spoke = [[0, 450], [300, 450]]
    inner = [[300, 450], [450, 300], [600, 450], [450, 600], [300, 450]]
    network = network_of([outer, spoke, inner])
    band = band_at(network, (0, 450), 60, rules=NO_FILL)
    assert band.polygon.is_valid
    assert band.polygon.covers(shapely.Point(450, 300))
    assert not band.polygon.covers(shapely.Point(450, 450))


def test_large_area_is_drawn_coarser_and_says_so() -> None:
    rules = AreaRules(max_nodes=20_000)
    area = service_areas(CITY, [(1500, 1500)], minutes=[5, 10], mode="walk", rules=rules)[0]
    assert area.cell_m > 5
    assert area.buffer_m == 5 * area.cell_m
    assert area.bands[1].polygon.covers(area.bands[0].polygon)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_any_field_gives_valid_rings_one_polygon_a_connected_part(share: float) -> None:
    inside = np.random.default_rng(5).random((60, 70)) < share
    inside[[0, -1], :] = inside[:, [0, -1]] = False
    field = np.where(inside, 100.0, 900.0).astype(np.float32)  # distances of 10 and 30 m, the buffer between
    polygon = outline(field, Grid(0, 0, 5, 70, 60), buffer_m=25, fill_below_m2=0)
    parts, holes = (
        ndimage.label(inside)[1],
        ndimage.label(~inside, structure=np.ones((3, 3)))[1] - 1,
    )
    assert polygon.is_valid
    assert len(polygon.geoms) == parts
    assert sum(len(part.interiors) for part in polygon.geoms) == holes
    rows, columns = np.nonzero(inside)
    assert shapely.contains_xy(polygon, columns * 5.0, rows * 5.0).all()
    rows, columns = np.nonzero(~inside)
    assert not shapely.contains_xy(polygon, columns * 5.0, rows * 5.0).any()


@pytest.mark.parametrize(
    "wrong", [{"cell_m": 0}, {"buffer_m": 2}, {"keep_holes_wider_than_m": -1}, {"buffer_m": float("nan")}]
)
def test_drawing_rules_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadParameter, match="cell_m <= buffer_m"):
        AreaRules(**wrong)
