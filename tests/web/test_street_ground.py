"""The loaded streets as the ground of the maps: where they lie, how far out they are drawn, and that they are quiet."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from django.test import Client

from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import open_network
from layers import crs

from .conftest import COLLEGNO_STREETS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("torino"),
    pytest.mark.skipif(not COLLEGNO_STREETS.exists(), reason="the folder of real data is not at hand"),
]


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom
    return zoom, int(x), int(y)


def fetched(client: Client, zoom: int, place: tuple[float, float], folder: Path) -> Any:
    row = StreetNetwork.objects.get()
    z, x, y = tile_of(*place, zoom)
    answer = client.get(f"/sfondo/strade/{row.digest}/{z}/{x}/{y}.mvt")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    if not answer.content:
        return np.array([], dtype=object), {}
    path = folder / "tile.mvt"
    path.write_bytes(answer.content)
    meta, _, shapes, values = pyogrio.raw.read(path, layer="shapes", x=str(x), y=str(y), z=str(z))
    return shapely.from_wkb(shapes), dict(zip(meta["fields"], values, strict=True))


@pytest.fixture
def middle() -> tuple[float, float]:
    centre = StreetNetwork.objects.get().extent.centroid
    return centre.x, centre.y


def test_a_tile_holds_the_streets_that_cross_it_at_their_place(
    client: Client, tmp_path: Path, middle: tuple[float, float]
) -> None:
    shapes, columns = fetched(client, 15, middle, tmp_path)
    network = open_network(StreetNetwork.objects.get().digest)
    assert len(shapes) > 10
    for shape, edge in list(zip(shapes, columns["mvt_id"], strict=True))[:50]:
        part = slice(network.coord_offsets[edge], network.coord_offsets[edge + 1])
        lon, lat = crs.transform_xy(*network.coords_m[part].T, StreetNetwork.objects.get().srid, crs.WGS84)
        x = np.radians(lon) * 6_378_137
        y = np.arcsinh(np.tan(np.radians(lat))) * 6_378_137
        street = shapely.LineString(np.stack([x, y], axis=1))
        assert street.buffer(3).covers(shape)  # metres of Mercator: within a pixel


def test_far_out_only_main_streets_are_drawn_and_farther_none(
    client: Client, tmp_path: Path, middle: tuple[float, float]
) -> None:
    assert set(fetched(client, 12, middle, tmp_path)[1].get("c", [])) <= {0}
    assert len(fetched(client, 10, middle, tmp_path)[0]) == 0
    assert set(fetched(client, 15, middle, tmp_path)[1]["c"]) & {1, 2}


def test_an_unknown_network_has_no_tile(client: Client) -> None:
    assert client.get("/sfondo/strade/none/14/8537/5892.mvt").status_code == 404


def test_the_maps_lay_the_streets_upon_the_municipalities_and_below_the_rest(client: Client) -> None:
    page = client.get("/stazioni/").content.decode() + client.get("/").content.decode()
    row = StreetNetwork.objects.get()
    at = page.index(f"/sfondo/strade/{row.digest}")
    assert page.index('"key":"boundaries"') < at < page.index('"key":"axis-')
    assert f"Strade caricate: {row.name}" in page
