"""Tiles of 200,000 polygons over HTTP, ours and those of tipg, another tile server in Python, from the same table."""

import gzip
import http.client
import json
import math
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import numpy as np
import psycopg.conninfo
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from benchmarks.frame import Bench, Row
from benchmarks.watching import watching
from benchmarks.web_site import Site, get, running, wait_for
from gisplan.environment.lease import given_url
from gisplan.environment.serving import free_port

ZOOMS = range(8, 15)
CENTRE = (45.1, 7.7)
#: Where ours draws each polygon as a shape, as tipg does everywhere.
ALIKE = range(14, 16)
_EVERY, _USUAL = (
    1_000_000,
    10_000,
)  # polygons of a tile: more than there are, and what tipg gives unless told more
_EXTENT, _EDGE = 4096, 16
#: Parts of the polygons that may differ: a dot lies on one side of a border, and tipg loses what is below its grid.
_NEAR = 0.02


class Place(NamedTuple):
    z: int
    x: int
    y: int


@dataclass(frozen=True)
class Answered:
    """What a server took for each place, what it sent, and the most memory that its processes held meanwhile."""

    seconds: list[float]
    tiles: list[bytes]
    peak_mb: float

    @property
    def per_s(self) -> float:
        return len(self.seconds) / sum(self.seconds)

    @property
    def slowest_ms(self) -> float:
        return max(self.seconds) * 1000


def tile_rows(bench: Bench, site: Site, layer: str) -> list[Row]:
    """One tile after the other that nobody has asked for yet; then ours again, of which some are kept."""
    wide = [place for zoom in ZOOMS for place in _around(zoom, 2)]
    near = [place for zoom in ALIKE for place in _around(zoom, 6)]
    address = _ours(site, layer)
    ours, again, ours_near = (_answered(site, address, places) for places in (wide, wide, near))
    with _tipg(bench, layer) as (server, theirs):
        usual = _answered(server, theirs.replace("{limit}", str(_USUAL)), wide)
        every, every_near = (
            _answered(server, theirs.replace("{limit}", str(_EVERY)), places) for places in (wide, near)
        )
    _check_same(bench.folder, near, ours_near, every_near)
    _check_as_many(bench, ours, every)
    work = f"tiles of zooms {ZOOMS[0]} to {ZOOMS[-1]}"
    same = f"tiles of zooms {ALIKE[0]} and {ALIKE[-1]}, the same shapes in both"
    return [
        _pace(f"{work}, made", ours, every, "tipg, every polygon"),
        _pace(f"{work}, made", ours, usual, f"tipg, at most {_USUAL:,} polygons of a tile"),
        _pace(same, ours_near, every_near, "tipg"),
        Row(
            f"{work}, the slowest made",
            *(ours.slowest_ms, every.slowest_ms, "tipg, every polygon", _COMMAND, "ms", ours.peak_mb),
            peer_mb=every.peak_mb,
        ),
        Row(f"{work}, made or kept", again.per_s, None, "", "", "tiles/s", again.peak_mb),
        Row(f"{work}, the slowest made or kept", again.slowest_ms, None, "", "", "ms", again.peak_mb),
    ]


def _pace(work: str, ours: Answered, theirs: Answered, name: str) -> Row:
    figures = ours.per_s, theirs.per_s
    return Row(work, *figures, name, _COMMAND, "tiles/s", ours.peak_mb, peer_mb=theirs.peak_mb)


def _around(zoom: int, side: int) -> list[Place]:
    """A square of so many tiles a side, from the middle of the polygons to the south-east."""
    lat, lon = map(math.radians, CENTRE)
    x = int((lon / math.pi + 1) / 2 * 2**zoom)
    y = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**zoom)
    return [Place(zoom, x + across, y + down) for across in range(side) for down in range(side)]


def _ours(site: Site, layer: str) -> str:
    found = re.search(r'"url":"([^"]+mvt[?]v=[^"]+)"', get(site.address, f"/strati/{layer}/"))
    if found is None:
        raise RuntimeError(f"The page of the layer {layer} names no tiles: not a figure to print.")
    return found[1]


def _answered(site: Site, address: str, places: Sequence[Place]) -> Answered:
    connection = http.client.HTTPConnection(urlsplit(site.address).netloc)
    _asked(connection, address, Place(9, 0, 0))  # far away: the first asking of a process opens its database
    with watching(site.pid) as held:
        taken = [_asked(connection, address, place) for place in places]
    connection.close()
    seconds, tiles = zip(*taken, strict=True)
    return Answered(list(seconds), list(tiles), held.peak_mb)


def _asked(connection: http.client.HTTPConnection, address: str, place: Place) -> tuple[float, bytes]:
    url = address
    for name, number in place._asdict().items():
        url = url.replace(f"{{{name}}}", str(number))
    started = time.perf_counter()
    connection.request("GET", url, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - started
    if answer.status not in {200, 204}:
        raise RuntimeError(f"The tile {url} was answered with {answer.status}: not a figure to print.")
    packed = answer.getheader("Content-Encoding") == "gzip"
    return seconds, gzip.decompress(body) if packed else body


_TIPG = ["-m", "uvicorn", "tipg.main:app", "--log-level", "warning"]
_COMMAND = " ".join(["python", *_TIPG])


@contextmanager
def _tipg(bench: Bench, layer: str) -> Iterator[tuple[Site, str]]:
    """The peer, whose edge is as wide as ours, on the table of the layer's version, its edge as wide as ours."""
    port, table = free_port(), f"layers.{layer}_v1"
    variables = {
        "PATH": os.environ.get("PATH", ""),
        "DATABASE_URL": _address_with_host(given_url()),
        "TIPG_DB_SCHEMAS": '["layers"]',
        "TIPG_DB_TABLES": json.dumps([table]),
        "TIPG_MAX_FEATURES_PER_TILE": str(_EVERY),
        "TIPG_TILE_BUFFER": "64",
        "TIPG_CATALOG_TTL": "0",
    }
    words = [str(bench.peer_python), *_TIPG, "--port", str(port)]
    with running(words, variables, bench.folder / "tipg.log") as pid:
        site = Site(f"http://127.0.0.1:{port}", pid)
        wait_for(site, "/healthz")
        tiles = f"/collections/{table}/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}"
        yield site, f"{tiles}?properties=id&limit={{limit}}"


def _address_with_host(url: str) -> str:
    """The database's address with the socket's folder as its host: tipg takes none without a host."""
    told = psycopg.conninfo.conninfo_to_dict(url)
    who = quote(str(told.get("user", "")), safe="")
    if told.get("password"):
        who += f":{quote(str(told['password']), safe='')}"
    host = quote(str(told.get("host", "localhost")), safe="")
    return f"postgresql://{who}@{host}:{told.get('port', 5432)}/{told['dbname']}"


def _check_same(folder: Path, places: Sequence[Place], ours: Answered, theirs: Answered) -> None:
    """A figure for other work is worth nothing: the same polygons in each tile."""
    for place, tile, peers_tile in zip(places, ours.tiles, theirs.tiles, strict=True):
        shapes, peers = _read(folder, tile, "shapes"), _read(folder, peers_tile, "default")
        if not (
            shapes.well_inside("mvt_id") <= peers.all_of("id")
            and peers.well_inside("id") <= shapes.all_of("mvt_id")
        ):
            raise RuntimeError(f"The peer's tile {place} has other polygons: not a figure to print.")


def _check_as_many(bench: Bench, ours: Answered, theirs: Answered) -> None:
    found = [
        [
            sum(_read(bench.folder, tile, name).number() for tile in answered.tiles)
            for name in ("shapes", "dots", "default")
        ]
        for answered in (ours, theirs)
    ]
    shapes, dots, peers = found[0][0], found[0][1], found[1][2]
    bench.say(
        f"tiles: {shapes:,} polygons as shapes and {dots:,} in dots that count them; {peers:,} in tipg's"
    )
    if abs(shapes + dots - peers) > _NEAR * peers:
        raise RuntimeError("The peer's tiles hold other polygons than ours: not a figure to print.")


class _Layer(NamedTuple):
    """Bounds in units of the tile, 4,096 a side, and columns."""

    bounds: NDArray[np.float64]
    columns: dict[str, list[int]]

    def number(self) -> int:
        """Of polygons whose middle lies in the tile itself, and not in the edge around it."""
        middle = (self.bounds[:, :2] + self.bounds[:, 2:]) / 2
        inside = ((middle >= 0) & (middle < _EXTENT)).all(axis=1)
        return int(np.array(self.columns.get("n", np.ones(len(middle))))[inside].sum())

    def all_of(self, column: str) -> set[int]:
        return set(self.columns.get(column, []))

    def well_inside(self, column: str) -> set[int]:
        """Those that reach further in than ours, which is simplified, may differ."""
        low, high = self.bounds[:, :2], self.bounds[:, 2:]
        inside = ((high > _EDGE) & (low < _EXTENT - _EDGE)).all(axis=1)
        return set(np.array(self.columns.get(column, []))[inside].tolist())


def _read(folder: Path, tile: bytes, layer: str) -> _Layer:
    path = folder / "tile.mvt"
    path.write_bytes(tile)
    if not tile or layer not in {row[0] for row in pyogrio.list_layers(path)}:
        return _Layer(np.zeros((0, 4)), {})
    meta, _fids, wkb, values = pyogrio.raw.read(path, layer=layer)
    names = [str(name) for name in meta["fields"]]
    columns = {name: column.tolist() for name, column in zip(names, values, strict=True)}
    return _Layer(shapely.bounds(shapely.from_wkb(wkb)), columns)
