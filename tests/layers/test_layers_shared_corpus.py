"""Every vector file and table of the real data ends as declared by hand, never with a traceback."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from layers.errors import LayersError
from layers.importing import import_layer
from layers.serving.features import read_features

pytestmark = pytest.mark.django_db

FILES = tomllib.loads(Path(__file__).with_name("shared_manifest.toml").read_text(encoding="utf-8"))["file"]
SUFFIXES = {".shp", ".gpkg", ".geojson", ".graphml", ".pbf", ".zip", ".csv"}


@pytest.mark.parametrize("declared", FILES, ids=lambda declared: declared["file"])
def test_file_of_the_real_data_ends_as_declared(shared_data: Path, declared: dict[str, Any]) -> None:
    try:
        report = import_layer(shared_data / declared["file"], name="file", **declared.get("options", {}))
    except LayersError as error:
        assert str(error).startswith("Expected ")
        report = error.report
    found = json.loads(json.dumps(report.as_dict()))
    assert {name: found[name] for name in declared["expect"]} == declared["expect"]
    left_out = {issue["feature"] for issue in found["issues"] if issue["code"] in {"null_geometry"}}
    assert found["status"] == "refused" or found["features_stored"] >= found["features_read"] * 0.9 - len(
        left_out
    )


def test_every_file_of_the_real_data_is_declared(shared_data: Path) -> None:
    there = {str(path.relative_to(shared_data)) for path in shared_data.rglob("*") if path.suffix in SUFFIXES}
    assert {declared["file"] for declared in FILES} == there


def test_municipality_called_none_and_accents_survive_the_real_boundaries(shared_data: Path) -> None:
    import_layer(shared_data / "boundaries/limits_P_1_municipalities.geojson", name="comuni")
    names = set(read_features("comuni").columns["name"])
    assert {"None", "Agliè", "Leini"} <= names or {"None", "Agliè", "Leinì"} <= names
    assert not any("Ã" in name for name in names)


def test_names_of_the_istat_shapefile_without_cpg_are_utf8(shared_data: Path) -> None:
    folder = shared_data / "boundaries/istat_provcm_2026"
    report = import_layer(folder, name="province")
    columns = read_features("province").columns
    texts = [value for values in columns.values() for value in values if isinstance(value, str)]
    assert "Forlì-Cesena" in texts
    assert not any("Ã" in text for text in texts)
    assert any("ì" in text for text in report.text_samples)


def test_stations_at_zero_or_repeated_are_told_not_hidden(shared_data: Path) -> None:
    """As many rows as the file has end stored or as a row of the report."""
    report = import_layer(shared_data / "stations/osm_stations_2015.csv", name="stazioni", srid=4326)
    dropped = {issue.feature for issue in report.issues if issue.feature is not None}
    assert report.features_stored + len(dropped) == report.features_read == 131
