import numpy as np
import pytest
import shapely
from street_samples import grid_lines, network_of

from gisplan.network import area_cells, build_network, service_areas, straight_line_areas
from gisplan.network.errors import BadParameter
from gisplan.network.synthetic import CityPlan, generate_city

CITY = build_network(generate_city(CityPlan(columns=30, rows=30), seed=4))[0]


def test_cells_of_a_perfect_grid_are_its_blocks_by_arithmetic() -> None:
    network = network_of(grid_lines(31, 31))
    (area,) = service_areas(network, [(1500, 1500)], minutes=[5, 10], mode="walk")
    found = area_cells(area, cell_m=100)
    blocks = {5: 2 * 4 * 3, 10: 2 * 8 * 7}  # blocks whose four sides lie within 4 and 8 blocks' walk
    assert np.count_nonzero(found.minutes == 5) == blocks[5]
    assert np.count_nonzero(found.minutes == 10) == blocks[10] - blocks[5]
    farthest_m = np.abs(found.x_m - 1500) + np.abs(found.y_m - 1500)
    assert farthest_m.max() == 700


def test_cells_cover_as_much_ground_as_the_band() -> None:
    (area,) = service_areas(CITY, [(1400, 1300)], minutes=[10], mode="walk")
    found = area_cells(area, cell_m=10)
    assert len(found.x_m) * 100 == pytest.approx(area.bands[0].polygon.area, rel=0.005)
    assert shapely.contains_xy(area.bands[0].polygon, found.x_m, found.y_m).all()


def test_cells_of_two_areas_share_one_grid() -> None:
    areas = service_areas(CITY, [(1400, 1300), (1433, 1377)], minutes=[8], mode="walk")
    one, two = (
        set(zip(found.x_m.tolist(), found.y_m.tolist(), strict=True))
        for found in (area_cells(area, cell_m=50) for area in areas)
    )
    assert len(one & two) > 50
    assert all((x_m - 25) % 50 == 0 and (y_m - 25) % 50 == 0 for x_m, y_m in one | two)


def test_circles_have_cells_too() -> None:
    (area,) = straight_line_areas([[1000, 2000]], minutes=[10], speed_kmh=4.8)
    assert len(area_cells(area, cell_m=20).x_m) * 400 == pytest.approx(np.pi * (800 / 1.3) ** 2, rel=0.01)


def test_area_that_reaches_nothing_has_no_cells() -> None:
    (area,) = service_areas(CITY, [(9e5, 9e5)], minutes=[10], mode="walk")
    assert len(area_cells(area).minutes) == 0


@pytest.mark.parametrize("cell_m", [0, -5, float("nan"), float("inf"), 0.01])
def test_cells_out_of_range_are_refused(cell_m: float) -> None:
    (area,) = service_areas(CITY, [(1400, 1300)], minutes=[10], mode="walk")
    with pytest.raises(BadParameter, match="cell"):
        area_cells(area, cell_m=cell_m)
