"""The loaded streets as the ground of the maps: where they lie, how far out they are drawn, and that they are quiet."""

import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from django.test import Client

from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import load_network, open_network
from gisplan.analysis.railways import railway_lines, railways_key
from gisplan.analysis.street_tiles import drawable_networks, street_tile, streets_key
from layers import crs
from layers.serving.tiles import Address

from .conftest import COLLEGNO, COLLEGNO_STREETS

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
    z, x, y = tile_of(*place, zoom)
    answer = client.get(f"/sfondo/strade/{streets_key(drawable_networks())}/{z}/{x}/{y}.mvt")
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
    assert set(fetched(client, 11, middle, tmp_path)[1].get("c", [])) <= {0}
    assert set(fetched(client, 12, middle, tmp_path)[1]["c"]) == {0, 1}
    assert len(fetched(client, 10, middle, tmp_path)[0]) == 0
    assert set(fetched(client, 15, middle, tmp_path)[1]["c"]) & {1, 2}


def test_a_tile_is_sent_packed_to_a_browser_that_can_open_it(
    client: Client, middle: tuple[float, float]
) -> None:
    z, x, y = tile_of(*middle, 15)
    address = f"/sfondo/strade/{streets_key(drawable_networks())}/{z}/{x}/{y}.mvt"
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == client.get(address).content


def test_an_unknown_network_has_no_tile(client: Client) -> None:
    assert client.get("/sfondo/strade/none/14/8537/5892.mvt").status_code == 404


def test_a_tile_of_a_network_that_is_gone_is_not_found(client: Client, middle: tuple[float, float]) -> None:
    z, x, y = tile_of(*middle, 15)
    assert client.get(f"/sfondo/fiumi/{streets_key(drawable_networks())}/{z}/{x}/{y}.mvt").status_code == 404
    old = streets_key([StreetNetwork(digest="another")])
    assert client.get(f"/sfondo/strade/{old}/{z}/{x}/{y}.mvt").status_code == 404


def test_two_networks_are_one_layer_with_the_lines_of_both(
    client: Client, middle: tuple[float, float]
) -> None:
    row = StreetNetwork.objects.get()
    row.pk, row.name = None, "the same again"
    row.save()
    rows = drawable_networks()
    address = Address(*tile_of(*middle, 15))
    assert [one.name for one in rows] == ["collegno", "the same again"]
    assert len(street_tile(rows, address)) > 1.5 * len(street_tile(rows[:1], address))
    page = client.get("/").content.decode()
    assert page.count('data-switch="streets"') == 1
    assert "collegno" not in legend_of(page)


def legend_of(page: str) -> str:
    start = page.index('<section class="map-legend"')
    return page[start : page.index("</section>", start)]


def test_the_maps_lay_the_streets_upon_the_municipalities_and_below_the_rest(client: Client) -> None:
    page = client.get("/").content.decode()
    at = page.index(f"/sfondo/strade/{streets_key(drawable_networks())}")
    assert page.index('"key":"axes-acting"') < at < page.index('"key":"axis-')
    assert "<span>Strade</span>" in legend_of(page)
    assert "<span>Streets</span>" in legend_of(client.get("/en/").content.decode())


def test_the_legend_says_to_go_nearer_only_where_the_streets_are_not_seen_at_once(client: Client) -> None:
    assert "Si vede da vicino." in legend_of(client.get("/").content.decode())
    assert "Si vede da vicino." not in legend_of(client.get(f"/stazioni/{COLLEGNO}/").content.decode())


@pytest.fixture
def rails(tmp_path: Path) -> StreetNetwork:
    """A small extract by Collegno with a street, a railway and a metro."""
    nodes = {
        1: (7.570, 45.080),
        2: (7.580, 45.080),
        3: (7.560, 45.085),
        4: (7.590, 45.090),
        5: (7.600, 45.070),
    }
    ways = {"highway=residential": (1, 2), "railway=rail": (3, 4), "railway=subway": (3, 5)}
    lines = [f'<node id="{key}" version="1" lat="{lat}" lon="{lon}"/>' for key, (lon, lat) in nodes.items()]
    for key, (tag, ends) in enumerate(ways.items(), 1):
        refs = "".join(f'<nd ref="{end}"/>' for end in ends)
        name, value = tag.split("=")
        lines.append(f'<way id="{key}" version="1">{refs}<tag k="{name}" v="{value}"/></way>')
    path = tmp_path / "estratto.osm"
    path.write_text(f"<?xml version='1.0'?><osm version='0.6'>{''.join(lines)}</osm>", encoding="utf-8")
    return load_network(path).row


def test_without_railways_in_the_loaded_files_the_legend_has_no_line_of_them(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Ferrovie" not in page
    assert "/sfondo/ferrovie/" not in page


def test_the_railways_of_an_extract_are_a_layer_with_a_line_of_the_legend(
    client: Client, rails: StreetNetwork
) -> None:
    page = client.get("/").content.decode()
    key = railways_key(railway_lines(drawable_networks()))
    assert page.index('"key":"streets"') < page.index(f"/sfondo/ferrovie/{key}") < page.index('"key":"axis-')
    assert "<strong>Ferrovie</strong>" in legend_of(page)
    assert "<span>Metropolitane e tram</span>" in legend_of(page)
    assert "Metros and trams" in legend_of(client.get("/en/").content.decode())


def test_the_railways_lie_at_their_place_and_metros_from_nearer(
    client: Client, rails: StreetNetwork, tmp_path: Path
) -> None:
    key = railways_key(railway_lines(drawable_networks()))
    for zoom, expected in ((8, [0]), (13, [1, 0])):
        z, x, y = tile_of(7.5751, 45.0876, zoom)
        answer = client.get(f"/sfondo/ferrovie/{key}/{z}/{x}/{y}.mvt")
        path = tmp_path / f"{zoom}.mvt"
        path.write_bytes(answer.content)
        meta, _, shapes, values = pyogrio.raw.read(path, layer="shapes", x=str(x), y=str(y), z=str(z))
        drawn = dict(zip(meta["fields"], values, strict=True))
        assert drawn["c"].tolist() == expected
        line = shapely.from_wkb(shapes)[-1]
        here = [np.radians(7.575) * 6_378_137, np.arcsinh(np.tan(np.radians(45.0875))) * 6_378_137]
        assert line.distance(shapely.Point(here)) < 40_075_017 / 2**z / 512
    assert client.get("/sfondo/ferrovie/another/8/133/92.mvt").status_code == 404


def test_the_same_streets_without_their_railways_take_them_away(rails: StreetNetwork, tmp_path: Path) -> None:
    """Trams are no barrier to who walks, so the network is the same without them."""
    path = tmp_path / "estratto.osm"
    trams = re.sub('rail"|subway"', 'tram"', path.read_text(encoding="utf-8"))
    path.write_text(trams, encoding="utf-8")
    first = load_network(path).row
    assert len(railway_lines(drawable_networks())[0].lines) == 2
    path.write_text(re.sub(r'<way id="[23]".*</way>', "", trams), encoding="utf-8")
    assert load_network(path).row.digest == first.digest
    assert railway_lines(drawable_networks()) == []
