"""Small files made for a test, and the folder of real data where it is at hand."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import connection

SHARED = Path(os.environ.get("GISPLAN_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(autouse=True)
def database(db: None) -> None:
    """A dry run too asks the database, for the version to compare with."""


@pytest.fixture
def shared_data() -> Path:
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("the folder of real data is not beside this checkout; set GISPLAN_SHARED to its place")
    return data


@pytest.fixture
def write_geojson(tmp_path: Path) -> Callable[..., Path]:
    def write(features: Sequence[tuple[Any, dict[str, Any]]], name: str = "luoghi.geojson") -> Path:
        path = tmp_path / name
        collection = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": None if geometry is None else shapely.geometry.mapping(geometry),
                }
                for geometry, properties in features
            ],
        }
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_vector(tmp_path: Path) -> Callable[..., Path]:
    def write(
        file: str, geometries: Sequence[Any], *, crs: str | None = "EPSG:32632", **columns: Any
    ) -> Path:
        path = tmp_path / file
        kinds = {geometry.geom_type for geometry in geometries if geometry is not None}
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(geometries, dtype=object)),
            [np.array(values) for values in columns.values()],
            list(columns),
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
            crs=crs,
        )
        return path

    return write


@pytest.fixture
def committed_layers(transactional_db: None) -> Iterator[None]:
    """What is imported is seen by other sessions; tables and views go at the end, which no flush does."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text, relkind FROM pg_class c WHERE relnamespace = 'layers'::regnamespace"
            " AND relkind IN ('v', 'r') ORDER BY relkind DESC"
        )
        for name, kind in cursor.fetchall():
            cursor.execute(f"DROP {'VIEW' if kind == 'v' else 'TABLE'} {name}")
