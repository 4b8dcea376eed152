"""Valid files, and the ways in which transfer, editing and malice break them; all drawn from one seed."""

import random
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import shapely

SAMPLES = Path(__file__).parents[2] / "shapefiles"
#: Ending -> driver; what an import may not read yet must still end in a refusal.
WRITABLE = {
    ".shp": "ESRI Shapefile",
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".fgb": "FlatGeobuf",
    ".gml": "GML",
    ".kml": "KML",
    ".csv": "CSV",
}
_GEOMETRIES = {
    "punti": [shapely.Point(7.6, 45.0), shapely.Point(7.7, 45.1), shapely.Point(7.8, 45.2)],
    "linee": [shapely.LineString([(7.6, 45.0), (7.7, 45.1), (7.7, 45.2)])] * 3,
    "aree": [shapely.box(7.6, 45.0, 7.7, 45.1), shapely.box(7.8, 45.0, 7.9, 45.1), shapely.box(8, 45, 8.1, 45.1)],
}  # fmt: skip
_NUMBERS = (
    "NaN",
    "1e308",
    "-1e308",
    "Infinity",
    "0",
    "-1",
    "99999999999999999999",
    '""',
    "null",
    "4,5",
    "[]",
)
_TEXTS = (
    b"<script>",
    b"'; DROP TABLE x; --",
    b"\xff\xfe",
    b"\0\0\0\0",
    b"/vsicurl/http://127.0.0.1:9/",
    b"%n%s",
)


def valid_sources(folder: Path) -> list[Path]:
    """Every sample of shapefiles/, and small layers of each kind in each writable format below the folder."""
    for name, geometries in _GEOMETRIES.items():
        for suffix, driver in WRITABLE.items():
            place = folder / f"{name}_{suffix[1:]}"
            place.mkdir()
            _write(place / f"{name}{suffix}", driver, geometries)
    samples = [path for path in SAMPLES.iterdir() if path.is_dir() and path.name != "seed"]
    return sorted(samples) + sorted(folder.iterdir())


def _write(path: Path, driver: str, geometries: list[shapely.Geometry]) -> None:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(geometries, dtype=object)),
        [np.array(["Agliè", "Però", "c"], dtype=object), np.array([1, 2, 3]), np.array([0.5, np.nan, -7.25])],
        ["nome", "numero", "misura"],
        geometry_type=geometries[0].geom_type,
        crs="EPSG:4326",
        driver=driver,
        **({"GEOMETRY": "AS_WKT"} if driver == "CSV" else {}),
    )


def mutated(source: Path, into: Path, draw: random.Random) -> Path:
    """A copy of a source with one to three changes in one of its files; what an import is given."""
    copy = into / source.name
    shutil.copytree(source, copy)
    target = draw.choice(sorted(path for path in copy.rglob("*") if path.is_file()))
    if target.suffix == ".zip" and draw.random() < 0.7:
        _rezip(target, draw)
    else:
        data = bytearray(target.read_bytes())
        for _ in range(draw.randint(1, 3)):
            data = bytearray(draw.choice(_CHANGES)(data, draw))
        target.write_bytes(data)
    if draw.random() < 0.05:
        target.rename(target.with_suffix(draw.choice(sorted(WRITABLE))))
    single = [path for path in copy.iterdir() if path.is_file()]
    return single[0] if len(single) == 1 else copy


def _rezip(archive: Path, draw: random.Random) -> None:
    """The changes go into a member, so that what is inside an intact zip is tried too."""
    with zipfile.ZipFile(archive) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    chosen = draw.choice(sorted(members))
    members[chosen] = bytes(draw.choice(_CHANGES)(bytearray(members[chosen]), draw))
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)


def _flip(data: bytearray, draw: random.Random) -> bytes:
    for _ in range(draw.randint(1, 16) if data else 0):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def _flip_header(data: bytearray, draw: random.Random) -> bytes:
    """Lengths, counts and types stand at the start of most formats."""
    if data:
        data[draw.randrange(min(len(data), 120))] = draw.choice((0, 1, 127, 128, 255))
    return bytes(data)


def _cut(data: bytearray, draw: random.Random) -> bytes:
    return bytes(data[: draw.randrange(len(data) + 1)])


def _drop(data: bytearray, draw: random.Random) -> bytes:
    start, stop = _span(data, draw)
    return bytes(data[:start] + data[stop:])


def _repeat(data: bytearray, draw: random.Random) -> bytes:
    start, stop = _span(data, draw)
    return bytes(data[:stop] + data[start:stop] * draw.randint(1, 50) + data[stop:])


def _insert(data: bytearray, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return bytes(data[:at]) + draw.choice((*_TEXTS, draw.randbytes(draw.randint(1, 64)))) + bytes(data[at:])


def _number(data: bytearray, draw: random.Random) -> bytes:
    """A number of a text format becomes one that is not, or that is too large."""
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data))
    if not found:
        return _flip(data, draw)
    start, stop = draw.choice(found).span()
    return bytes(data[:start]) + draw.choice(_NUMBERS).encode() + bytes(data[stop:])


def _extreme(data: bytearray, draw: random.Random) -> bytes:
    """Four bytes become the least or greatest integer, either way round."""
    if len(data) >= 4:
        at = draw.randrange(len(data) - 3)
        data[at : at + 4] = draw.choice(
            (b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\0\0\0", b"\0\0\0\0")
        )
    return bytes(data)


def _span(data: bytearray, draw: random.Random) -> tuple[int, int]:
    start = draw.randrange(len(data) + 1)
    return start, min(len(data), start + draw.randint(1, 200))


_CHANGES: tuple[Callable[[bytearray, random.Random], bytes], ...] = (
    _flip, _flip_header, _cut, _drop, _repeat, _insert, _number, _extreme,
)  # fmt: skip
