"""Sheets of paper: shapes at their place, a scale bar that is true, text that is text, and nothing fetched."""

import datetime as dt
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import numpy as np
import pypdf
import pyproj
import pytest
import shapely

from gisplan.maps.palettes import NO_DATA
from gisplan.maps.print_file import pdf_of, png_of
from gisplan.maps.print_page import PAPERS, PrintContent, print_pages, print_picture, round_length_m
from gisplan.maps.print_table import PrintTable
from gisplan.maps.print_text import width_mm, wrapped
from gisplan.maps.spec import MapSpec, Source
from gisplan.maps.svg_map import Frame, svg_map

from .samples import feature, point, points_layer, spec_of, squares_layer

SVG = "{http://www.w3.org/2000/svg}"
TO_UTM = pyproj.Transformer.from_crs(4326, 32632, always_xy=True)
FRAME = Frame(12, 20, 200, 150)


def to_utm(geometries: Any) -> Any:
    """By pyproj alone, not through the product's own operations."""
    return shapely.transform(geometries, lambda xy: np.column_stack(TO_UTM.transform(xy[:, 0], xy[:, 1])))


def content_of(spec: MapSpec | None, *tables: PrintTable, **options: Any) -> PrintContent:
    fixed: dict[str, Any] = {"title": "Asse 3. Mobilità", "date": dt.date(2026, 3, 7)} | options
    return PrintContent(spec=spec, tables=tables, **fixed)


def outlines(svg: str, layer: str) -> list[shapely.Geometry]:
    """The drawn outlines of a layer, read back from the SVG."""
    tree = ET.fromstring(f'<svg xmlns="{SVG[1:-1]}">{svg}</svg>')  # noqa: S314
    group = tree.find(f".//{SVG}g[@data-layer='{layer}']")
    assert group is not None
    paths = [path.attrib["d"] for path in group.iter(f"{SVG}path") if path.attrib["d"].endswith("z")]
    return [
        shapely.Polygon([tuple(map(float, pair.split())) for pair in path[1:-1].split("L")]) for path in paths
    ]


def test_a_square_lies_where_the_projection_puts_it_at_the_scale_that_is_told() -> None:
    drawn = svg_map(spec_of(squares_layer()), FRAME, to_utm)
    west, east = outlines(drawn.svg, "squares")
    x, y = TO_UTM.transform([7.0, 7.2, 7.2, 7.0], [45.0, 45.0, 45.2, 45.2])
    expected_m2 = shapely.Polygon(list(zip(x, y, strict=True))).area
    assert west.area * drawn.m_per_mm**2 == pytest.approx(expected_m2, rel=2e-3)
    assert west.centroid.x < east.centroid.x
    distance_m = np.hypot(x[1] - x[0], y[1] - y[0])
    corners = shapely.get_coordinates(west)
    south = sorted(corners[:-1].tolist(), key=lambda corner: -corner[1])[:2]
    assert np.hypot(*np.subtract(*south)) * drawn.m_per_mm == pytest.approx(distance_m, rel=1e-3)


def test_the_extent_fills_the_frame_and_no_shape_leaves_it_far() -> None:
    near = replace(spec_of(squares_layer()), bounds=(7.05, 45.05, 7.10, 45.10))
    box = shapely.box(12, 20, 212, 170)
    for outline in outlines(svg_map(near, FRAME, to_utm).svg, "squares"):
        assert box.buffer(3.1, join_style="mitre").contains(outline)


def test_a_hidden_layer_is_not_printed() -> None:
    hidden = replace(squares_layer(), visible=False)
    works = points_layer(feature("a", "Ponte", point(7.1, 45.1)))
    svg = svg_map(spec_of(hidden, works), FRAME, to_utm).svg
    assert 'data-layer="squares"' not in svg
    assert 'data-layer="works"' in svg


def test_works_at_one_place_are_one_mark_with_their_number() -> None:
    works = points_layer(*(feature(f"i{k}", "Ponte", point(7.1, 45.1)) for k in range(3)))
    svg = svg_map(spec_of(squares_layer(), works), FRAME, to_utm).svg
    assert svg.count('class="map-mark"') == 1
    assert ">3</text>" in svg


def test_missing_data_is_hatched_on_paper_too() -> None:
    svg = svg_map(spec_of(replace(squares_layer(), style=NO_DATA.style)), FRAME, to_utm).svg
    assert svg.count('fill="url(#print-hatch)"') == 2


@pytest.mark.parametrize(("most", "length"), [(45_000, 20_000), (999, 500), (1000, 1000), (7.3, 5)])
def test_the_scale_bar_has_a_round_length(most: float, length: float) -> None:
    assert round_length_m(most) == length


@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_the_scale_bar_measures_what_it_says_on_the_drawn_squares(paper: str) -> None:
    page = print_pages(content_of(spec_of(squares_layer())), PAPERS[paper], to_utm)[0]
    tree = ET.fromstring(page)  # noqa: S314
    bar = tree.find(f".//{SVG}g[@data-part='scale']")
    assert bar is not None
    found = re.search(r"h([\d.]+)v1\.6h", bar.findall(f"{SVG}path")[0].attrib["d"])
    assert found is not None
    west = outlines(page.partition("</defs>")[2].rpartition("</svg>")[0], "squares")[0]
    x, y = TO_UTM.transform([7.0, 7.2, 7.2, 7.0], [45.0, 45.0, 45.2, 45.2])
    m_per_mm = np.sqrt(shapely.Polygon(list(zip(x, y, strict=True))).area / west.area)
    assert float(found[1]) * m_per_mm == pytest.approx(float(bar.attrib["data-length-m"]), rel=2e-3)


@pytest.mark.parametrize(("paper", "points"), [("a4", (841.89, 595.28)), ("a3", (1190.55, 841.89))])
def test_a_pdf_has_the_size_of_its_paper_and_its_words_are_text_in_embedded_fonts(
    paper: str, points: tuple[float, float]
) -> None:
    table = PrintTable(
        name="t", title="Interventi", columns=("Nome", "€"), rows=(("Città di Susa", 1234567),)
    )
    content = content_of(
        spec_of(squares_layer()),
        table,
        sources=(Source("Istat, 2023", licence="CC BY 4.0"),),
        filters=("Anno: 2023",),
        address="https://piano.example.it/assi/3/",
        system="WGS 84 / UTM zone 32N",
    )
    written = pdf_of(print_pages(content, PAPERS[paper], to_utm), title=content.title, lang="it")
    reader = pypdf.PdfReader(io.BytesIO(written))
    first, second = (page.extract_text() for page in reader.pages)
    for words in ("Asse 3. Mobilità", "Legenda", "Comuni", "Anno: 2023", "CC BY 4.0", "07/03/2026", "1 / 2"):
        assert words in first
    assert "UTM zone 32N" in first
    assert "https://piano.example.it/assi/3/" in first
    assert "Città di Susa" in second
    assert "1.234.567" in second
    assert tuple(map(float, reader.pages[0].mediabox[2:])) == pytest.approx(points, abs=0.01)
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(inner)
    assert reader.metadata is not None
    assert reader.metadata.title == "Asse 3. Mobilità"
    assert reader.trailer["/Root"]["/Lang"] == "it"  # type: ignore[index]


def test_our_widths_are_those_of_the_embedded_font() -> None:
    letters = "Città metropolitana, 1.234.567 € (0–14 anni) WwMm%@fijl"
    page = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="50">'
        f'<text x="0" y="20" font-size="10" font-family="Liberation Sans">{letters}</text></svg>'
    )
    reader = pypdf.PdfReader(io.BytesIO(pdf_of([page], title="", lang="it")))
    font = next(iter(reader.pages[0]["/Resources"]["/Font"].values())).get_object()  # type: ignore[index]
    written = font["/ToUnicode"].get_object().get_data().decode()
    code_of = {
        chr(int(b, 16)): int(a, 16) for a, b in re.findall(r"<([0-9A-F]{4})> <([0-9A-F]{4})>", written)
    }
    widths: dict[int, float] = {}
    runs = iter(font["/DescendantFonts"][0].get_object()["/W"])
    for start in runs:
        end, value = next(runs), next(runs)
        widths |= dict.fromkeys(range(int(start), int(end) + 1), float(value))
    for letter in set(letters):
        assert width_mm(letter, 1000) == pytest.approx(widths[code_of[letter]], abs=1), letter


def test_a_png_has_the_pixels_that_its_paper_asks_for() -> None:
    pages = print_pages(content_of(spec_of(squares_layer())), PAPERS["a4"], to_utm)
    written = png_of(pages[0], ppi=72)
    assert written.startswith(b"\x89PNG")
    assert (int.from_bytes(written[16:20]), int.from_bytes(written[20:24])) == (841, 595)


def test_a_long_table_goes_on_with_its_head_on_every_page() -> None:
    rows = tuple((f"Comune numero {k}", k) for k in range(200))
    table = PrintTable(name="t", title="Comuni", columns=("Nome", "Residenti"), rows=rows)
    pages = print_pages(content_of(None, table), PAPERS["a4"], to_utm)
    assert len(pages) > 3
    assert all(page.count(">Residenti<") == 1 for page in pages)
    written = "".join(pages)
    assert all(written.count(f">Comune numero {k}<") == 1 for k in range(200))
    lowest = max(float(y) for page in pages for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)"', page))
    assert lowest <= 210 - 12


def test_a_text_is_wrapped_within_its_room_and_no_letter_is_lost() -> None:
    text = "Interventi di riqualificazione dell'asse ferroviario https://example.it/" + "x" * 90
    lines = wrapped(text, 40, 3)
    assert all(width_mm(line, 3) <= 40 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("name", ["</text><script>", "a\x0bb\x00c\ud800", "& < > \" '"])
def test_a_hostile_name_stays_text(name: str) -> None:
    works = points_layer(feature("a", name, point(7.1, 45.1), named=True), label_field="named")
    table = PrintTable(name="t", title=name, columns=(name,), rows=((name,),))
    for page in print_pages(
        content_of(spec_of(squares_layer(), works), table, title=name), PAPERS["a4"], to_utm
    ):
        ET.fromstring(page)  # noqa: S314
        assert "<script" not in page
        png_of(page, ppi=20)


def names_on(svg: str) -> dict[str, tuple[float, float]]:
    """Name -> where it begins on the sheet."""
    tree = ET.fromstring(f'<svg xmlns="{SVG[1:-1]}">{svg}</svg>')  # noqa: S314
    return {
        str(one.text): (float(one.attrib["x"]), float(one.attrib["y"])) for one in tree.iter(f"{SVG}text")
    }


def test_an_area_of_the_ground_is_named_where_its_name_has_room() -> None:
    ground = squares_layer()
    names = {str(one["properties"]["name"]) for one in ground.features}
    svg = svg_map(spec_of(ground), FRAME, to_utm).svg
    found = names_on(svg)
    assert set(found) == names
    for outline, (x, y) in zip(outlines(svg, "squares"), found.values(), strict=True):
        assert outline.contains(shapely.Point(x, y))
    small = replace(spec_of(ground), bounds=(0, 40, 15, 50))
    assert names_on(svg_map(small, FRAME, to_utm).svg) == {}


def test_no_name_of_the_ground_stands_where_the_scale_bar_will() -> None:
    spec = spec_of(squares_layer())
    whole = Frame(FRAME.x_mm, FRAME.y_mm, FRAME.width_mm, FRAME.height_mm)
    assert names_on(svg_map(spec, FRAME, to_utm, keep_clear=[whole]).svg) == {}


def test_a_picture_has_all_maps_one_below_the_other() -> None:
    spec = spec_of(squares_layer())
    more = (replace(spec, key="b", title="La seconda"),)
    svg = print_picture(content_of(spec, more_specs=more), PAPERS["a4"], to_utm)
    sheet = png_of(svg, ppi=36)
    assert int.from_bytes(sheet[20:24]) == pytest.approx(2 * 210 / 25.4 * 36, abs=2)
    assert re.findall(r'<g transform="(translate\(0 \d+\))">', svg) == ["translate(0 0)", "translate(0 210)"]
    assert svg.count('data-part="scale"') == svg.count('data-part="north"') == 2
    assert "La seconda" in svg
