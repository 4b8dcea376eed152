"""Rivers, shores and railways as street files give them, and as a layer of its own gives them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.barrier_lines import read_barriers
from layers.errors import StreetsRefused
from layers.streets import read_streets

Write = Callable[..., Path]
STREET = '<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'


def extract(tmp_path: Path, *more: str) -> Path:
    """Nodes 1 to 9 at latitude 45 and longitude 7.1 to 7.9, one street, and what more is given."""
    nodes = "".join(f'<node id="{k}" version="1" lat="45" lon="{7 + k / 10}"/>' for k in range(1, 10))
    path = tmp_path / "a.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{STREET}{"".join(more)}</osm>')
    return path


def way(key: int, *nodes: int, **tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{key}" version="1">{refs}{tags_of(tags)}</way>'


def tags_of(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


def lons(path: Path) -> list[tuple[float, float]]:
    found = read_streets(path).barriers
    assert found.shape[1] == 4
    assert (found[:, [1, 3]] == 45).all()
    return [(round(a, 3), round(b, 3)) for a, b in found[:, [0, 2]].tolist()]


@pytest.mark.parametrize(
    "tags",
    [
        {"waterway": "river"},
        {"waterway": "canal"},
        {"natural": "water"},
        {"railway": "rail"},
        {"railway": "rail", "bridge": "no"},
    ],
)
def test_rivers_shores_and_railways_are_barriers(tmp_path: Path, tags: dict[str, str]) -> None:
    assert lons(extract(tmp_path, way(2, 3, 4, 5, **tags))) == [(7.3, 7.4), (7.4, 7.5)]


@pytest.mark.parametrize(
    "tags",
    [
        {"waterway": "stream"},
        {"waterway": "river", "tunnel": "culvert"},
        {"railway": "rail", "bridge": "viaduct"},
        {"railway": "subway", "tunnel": "yes"},
        {"railway": "tram"},
        {"railway": "platform"},
        {"natural": "wood"},
    ],
)
def test_what_can_be_crossed_or_lies_off_the_ground_is_none(tmp_path: Path, tags: dict[str, str]) -> None:
    assert lons(extract(tmp_path, way(2, 3, 4, 5, **tags))) == []


def test_outlines_of_a_multipolygon_of_water_are_barriers_though_their_ways_say_nothing(
    tmp_path: Path,
) -> None:
    relation = '<relation id="1" version="1"><member type="way" ref="2" role="outer"/>'
    relation += tags_of({"type": "multipolygon", "natural": "water"}) + "</relation>"
    wood = '<relation id="2" version="1"><member type="way" ref="3" role="outer"/>'
    wood += tags_of({"type": "multipolygon", "natural": "wood"}) + "</relation>"
    found = lons(extract(tmp_path, way(2, 3, 4), way(3, 5, 6), relation, wood))
    assert found == [(7.3, 7.4)]


def test_river_cut_by_the_extract_keeps_what_it_has(tmp_path: Path) -> None:
    assert lons(extract(tmp_path, way(2, 3, 4, 77, 5, 6, waterway="river"))) == [(7.3, 7.4), (7.5, 7.6)]


def test_nodes_of_barriers_are_no_nodes_of_the_streets(tmp_path: Path) -> None:
    streets = read_streets(extract(tmp_path, way(2, 3, 4, waterway="river")))
    assert streets.node_key.tolist() == [1, 2]


def test_layer_of_rivers_and_lakes_gives_its_segments(write_vector: Write) -> None:
    x, y = 395000.0, 4990000.0
    lake = shapely.box(x, y, x + 100, y + 100).difference(shapely.box(x + 40, y + 40, x + 60, y + 60))
    river = shapely.LineString([(x, y, 5), (x, y + 50, 6), (x, y + 90, 7)])
    found = read_barriers(write_vector("acque.gpkg", [river, lake]))
    assert found.shape == (2 + 4 + 4, 4)
    assert np.abs(found - [7.66, 45.05, 7.66, 45.05]).max() < 0.02


def test_layer_of_points_is_refused_as_barriers(write_vector: Write) -> None:
    path = write_vector("punti.gpkg", [shapely.Point(395000, 4990000)])
    with pytest.raises(StreetsRefused, match="Expected lines or polygons as barriers"):
        read_barriers(path)
