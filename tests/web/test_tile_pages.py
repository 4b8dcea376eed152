"""Tiles and features of large layers: who may have them, what a browser may keep, and the table beside the map."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from django.test import Client

from gisplan.maps.spec import positions
from gisplan.plan.layer_axes import show_on_axes
from gisplan.plan.models import Axis
from gisplan.plan.queries import default_edition
from gisplan.web import layer_features, layer_maps
from gisplan.web.layer_overviews import without_tiles
from layers.models import Layer, Version
from layers.serving.classes import drawing_key

from .import_samples import geojson, point
from .import_steps import imported, publish, text

pytestmark = pytest.mark.django_db
TILE = "/strati/luoghi/tiles/7/66/46.mvt"  # holds 7.6 E, 45.0 N
Published = Callable[..., Version]


@pytest.fixture(autouse=True)
def small_limit(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    settings.LAYERS_TILES_DIR = tmp_path / "tiles"
    monkeypatch.setattr(layer_features, "MOST_FEATURES", 3)


@pytest.fixture
def published(officer: Client) -> Published:
    def make(*names: str, public: bool = True) -> Version:
        places = [point(7.6 + n / 100, 45.0, nome=name, valore=n * 1000.5) for n, name in enumerate(names)]
        run = imported(officer, geojson(places))
        publish(officer, run)
        Layer.objects.filter(name="luoghi").update(is_public=public)
        return Version.objects.select_related("layer").get(layer__name="luoghi", is_current=True)

    return make


def test_a_tile_of_a_public_layer_is_kept_for_ever_under_the_address_of_its_drawing(
    client: Client, published: Published
) -> None:
    version = published(*"abcde")
    address = f"{TILE}?v={version.number}-{drawing_key(version)}"
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(answer.content) == client.get(address).content != b""
    assert not answer.cookies
    assert "Cookie" not in answer.headers["Vary"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(TILE).headers["Cache-Control"] == "public, no-cache"


def test_a_new_version_or_style_has_another_address(client: Client, published: Published) -> None:
    first = published(*"abcde")
    address = f"{TILE}?v={first.number}-{drawing_key(first)}"
    tag = client.get(address).headers["ETag"]
    second = published(*"fghij")
    answer = client.get(address, headers={"If-None-Match": tag})  # the old address gives the current version
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert f"v={second.number}-" in client.get("/strati/luoghi/").content.decode()


def test_a_private_layer_has_no_tile_for_a_stranger_and_no_shared_copy_for_its_keeper(
    client: Client, officer: Client, published: Published
) -> None:
    published(*"abcde", public=False)
    for address in (TILE, "/strati/luoghi/elementi/1/", "/strati/altro/tiles/0/0/0.mvt"):
        assert client.get(address).status_code == 404
    answer = officer.get(TILE)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Cookie" in answer.headers["Vary"]


def test_a_staged_version_is_drawn_for_its_keeper_alone(
    client: Client, officer: Client, published: Published
) -> None:
    published(*"abcde")
    run = imported(officer, geojson([point(7.6, 45.0, nome=name) for name in "vwxyz"]))
    page = officer.get(f"/strati/importa/{run.pk}/").content.decode()
    assert "/strati/luoghi/tiles/{z}/{x}/{y}.mvt?v=2-" in page
    staged = officer.get("/strati/luoghi/elementi/1/?v=2-x").json()
    assert staged["properties"]["name"] == "v"
    assert client.get("/strati/luoghi/elementi/1/?v=2-x").json()["properties"]["name"] == "a"


@pytest.mark.parametrize("place", ["23/0/0", "3/8/0", "3/0/8"])
def test_a_tile_that_does_not_exist_is_not_found(client: Client, published: Published, place: str) -> None:
    published(*"abcde")
    assert client.get(f"/strati/luoghi/tiles/{place}.mvt").status_code == 404


def test_a_feature_is_told_as_the_popup_and_the_table_show_it(client: Client, published: Published) -> None:
    published(*"abcde")
    told = client.get("/strati/luoghi/elementi/3/").json()
    assert told["properties"] == {"id": "3", "name": "c", "values": ["c", "2.001"]}
    assert told["geometry"]["coordinates"] == pytest.approx([7.62, 45.0], abs=1e-6)
    english = client.get("/en/strati/luoghi/elementi/2/").json()
    assert english["properties"]["values"] == ["b", "1,000.5"]
    assert client.get("/strati/luoghi/elementi/6/").status_code == 404


def test_a_large_layer_is_drawn_from_tiles_and_a_small_one_is_written_into_the_page(
    client: Client, published: Published
) -> None:
    published("a", "b", "c")
    assert "/strati/luoghi/tiles/" not in client.get("/strati/luoghi/").content.decode()
    published("a", "b", "c", "d")
    page = client.get("/strati/luoghi/").content.decode()
    assert "/strati/luoghi/tiles/" in page
    assert "/static/maps/tiles.js" in page
    assert "/en/strati/luoghi/tiles" not in client.get("/en/strati/luoghi/").content.decode()


def test_the_table_is_paged_and_leads_to_the_map(
    client: Client, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gisplan.web.feature_table.ROWS_A_PAGE", 2)
    published(*"abcde")
    page = client.get("/strati/luoghi/?pagina=2")
    assert "Elementi da 3 a 4 di 5" in text(page)
    assert "pagina 2 di 3" in text(page)
    assert 'href="?pagina=2&amp;elemento=4"' in page.content.decode()
    assert "Elementi da 5 a 5 di 5" in text(client.get("/strati/luoghi/?pagina=99"))
    assert "Elementi da 1 a 2 di 5" in text(client.get("/strati/luoghi/?pagina=x"))
    assert "Features 1 to 2 of 5" in text(client.get("/en/strati/luoghi/"))
    chosen = client.get("/strati/luoghi/?pagina=2&elemento=4").content.decode()
    assert '"chosen":4' in chosen
    assert '<tr aria-current="true"><th scope="row" class="num"><a href="?pagina=2&amp;elemento=4">' in chosen
    assert client.get("/strati/luoghi/?elemento=77").status_code == 200


def test_the_legend_counts_each_class_of_a_large_layer(client: Client, published: Published) -> None:
    version = published(*"abcab")
    version.layer.style = {
        "kind": "categorised",
        "column": "nome",
        "classes": [
            {"value": "a", "color": "#aa0000", "label": "classe A"},
            {"value": "b", "color": "#00aa00"},
        ],
    }
    version.layer.save()
    page = text(client.get("/strati/luoghi/"))
    assert "classe A 2 b 2 Dato mancante 1" in page


def test_paper_and_files_show_a_large_layer_at_their_own_scale(published: Published, officer: Client) -> None:
    version = published(*"aabbc")
    spec = layer_maps.layer_map(version)
    drawn = without_tiles(spec).layers[-1]
    assert drawn.tiles is None
    assert sum(one["properties"]["number"] for one in drawn.located) == 5
    west, south, east, north = spec.extent()
    side_deg = max(east - west, north - south) / 100
    for one in drawn.located:
        lon, lat = next(positions(one["geometry"]))
        assert 7.6 - side_deg <= lon <= 7.64 + side_deg
        assert lat == pytest.approx(45.0, abs=side_deg)
    assert drawn.note.startswith("5 elementi: quelli più piccoli di ")


@pytest.mark.parametrize("kind", ["gpkg", "xlsx"])
@pytest.mark.parametrize("view", ["/strati/luoghi/", "/assi/2/"])
@pytest.mark.usefixtures("torino")
def test_a_file_of_data_holds_a_large_layer_whole(
    client: Client, published: Published, tmp_path: Path, view: str, kind: str
) -> None:
    version = published(*"abcde")
    show_on_axes(version.layer, [Axis.objects.get(edition=default_edition(), code="2").pk])
    path = tmp_path / f"view.{kind}"
    path.write_bytes(client.get(view, {"formato": kind}).getvalue())
    found = pyogrio.read_dataframe(path, layer="layer-luoghi")
    assert list(found["nome"]) == list("abcde")
    assert list(found["valore"]) == [n * 1000.5 for n in range(5)]
    if kind == "gpkg":
        degrees = found.to_crs(4326).geometry
        assert list(degrees.x) == pytest.approx([7.6, 7.61, 7.62, 7.63, 7.64], abs=1e-7)
        assert found.crs.to_epsg() == version.stored_srid


@pytest.mark.parametrize("kind", ["gpkg", "xlsx"])
@pytest.mark.usefixtures("torino")
def test_a_private_layer_is_in_no_file_of_a_public_page(
    client: Client, published: Published, tmp_path: Path, kind: str
) -> None:
    version = published(*"abcde", public=False)
    show_on_axes(version.layer, [Axis.objects.get(edition=default_edition(), code="2").pk])
    path = tmp_path / f"view.{kind}"
    path.write_bytes(client.get("/assi/2/", {"formato": kind}).getvalue())
    assert "layer-luoghi" not in [name for name, _ in pyogrio.list_layers(path)]
    assert client.get("/strati/luoghi/", {"formato": kind}).status_code == 404


def test_paper_round_a_place_has_the_layer_up_to_the_edges_of_the_sheet(published: Published) -> None:
    version = published(*"abcdefghijk")  # 0.01 degrees apart, from 7.6 to 7.7 E at 45 N
    spec = layer_maps.layer_map(version)
    flat = replace(spec, bounds=(7.63, 44.99, 7.67, 45.01))
    (drawn,) = [one for one in without_tiles(flat).layers if one.key == "layer-luoghi"]
    assert sum(one["properties"]["number"] for one in drawn.located) == 5
    assert "Sono disegnati solo quelli di questa zona." in drawn.note
    tall = replace(spec, bounds=(7.645, 44.97, 7.655, 45.03))  # a sheet is wider: 1.6 times 6.7 km
    (drawn,) = [one for one in without_tiles(tall).layers if one.key == "layer-luoghi"]
    assert sum(one["properties"]["number"] for one in drawn.located) == 11
    assert "questa zona" not in drawn.note
