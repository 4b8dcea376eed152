"""Every sample of shapefiles/ ends as its manifest says."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from layers.errors import LayersError
from layers.importing import import_layer
from layers.serving.features import read_features
from layers.tables import TableOptions

SAMPLES = Path(__file__).parents[2] / "shapefiles"
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text(encoding="utf-8"))["sample"]


def _imported(sample: dict[str, Any]) -> dict[str, Any]:
    options = dict(sample.get("options", {}))
    if "table" in sample:
        options["table"] = TableOptions(**sample["table"])
    try:
        report = import_layer(SAMPLES / sample["file"], name="sample", **options)
    except LayersError as error:
        report = error.report
    whole: dict[str, Any] = json.loads(json.dumps(report.as_dict()))
    return whole


@pytest.mark.django_db
@pytest.mark.parametrize("sample", MANIFEST, ids=lambda sample: f"{sample['file']}: {sample['defect']}")
def test_sample_ends_as_its_manifest_says(sample: dict[str, Any]) -> None:
    report = _imported(sample)
    assert {name: report[name] for name in sample["expect"]} == sample["expect"]
    found = [
        {name: issue[name] for name in ("code", "feature", "before", "after") if issue[name] is not None}
        for issue in report["issues"]
    ]
    if report["status"] == "stored":
        assert found == sample["issues"]
        columns = read_features("sample").columns
        found_values = {
            name: ["(null)" if value is None else value for value in columns[name]]
            for name in sample.get("values", {})
        }
        assert found_values == sample.get("values", {})
    else:
        assert report["reason"].startswith("Expected ")
        assert report["features_stored"] == 0
        assert report["table"] is None


def test_every_sample_folder_is_in_the_manifest() -> None:
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()} - {"seed"}
    assert {Path(sample["file"]).parts[0] for sample in MANIFEST} == folders


def test_no_sample_is_over_one_megabyte() -> None:
    assert [path for path in SAMPLES.rglob("*") if path.is_file() and path.stat().st_size > 1_000_000] == []
