import base64
import datetime as dt
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gisplan.maps.errors import AssetError
from gisplan.maps.palettes import NO_DATA
from gisplan.maps.spec import MapLayer, Source, TileServer
from gisplan.maps.standalone import standalone_html

from .samples import feature, point, points_layer, spec_of, squares_layer

SOURCES = (
    Source("ISTAT, confini 2023", "https://example.org/istat", "CC BY 4.0"),
    Source("Rilievo <proprio>"),
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Stand-ins for Leaflet's files: with an image, comments, addresses and Windows line ends."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "layers.png").write_bytes(b"\x89PNG fake")
    css = "/* https://example.com/bug */\r\n.a { b: url(images/layers.png); }\r\n.c { d: url(#default); }\r\n"
    (tmp_path / "leaflet.css").write_bytes(css.encode())
    js = '/* (c) https://leafletjs.com */\r\nvar n = "http://www.w3.org/2000/svg", s = "</script>";\r\n'
    (tmp_path / "leaflet.js").write_bytes((js + "//# sourceMappingURL=leaflet.js.map").encode())
    return {name: tmp_path / name for name in ("leaflet.css", "leaflet.js")}


def page(files: dict[str, Path], *layers: MapLayer, **options: Any) -> str:
    return standalone_html(spec_of(*(layers or (squares_layer(),)), **options), files)


def test_the_only_addresses_are_those_of_the_sources(files: dict[str, Path]) -> None:
    html = page(files, sources=SOURCES)
    assert set(re.findall(r"https?://[^\s\"'<>;)]+", html)) == {
        "https://example.org/istat",
        "http://www.w3.org/2000/svg",
    }
    assert re.findall(r"<link|\ssrc=|@import|sourceMappingURL", html) == []


def test_images_of_the_stylesheet_are_inside(files: dict[str, Path]) -> None:
    image = base64.b64encode(b"\x89PNG fake").decode()
    html = page(files)
    assert f"url(data:image/png;base64,{image})" in html
    assert "url(#default)" in html


def test_policy_forbids_every_request_and_allows_just_what_is_written(files: dict[str, Path]) -> None:
    html = page(files)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'").replace("&#43;", "+")
    assert "default-src 'none'" in allowed
    assert "unsafe" not in allowed
    written = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", html, flags=re.S)
    assert len(written) == 6
    for content in written:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


def test_page_says_title_notice_sources_and_date(files: dict[str, Path]) -> None:
    html = page(files, sources=SOURCES, notice="10 di 111 azioni caricate", date=dt.date(2026, 3, 5))
    assert '<html lang="it">' in html
    assert "<title>Prova</title>" in html
    assert "<h1>Prova</h1>" in html
    assert '<p class="notice">10 di 111 azioni caricate</p>' in html
    assert '<a href="https://example.org/istat">ISTAT, confini 2023</a>, licenza CC BY 4.0' in html
    assert "Rilievo &lt;proprio&gt;" in html
    assert "Data: 05/03/2026" in html


def test_page_in_english(files: dict[str, Path]) -> None:
    html = page(files, lang="en", sources=SOURCES, date=dt.date(2026, 3, 5))
    for words in (
        '<html lang="en">',
        "Data of the map",
        "Sources",
        "licence CC BY 4.0",
        "Date: 05 March 2026",
    ):
        assert words in html


def test_page_holds_the_table_of_every_listed_layer(files: dict[str, Path]) -> None:
    works = points_layer(feature("p", "Ponte", point(7.1, 45.1)), feature("s", "Scuola", None))
    html = page(files, squares_layer(listed=False), works)
    assert re.findall(r"<caption>(.*?)</caption>", html) == ["Interventi"]
    assert re.findall(r'data-row="(\w)"', html) == ["p", "s"]


def test_titles_are_escaped(files: dict[str, Path]) -> None:
    html = standalone_html(replace(spec_of(squares_layer()), title="<script>x</script>", notice="<b>"), files)
    assert "<script>x" not in html
    assert "<b>" not in html


def test_tiles_and_links_stay_behind(files: dict[str, Path]) -> None:
    works = points_layer(feature("p", "Ponte", point(7, 45), url="/interventi/p"), link_field="url")
    tiles = TileServer(url="https://tiles.example.org/{z}/{x}/{y}.png", attribution_html="© Tiles")
    html = page(files, works, tiles=tiles)
    assert "tiles.example.org" not in html
    assert "/interventi/p" not in html


def test_a_page_is_the_same_when_written_twice(files: dict[str, Path]) -> None:
    layer = replace(squares_layer(), style=NO_DATA.style)
    assert page(files, layer) == page(files, layer)


@pytest.mark.parametrize("name", ["leaflet.css", "leaflet.js", "images/layers.png"])
def test_a_file_that_cannot_be_read_is_named(files: dict[str, Path], name: str) -> None:
    (files["leaflet.css"].parent / name).unlink()
    with pytest.raises(
        AssetError, match=rf"needs the file '{Path(name).name}', which cannot be read: run the setup\."
    ):
        page(files)


def test_a_file_that_is_not_given_is_named() -> None:
    with pytest.raises(AssetError, match=r"needs the asset 'leaflet\.css'"):
        page({})


def test_a_file_holds_the_shapes_that_pages_would_share(files: dict[str, Path]) -> None:
    html = page(files, replace(squares_layer(), shapes_url="/forme/1.js"))
    assert "/forme/" not in html
    assert "[7.2,45.2]" in html
