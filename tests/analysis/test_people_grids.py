"""Cells are imported as a layer, named as people, and used where they cover the band."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from gisplan.accessibility import mixed_people
from gisplan.analysis.folder import load_folder
from gisplan.analysis.ground import current_ground
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.territory.errors import TerritoryError
from gisplan.territory.grids import PeopleColumns, name_people_grid, recognise
from gisplan.territory.models import Municipality, PeopleGrid
from layers.models import Layer
from tests.analysis.conftest import CENTRE_M, write_geojson


def write_cells(folder: Path, first: int, last: int) -> None:
    """Cells of 1 km with 4,000 people each: 36 of them hold more than the municipality's 64,000."""
    x0, y0 = CENTRE_M
    cells, rows = [], []
    for column in range(first, last):
        for row in range(-3, 3):
            west, south = x0 + 1_000 * column, y0 + 1_000 * row
            cells.append(shapely.box(west, south, west + 1_000, south + 1_000))
            rows.append({"GRD_ID": f"c{column}r{row}", "TOT_P_2018": 4_000})
    write_geojson(folder / "cells.geojson", cells, rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


def test_cells_that_cover_the_band_give_its_people(territory: Municipality, folder: Path) -> None:
    write_cells(folder, -3, 3)
    (outcome,) = load_folder(folder)
    assert str(outcome) == "loaded: layer cells, 36 features, people of 2018 by cells"
    band = run_catchments(catchment_request((10,))).bands.get(station__code="osm-1")
    everyone = band.geometry.area / 1e6 * 64_000 / 36  # the pattern of the cells, the total of the register
    assert band.people_source == "cells"
    assert band.people == pytest.approx(everyone, rel=1e-3)
    assert band.people_0_14 == pytest.approx(everyone / 5, rel=1e-3)  # the municipality's structure


def test_where_cells_end_the_municipality_gives_the_rest(territory: Municipality, folder: Path) -> None:
    write_cells(folder, -3, 0)  # the western half of the band
    list(load_folder(folder))
    band = run_catchments(catchment_request((10,))).bands.get(station__code="osm-1")
    half_km2 = band.geometry.area / 2e6
    assert band.people_source == "mixed"
    assert band.cell_share == pytest.approx(0.5, abs=1e-3)
    # 72,000 people in cells are more than the 64,000 of the municipality: none is left for the rest.
    assert band.people == pytest.approx(half_km2 * 64_000 / 18, rel=1e-2)


def test_disjoint_ground_never_holds_more_people_than_the_register(
    territory: Municipality, folder: Path
) -> None:
    write_cells(folder, -3, 3)
    list(load_folder(folder))
    ground = current_ground()
    strips = [shapely.box(x, 4_980_000, x + 500, 5_000_000) for x in range(380_000, 410_000, 500)]
    everyone = mixed_people(strips, ground.surface).people[:, 0]
    assert np.nansum(everyone) == pytest.approx(64_000)
    assert ground.surface.in_excess == pytest.approx(80_000, rel=1e-3)


def test_a_grid_and_census_sections_are_told_by_their_columns() -> None:
    assert recognise(["GRD_ID", "TOT_P_2018"]) == PeopleColumns(PeopleGrid.Kind.CELLS, "TOT_P_2018", 2018)
    assert recognise(["SEZ2021", "POP21"]) == PeopleColumns(PeopleGrid.Kind.SECTIONS, "POP21", 2021)
    assert recognise(["TOT_P_2018"]) is None
    assert recognise(["name", "population"]) is None


def test_a_layer_without_the_column_of_people_is_refused(territory: Municipality, folder: Path) -> None:
    write_cells(folder, -1, 1)
    list(load_folder(folder))
    columns = PeopleColumns(PeopleGrid.Kind.CELLS, "TOT_P_2021", 2021)
    with pytest.raises(TerritoryError, match="Expected a column TOT_P_2021 in layer cells, found"):
        name_people_grid(Layer.objects.get(), columns)
