from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.errors import TargetRefused
from layers.writing import check_target, write_geopackage


def written(path: Path) -> None:
    points = np.array([shapely.Point(394_000, 4_990_000)], dtype=object)
    write_geopackage(
        path, layer="a", geometries=points, columns={"n": [1]}, geometry_type="Point", srid=32632
    )


def test_geopackage_replaces_a_geopackage_alone(tmp_path: Path) -> None:
    written(tmp_path / "a.gpkg")
    written(tmp_path / "a.gpkg")
    (tmp_path / "b.gpkg").write_text("mine")
    with pytest.raises(TargetRefused, match="found plain text"):
        written(tmp_path / "b.gpkg")
    assert (tmp_path / "b.gpkg").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gpkg", "b.gpkg"]


def test_folder_with_the_name_of_a_file_is_called_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").mkdir()
    with pytest.raises(TargetRefused, match="found the folder"):
        check_target(tmp_path / "a.gpkg", ".gpkg")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no folder that takes no file")
def test_folder_that_takes_no_file_is_refused_before_the_work() -> None:
    with pytest.raises(TargetRefused, match=r"Expected to be able to write /proc/x\.gpkg"):
        check_target(Path("/proc/x.gpkg"), ".gpkg")


def test_check_leaves_nothing_behind(tmp_path: Path) -> None:
    check_target(tmp_path / "a.gpkg", ".gpkg")
    assert list(tmp_path.iterdir()) == []
