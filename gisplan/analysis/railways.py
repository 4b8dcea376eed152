"""The railways of a loaded street file: kept beside its network, drawn below the maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray

from gisplan.analysis.ground_tiles import TileBox, lines_tile, tile_box
from gisplan.analysis.inputs import digest
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import RAILWAYS, network_folder
from layers import crs
from layers.serving.tiles import Address

FIRST_ZOOM = 7  # of tiles: a railway is known from afar
CITY_FROM = 11
TRAIN, CITY = 0, 1


@dataclass(frozen=True)
class _Lines:
    """In metres of the stored system; `box_m` as `TileBox.meets` takes them."""

    lines: NDArray[np.object_]
    box_m: NDArray[np.float64]
    line_class: NDArray[np.int32]
    digest: str


def railway_lines(rows: Sequence[StreetNetwork]) -> list[_Lines]:
    """Those of the networks that have any."""
    paths = [network_folder(row.digest) / RAILWAYS for row in rows]
    return [_read(path, path.stat().st_mtime_ns) for path in paths if path.is_file()]


def railways_box(found: Sequence[_Lines]) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of all lines."""
    boxes = np.concatenate([one.box_m for one in found])
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    x_m, y_m = np.array([west, west, east, east]), np.array([south, north, south, north])
    lon, lat = crs.transform_xy(x_m, y_m, settings.STORED_SRID, crs.WGS84)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def railways_key(found: Sequence[_Lines]) -> str:
    return digest(one.digest for one in found)[:32]


def railway_tile(found: Sequence[_Lines], address: Address) -> bytes:
    """The railways in a tile as MVT, with `c` their class: 0 of trains, 1 of a city; empty where none is."""
    if address.z < FIRST_ZOOM or not found:
        return b""
    lines, classes = _chosen(found, tile_box(address), address.z)
    order = np.argsort(-classes, kind="stable")  # trains on top
    return lines_tile(address, order.tolist(), classes[order].tolist(), lines[order]) if lines.size else b""


def railways_within(found: Sequence[_Lines], box: TileBox, *, zoom: int) -> dict[int, NDArray[np.object_]]:
    """Class -> the lines, in metres of the stored system, that a map of tiles of this zoom would show in the box."""
    if zoom < FIRST_ZOOM or not found:
        return {}
    lines, classes = _chosen(found, box, zoom)
    return {one: lines[classes == one] for one in (CITY, TRAIN) if (classes == one).any()}


def _chosen(
    found: Sequence[_Lines], box: TileBox, zoom: int
) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    lines = np.concatenate([one.lines[box.meets(one.box_m)] for one in found])
    classes = np.concatenate([one.line_class[box.meets(one.box_m)] for one in found])
    shown = classes == TRAIN if zoom < CITY_FROM else np.ones(len(classes), dtype=bool)
    return lines[shown], classes[shown]


@lru_cache(maxsize=8)
def _read(path: Path, _written_ns: int) -> _Lines:
    with np.load(path, allow_pickle=False) as kept:
        places_m, offsets, kinds = kept["places_m"], kept["offsets"], kept["kinds"]
    owner = np.repeat(np.arange(len(kinds)), np.diff(offsets))
    lines = shapely.linestrings(places_m, indices=owner)
    return _Lines(lines, shapely.bounds(lines), kinds, digest([places_m, offsets, kinds]))
