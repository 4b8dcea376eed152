"""Loaded streets as vector tiles: a quiet ground for the maps, from the arrays that the analyses use."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray

from gisplan.analysis.ground_tiles import TileBox, lines_tile, tile_box
from gisplan.analysis.inputs import digest
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import network_folder, open_network
from layers.serving.tiles import Address

FIRST_ZOOM = 11  # of tiles; farther out streets are a stain
CARS_FROM, ALL_FROM = 12, 13
MAIN_KMH = 45.0  # by car: what is slower is drawn from nearer
MOST_EDGES = 20_000
MAIN, STREET, PATH = 0, 1, 2
_CAR = 2


@dataclass(frozen=True)
class _Edges:
    """Boxes (west, south, east, north in metres) and classes of the edges."""

    box_m: NDArray[np.float64]
    edge_class: NDArray[np.int32]


def drawable_networks() -> list[StreetNetwork]:
    """The networks of this territory whose arrays are here."""
    rows = StreetNetwork.objects.filter(covers_territory=True, srid=settings.STORED_SRID).order_by("name")
    return [row for row in rows if network_folder(row.digest).is_dir()]


def streets_key(rows: Sequence[StreetNetwork]) -> str:
    """Names the tiles of these networks: another where any of them is another."""
    return digest(row.digest for row in rows)[:32]


def street_tile(rows: Sequence[StreetNetwork], address: Address) -> bytes:
    """The streets in a tile as MVT, with `c` their class: 0 main, 1 other, 2 not for cars; empty where none is."""
    if address.z < FIRST_ZOOM or not rows:
        return b""
    box = tile_box(address)
    found = [_chosen(row, box, address.z) for row in rows]
    ids, classes, lines = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(classes, kind="stable")[:MOST_EDGES][::-1]  # main ones on top
    return (
        lines_tile(address, ids[order].tolist(), classes[order].tolist(), lines[order]) if ids.size else b""
    )


def streets_within(
    rows: Sequence[StreetNetwork], box: TileBox, *, zoom: int
) -> dict[int, NDArray[np.object_]]:
    """Class -> the lines, in metres of the stored system, that a map of tiles of this zoom would show in the box."""
    if zoom < FIRST_ZOOM or not rows:
        return {}
    found = [_chosen(row, box, zoom) for row in rows]
    _ids, classes, lines = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return {one: lines[classes == one] for one in (PATH, STREET, MAIN) if (classes == one).any()}


def _chosen(row: StreetNetwork, box: TileBox, zoom: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Edges of a network that are shown in the box at this zoom, their classes and lines."""
    edges = _edges(row.digest)
    inside = box.meets(edges.box_m)
    if zoom < ALL_FROM:
        inside &= edges.edge_class <= (STREET if zoom >= CARS_FROM else MAIN)
    chosen = np.flatnonzero(inside)
    chosen = chosen[np.argsort(edges.edge_class[chosen], kind="stable")][:MOST_EDGES]
    return chosen, edges.edge_class[chosen], _lines(row.digest, chosen)


def _lines(digest: str, chosen: NDArray[np.int64]) -> NDArray[np.object_]:
    network = open_network(digest)
    starts, ends = network.coord_offsets[chosen], network.coord_offsets[chosen + 1]
    counts = ends - starts
    first = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]])[: counts.size], counts)
    lines: NDArray[np.object_] = shapely.linestrings(
        network.coords_m[first + np.arange(counts.sum())], indices=np.repeat(np.arange(chosen.size), counts)
    )
    return lines


@lru_cache(maxsize=8)
def _edges(digest: str) -> _Edges:
    network = open_network(digest)
    starts = network.coord_offsets[:-1]
    low, high = (way.reduceat(network.coords_m, starts, axis=0) for way in (np.minimum, np.maximum))
    car_kmh = network.kind_kmh[network.edge_kind, _CAR].max(axis=1)
    by_speed = np.where(car_kmh >= MAIN_KMH, MAIN, np.where(car_kmh > 0, STREET, PATH))
    return _Edges(np.concatenate([low, high], axis=1), by_speed.astype(np.int32))
