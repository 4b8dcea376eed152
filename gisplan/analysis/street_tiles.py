"""Loaded streets as vector tiles: a quiet ground for the maps, from the arrays that the analyses use."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import network_folder, open_network
from layers import crs
from layers.serving.tiles import SCREEN_PX, SHAPES, Address

FIRST_ZOOM = 11  # of tiles; farther out streets are a stain
ALL_FROM = 13
MAIN_KMH = 45.0  # by car: what is slower is drawn from nearer
MOST_EDGES = 20_000
MAIN, STREET, PATH = 0, 1, 2
_CAR = 2
_WORLD_M = 40_075_016.685578488
_TILE = """
SELECT ST_AsMVT(one, %(name)s, 4096, 'geom', 'id') FROM (
  SELECT id, c, ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_GeomFromWKB(shape), %(srid)s), 3857),
    ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
  FROM unnest(%(ids)s::integer[], %(classes)s::integer[], %(shapes)s::bytea[]) AS given (id, c, shape)
) AS one WHERE geom IS NOT NULL
"""


@dataclass(frozen=True)
class _Edges:
    """Boxes (west, south, east, north in metres) and classes of the edges."""

    box_m: NDArray[np.float64]
    edge_class: NDArray[np.int32]


def drawable_networks() -> list[StreetNetwork]:
    """The networks of this territory whose arrays are here."""
    rows = StreetNetwork.objects.filter(covers_territory=True).order_by("name")
    return [row for row in rows if network_folder(row.digest).is_dir()]


def street_tile(row: StreetNetwork, address: Address) -> bytes:
    """The streets in a tile as MVT, with `c` their class: 0 main, 1 other, 2 not for cars; empty where none is."""
    if address.z < FIRST_ZOOM:
        return b""
    edges, (west, south, east, north) = _edges(row.digest), _box_m(address, row.srid)
    inside = (
        (edges.box_m[:, 0] <= east)
        & (edges.box_m[:, 2] >= west)
        & (edges.box_m[:, 1] <= north)
        & (edges.box_m[:, 3] >= south)
    )
    if address.z < ALL_FROM:
        inside &= edges.edge_class == MAIN
    chosen = np.flatnonzero(inside)
    chosen = chosen[np.argsort(edges.edge_class[chosen], kind="stable")][:MOST_EDGES][
        ::-1
    ]  # main ones on top
    return _written(row, address, chosen, edges.edge_class[chosen]) if chosen.size else b""


def _written(
    row: StreetNetwork, address: Address, chosen: NDArray[np.int64], classes: NDArray[np.int32]
) -> bytes:
    pixel_m = _WORLD_M / 2**address.z / SCREEN_PX * 0.7
    values = {
        **{"name": SHAPES, "srid": row.srid, "z": address.z, "x": address.x, "y": address.y},
        "ids": chosen.tolist(),
        "classes": classes.tolist(),
        "shapes": list(shapely.to_wkb(shapely.simplify(_lines(row.digest, chosen), pixel_m / 2))),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TILE, values)
        (tile,) = cursor.fetchone() or (b"",)
    return bytes(tile or b"")


def _lines(digest: str, chosen: NDArray[np.int64]) -> NDArray[np.object_]:
    network = open_network(digest)
    starts, ends = network.coord_offsets[chosen], network.coord_offsets[chosen + 1]
    counts = ends - starts
    first = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
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


def _box_m(address: Address, srid: int) -> tuple[float, float, float, float]:
    """The tile in the network's metres, a fiftieth wider on each side; its edges bend."""
    steps = np.linspace(-0.02, 1.02, 9)
    across, down = (part.ravel() for part in np.meshgrid(address.x + steps, address.y + steps))
    lon = across / 2**address.z * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * down / 2**address.z))))
    x_m, y_m = crs.transform_xy(lon, lat, crs.WGS84, srid)
    return float(x_m.min()), float(y_m.min()), float(x_m.max()), float(y_m.max())
