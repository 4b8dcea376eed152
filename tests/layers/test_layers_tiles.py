"""Tiles as another library reads them (GDAL's MVT driver): where things lie, what is gathered, what is kept."""

import gzip
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from numpy.typing import NDArray

from layers.current import current_version
from layers.errors import TileRefused
from layers.importing import import_layer
from layers.models import Layer, Version
from layers.publishing import publish
from layers.serving import tiles
from layers.serving.classes import class_counts, drawing_key
from layers.serving.tile_store import packed_tile
from layers.serving.tiles import Address, tile

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
WORLD_M = 2 * math.pi * 6_378_137
SQUARES = [(7.60 + n * 0.01, 45.0) for n in range(5)]


@pytest.fixture(autouse=True)
def tiles_folder(settings: Any, tmp_path: Path) -> Path:
    settings.LAYERS_TILES_DIR = tmp_path / "tiles"
    return tmp_path / "tiles"


@pytest.fixture
def squares(write_geojson: Write) -> Version:
    """Squares of 0.005 degrees, about 400 m by 550 m."""
    shapes = [
        (shapely.box(x, y, x + 0.005, y + 0.005), {"n": n, "tipo": "ab"[n % 2]})
        for n, (x, y) in enumerate(SQUARES)
    ]
    return imported(write_geojson(shapes, "quadrati.geojson"))


def imported(path: Path) -> Version:
    import_layer(path)
    return current_version(Layer.objects.get(name=path.stem))


def address_of(lon: float, lat: float, zoom: int) -> Address:
    """The formula that every web map has in its handbook."""
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    return Address(zoom, int(x), int(y))


def read(content: bytes, layer: str, address: Address, folder: Path) -> tuple[NDArray[Any], dict[str, Any]]:
    """Shapes in degrees and columns, by GDAL; nothing where the tile has no such layer."""
    path = folder / "tile.mvt"
    path.write_bytes(content)
    if not content or layer not in {row[0] for row in pyogrio.list_layers(path)}:
        return np.array([], dtype=object), {}
    meta, _, wkb, values = pyogrio.raw.read(
        path, layer=layer, x=str(address.x), y=str(address.y), z=str(address.z)
    )
    xy = shapely.from_wkb(wkb)

    def degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        lat = np.degrees(np.arctan(np.sinh(metres[:, 1] / 6_378_137)))
        return np.stack([np.degrees(metres[:, 0] / 6_378_137), lat], axis=1)

    return shapely.transform(xy, degrees), dict(zip(meta["fields"], values, strict=True))


def test_a_shape_lies_where_the_source_has_it(squares: Version, tmp_path: Path) -> None:
    address = address_of(7.6025, 45.0025, 12)
    shapes, columns = read(tile(squares, address), tiles.SHAPES, address, tmp_path)
    assert 1 in columns["mvt_id"]
    shape = shapes[list(columns["mvt_id"]).index(1)]
    assert shapely.area(shapely.symmetric_difference(shape, shapely.box(7.6, 45.0, 7.605, 45.005))) < 5e-7
    assert read(tile(squares, address), tiles.DOTS, address, tmp_path)[1] == {}


def test_a_tile_beside_the_layer_is_empty(squares: Version) -> None:
    assert tile(squares, address_of(9.2, 45.5, 14)) == b""
    assert tile(squares, address_of(7.6025, 45.2, 14)) == b""


@pytest.mark.parametrize("zoom", [0, 3, 6])
def test_what_is_below_four_pixels_is_gathered_into_dots_that_count_it(
    squares: Version, tmp_path: Path, zoom: int
) -> None:
    address = address_of(7.62, 45.0025, zoom)
    dots, columns = read(tile(squares, address), tiles.DOTS, address, tmp_path)
    assert sum(columns["n"]) == 5
    assert 1 in columns["mvt_id"]
    pixel_deg = 360 / 2**zoom / 512
    assert np.average(shapely.get_x(dots), weights=columns["n"]) == pytest.approx(7.6225, abs=pixel_deg)
    assert read(tile(squares, address), tiles.SHAPES, address, tmp_path)[1] == {}


def test_a_shape_is_a_dot_up_to_the_zoom_at_which_it_has_four_pixels(
    squares: Version, tmp_path: Path
) -> None:
    """A side of 0.005 degrees of latitude is 556 m; a pixel of zoom z is WORLD_M cos(45) / 2**z / 512."""
    turns = math.log2(4 * WORLD_M * math.cos(math.radians(45)) / 512 / 556)
    for zoom in (math.floor(turns), math.ceil(turns)):
        address = address_of(7.6025, 45.0025, zoom)
        found = read(tile(squares, address), tiles.SHAPES, address, tmp_path)[1]
        assert bool(found) == (zoom > turns), zoom


def test_every_point_is_counted_once_among_the_tiles_of_a_zoom(write_geojson: Write, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    places = rng.uniform((7.0, 44.8), (7.9, 45.4), (300, 2))
    version = imported(write_geojson([(shapely.Point(place), {"n": 1}) for place in places]))
    zoom, total = 9, 0
    low, high = address_of(7.0, 45.4, zoom), address_of(7.9, 44.8, zoom)
    for x in range(low.x, high.x + 1):
        for y in range(low.y, high.y + 1):
            address = Address(zoom, x, y)
            dots, columns = read(tile(version, address), tiles.DOTS, address, tmp_path)
            inside = [address_of(shapely.get_x(dot), shapely.get_y(dot), zoom) == address for dot in dots]
            total += int(np.sum(np.array(columns.get("n", []))[inside])) if len(dots) else 0
    assert total == 300


def test_lines_are_drawn_and_short_ones_gathered(write_geojson: Write, tmp_path: Path) -> None:
    long, short = (
        shapely.LineString([(7.5, 45.0), (7.6, 45.1)]),
        shapely.LineString([(7.55, 45.05), (7.5501, 45.05)]),
    )
    version = imported(write_geojson([(long, {"n": 1}), (short, {"n": 2})], "linee.geojson"))
    address = address_of(7.55, 45.05, 9)
    assert read(tile(version, address), tiles.SHAPES, address, tmp_path)[1]["mvt_id"].tolist() == [1]
    assert read(tile(version, address), tiles.DOTS, address, tmp_path)[1]["mvt_id"].tolist() == [2]


@pytest.mark.parametrize(
    ("style", "classes"),
    [
        (
            {"kind": "categorised", "column": "tipo", "classes": [{"value": "b"}, {"value": "a"}]},
            [1, 0, 1, 0, 1],
        ),
        (
            {
                "kind": "graduated",
                "column": "n",
                "classes": [{"from": 0, "to": 1}, {"from": 1, "to": 3}],
            },
            [0, 0, 1, 1, None],
        ),
        ({"kind": "categorised", "column": "n", "classes": [{"value": 2}]}, [None, None, 0, None, None]),
        ({"kind": "graduated", "column": "tipo", "classes": [{"from": 0, "to": 1}]}, [None] * 5),
    ],
)
def test_a_feature_has_the_class_of_its_value(
    squares: Version, tmp_path: Path, style: dict[str, Any], classes: list[int | None]
) -> None:
    squares.layer.style = style | {"classes": [{**one, "color": "#112233"} for one in style["classes"]]}
    found: dict[int, int | None] = {}
    for lon, lat in SQUARES:
        address = address_of(lon + 0.0025, lat + 0.0025, 14)
        columns = read(tile(squares, address), tiles.SHAPES, address, tmp_path)[1]
        values = columns.get("c", [None] * len(columns["mvt_id"]))
        found |= {
            int(number): None if value is None or np.isnan(value) else int(value)
            for number, value in zip(columns["mvt_id"], values, strict=True)
        }
    assert [found[number] for number in range(1, 6)] == classes
    counts = class_counts(squares)
    assert {c: n for c, n in counts.items() if n} == {c: classes.count(c) for c in set(classes)}


def test_the_key_of_a_drawing_changes_with_the_classes_and_the_version_alone(
    squares: Version, write_geojson: Write
) -> None:
    first = drawing_key(squares)
    squares.layer.style = {"color": "#ff0000", "width_mm": 2}
    assert drawing_key(squares) == first
    squares.layer.style = {
        "kind": "categorised",
        "column": "n",
        "classes": [{"value": 1, "color": "#112233"}],
    }
    assert drawing_key(squares) != first
    squares.layer.style = {}
    import_layer(write_geojson([(shapely.box(7, 45, 7.1, 45.1), {"n": 1})], "quadrati.geojson"))
    assert drawing_key(current_version("quadrati")) != first


def test_only_the_largest_shapes_are_drawn_where_there_are_too_many_and_the_rest_is_counted(
    squares: Version, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST_SHAPES", 2)
    address = address_of(7.62, 45.0025, 11)
    content = tile(squares, address)
    assert len(read(content, tiles.SHAPES, address, tmp_path)[0]) == 2
    assert read(content, tiles.LEFT_OUT, address, tmp_path)[1]["n"].tolist() == [3]


def test_low_zooms_are_kept_on_disk_and_made_once(
    squares: Version, tiles_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low, high = address_of(7.62, 45.0025, 10), address_of(7.6025, 45.0025, 14)
    made = packed_tile(squares, low)
    assert gzip.decompress(made) == tile(squares, low)
    assert gzip.decompress(packed_tile(squares, high)) == tile(squares, high)
    kept = [path for path in tiles_folder.rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [f"{low}.mvt.gz"]
    monkeypatch.setattr("layers.serving.tile_store.tile", lambda *_: pytest.fail("asked the database again"))
    assert packed_tile(squares, low) == made


def test_drawings_of_old_versions_are_forgotten(write_geojson: Write, tiles_folder: Path) -> None:
    for number in range(5):
        version = imported(write_geojson([(shapely.box(7, 45, 7.1, 45.1), {"n": number})]))
        packed_tile(version, address_of(7.05, 45.05, 8))
    assert len(list((tiles_folder / "luoghi").iterdir())) == 3
    assert (tiles_folder / "luoghi" / drawing_key(version)).is_dir()


def test_a_disk_that_cannot_be_written_still_gives_the_tile(
    squares: Version, settings: Any, tmp_path: Path
) -> None:
    settings.LAYERS_TILES_DIR = tmp_path / "file"
    settings.LAYERS_TILES_DIR.write_text("not a folder")
    assert gzip.decompress(packed_tile(squares, address_of(7.62, 45.0025, 8)))


@pytest.mark.parametrize("place", [(-1, 0, 0), (23, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_a_tile_that_does_not_exist_is_refused(place: tuple[int, int, int]) -> None:
    with pytest.raises(TileRefused, match="found"):
        Address(*place)


def test_a_staged_version_has_tiles_of_its_own(
    squares: Version, write_geojson: Write, tmp_path: Path
) -> None:
    report = import_layer(
        write_geojson([(shapely.box(7.6, 45.0, 7.605, 45.005), {"n": 9})], "quadrati.geojson"), publish=False
    )
    staged = Version.objects.get(layer__name="quadrati", published=None)
    address = address_of(7.6125, 45.0025, 14)
    assert report is not None
    assert len(read(tile(squares, address), tiles.SHAPES, address, tmp_path)[0]) >= 2
    assert len(read(tile(staged, address), tiles.SHAPES, address, tmp_path)[0]) == 1
    publish(staged)
