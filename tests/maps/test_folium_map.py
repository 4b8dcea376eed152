import ast
import json
import re
from dataclasses import replace
from typing import Any

import folium
import pytest

from gisplan.maps.errors import AssetError, MapInputError, MapsError
from gisplan.maps.folium_map import CSS, JS, OWN_ASSETS, PARSED_FROM, MapParts, build_map, script_json
from gisplan.maps.palettes import AXES, NO_DATA
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass, TileServer

from .samples import collection, feature, point, points_layer, spec_of, square, squares_layer

ASSETS = {name: f"/static/{name}" for name in (*CSS, *JS)}
HOSTILE = "</script><script>alert(1)</script>{{ 7*7 }}{% if %}<!--\u2028'\"&"


def parts_of(*layers: MapLayer, **options: Any) -> MapParts:
    return build_map(spec_of(*layers, **options), ASSETS)


def calls(parts: MapParts, function: str) -> list[list[Any]]:
    """Arguments of each call of map.js in the script, read as JSON."""
    found = re.findall(rf"gisplanMap\.{function}\(\w+, (.*)\);", parts.script)
    return [json.loads(f"[{arguments}]") for arguments in found]


def test_parts_name_the_local_assets_and_nothing_else() -> None:
    parts = parts_of(squares_layer())
    assert parts.css == ["/static/leaflet.css", "/static/map.css"]
    assert parts.js == ["/static/leaflet.js", "/static/map.js"]
    everything = parts.html + parts.script + parts.legend
    assert re.findall(r"https?:|//\w", everything) == []
    assert 'id="map_main"' in parts.html


def test_folium_itself_keeps_its_own_assets() -> None:
    parts_of(squares_layer())
    assert folium.Map.default_js[0][1].startswith("https://")


def test_page_parts_need_no_inline_style_and_no_inline_handler() -> None:
    parts = parts_of(
        replace(squares_layer(), style=NO_DATA.style), points_layer(feature("p", "P", point(7.1, 45.1)))
    )
    everything = parts.html + parts.script + parts.legend
    assert re.findall(r"<style|style=|\son\w+=", everything) == []


def test_the_same_map_is_written_the_same_way_twice() -> None:
    assert parts_of(squares_layer()) == parts_of(squares_layer())


def test_two_maps_of_one_page_have_their_own_names() -> None:
    left, right = (parts_of(squares_layer(), key=key) for key in ("left", "right"))
    assert 'id="map_left"' in left.html
    assert "var map_right = L.map(" in right.script
    assert 'data-map="map_right"' in right.legend


def test_a_hostile_name_stays_data() -> None:
    layer = points_layer(feature("p", HOSTILE, point(7, 45), kind=HOSTILE), link_field="kind_url")
    spec = MapSpec(title=HOSTILE, layers=(replace(layer, title=HOSTILE),), attribution=HOSTILE)
    parts = build_map(spec, ASSETS)
    assert "<" not in parts.script
    assert "\u2028" not in parts.script
    [[_, data]] = calls(parts, "addLayer")
    [member] = data["features"][0]["properties"]["members"]
    assert member["name"] == HOSTILE
    assert member["values"] == [HOSTILE, "non noto"]
    assert "<script" not in parts.legend + parts.html


def test_only_what_is_shown_leaves_the_server() -> None:
    layer = points_layer(feature("p", "Nome", point(7, 45), kind="scuola", internal_note="riservato"))
    assert "riservato" not in parts_of(layer).script


def test_points_of_one_place_share_a_mark_that_counts_them() -> None:
    layer = points_layer(
        feature("a", "A", point(7, 45)),
        feature("b", "B", point(7.3, 45.2)),
        feature("c", "C", point(7, 45.000001)),
    )
    [[_, data]] = calls(parts_of(layer), "addLayer")
    together, alone = (item["properties"] for item in data["features"])
    assert [member["id"] for member in together["members"]] == ["a", "c"]
    assert together["name"] == "Interventi: 2"
    assert [member["id"] for member in alone["members"]] == ["b"]
    assert "name" not in alone


def test_points_of_several_layers_at_one_place_stand_beside_each_other() -> None:
    first = points_layer(feature("a", "A", point(7, 45)), feature("x", "X", point(7.3, 45.2)))
    second = replace(points_layer(feature("b", "B", point(7, 45))), key="more")
    slots = [
        [item["properties"]["slot"] for item in data["features"]]
        for _, data in calls(parts_of(first, second), "addLayer")
    ]
    assert slots == [[0, 0], [1]]


def test_points_of_one_place_in_two_classes_keep_two_marks() -> None:
    classes = (StyleClass(value="fatto", label="Fatto", style=AXES["1"].style),)
    layer = points_layer(
        feature("a", "A", point(7, 45), state="fatto"),
        feature("b", "B", point(7, 45), state=None),
        classes=classes,
        class_field="state",
    )
    [[options, data]] = calls(parts_of(layer, bounds=(6, 44, 8, 46)), "addLayer")
    assert [item["properties"]["cls"] for item in data["features"]] == ["0", ""]
    assert set(options["styles"]) == {"", "0"}


def test_a_feature_without_position_is_not_drawn_but_mentioned() -> None:
    parts = parts_of(points_layer(feature("a", "A", point(7, 45)), feature("b", "B", None)))
    [[_, data]] = calls(parts, "addLayer")
    assert len(data["features"]) == 1
    assert "1 di 2 non hanno una posizione nota" in parts.legend


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[45.0, 7.0], [46.0, 8.0]]),
        ({"fit": ("squares",)}, [[45.0, 7.0], [45.2, 7.4]]),
        ({"bounds": (6.5, 44.5, 8.5, 46.5)}, [[44.5, 6.5], [46.5, 8.5]]),
    ],
)
def test_map_fits_its_bounds_or_its_layers(options: dict[str, Any], expected: list[list[float]]) -> None:
    parts = parts_of(squares_layer(), points_layer(feature("p", "P", point(8, 46))), **options)
    [[settings]] = calls(parts, "prepareMap")
    for found, wanted in zip(settings["bounds"], expected, strict=True):
        assert found == pytest.approx(wanted)


def test_geometry_collections_and_lines_are_measured_too() -> None:
    line = {"type": "LineString", "coordinates": [[7, 45], [7.5, 45.9]]}
    mixed = {"type": "GeometryCollection", "geometries": [line, square(8, 44)]}
    assert spec_of(points_layer(feature("m", "M", mixed))).extent() == (7, 44, 8.2, 45.9)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("it", ["Ingrandisci la mappa", "Mappa: Prova"]), ("en", ["Zoom in", "Map: Prova", "Close the popup"])],
)
def test_controls_speak_the_language_of_the_page(lang: Any, words: list[str]) -> None:
    [[settings]] = calls(parts_of(squares_layer(), lang=lang), "prepareMap")
    assert set(words) <= set(map(str, settings.values()))


def test_a_tile_server_is_asked_only_where_the_settings_name_one() -> None:
    tiles = TileServer(url="https://tiles.example.org/{z}/{x}/{y}.png", attribution_html="© Tiles")
    assert "L.tileLayer" not in parts_of(squares_layer()).script
    script = parts_of(squares_layer(), tiles=tiles).script
    assert '"https://tiles.example.org/{z}/{x}/{y}.png"' in script
    assert script.index("L.tileLayer") < script.index("gisplanMap.addLayer")


def test_no_data_is_drawn_with_the_pattern_of_its_own_map() -> None:
    layer = replace(squares_layer(), style=NO_DATA.style)
    parts = parts_of(layer, key="left")
    [[options, _]] = calls(parts, "addLayer")
    assert options["styles"][""]["path"]["fillColor"] == "url(#hatch-left)"
    assert '<pattern id="hatch-left"' in parts.html
    assert "<pattern" not in parts_of(squares_layer()).html


def test_own_assets_are_files_of_the_package() -> None:
    assert set(OWN_ASSETS) == {"map.css", "map.js", "tiles.js", "clusters.js"}
    assert all(path.is_file() for path in OWN_ASSETS.values())


def test_a_missing_asset_is_named() -> None:
    with pytest.raises(
        AssetError, match=r"The map needs the asset 'leaflet\.css', found \[\]: run the setup\."
    ):
        build_map(spec_of(squares_layer()), {})


def test_nothing_to_fit_is_refused() -> None:
    with pytest.raises(MapInputError, match="Map 'Prova' has nothing to fit: give bounds, or a layer"):
        parts_of(points_layer(feature("a", "A", None)))


BAD_LAYERS = [
    (
        {"key": "Città"},
        "The key of a map layer must be lower-case letters, digits, '-' or '_', found 'Città'.",
    ),
    ({"data": {"type": "Feature"}}, "must be a GeoJSON FeatureCollection, found 'Feature'."),
    ({"class_field": "x"}, "needs both classes and class_field, or neither."),
    (
        {"data": collection({"type": "Feature", "geometry": None, "properties": None})},
        "must have a property 'id'",
    ),
    (
        {"id_field": "istat"},
        "Feature 0 of layer 'squares' must have a property 'istat', found ['id', 'name'].",
    ),
    (
        {"data": collection(feature("a", "A", point(395000, 4990000)))},
        "degrees (EPSG:4326), found 395000, 4990000",
    ),
    (
        {"data": collection(feature("a", "A", None, url="javascript:alert(1)")), "link_field": "url"},
        "must link to a page with '/...' or 'https://...', found 'javascript:alert(1)'.",
    ),
]


@pytest.mark.parametrize(("change", "message"), BAD_LAYERS, ids=[message[:40] for _, message in BAD_LAYERS])
def test_a_layer_that_cannot_be_drawn_is_refused_in_one_sentence(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(MapInputError) as refusal:
        replace(squares_layer(), **change)
    assert message in str(refusal.value)
    assert isinstance(refusal.value, MapsError)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": (squares_layer(), squares_layer())}, "needs its own key, found ['squares', 'squares']"),
        (
            {"layers": (squares_layer(),), "fit": ("roads",)},
            "must fit ['roads'], but its layers are ['squares']",
        ),
        ({"layers": (), "key": "a;alert(1)"}, "must be lower-case letters and digits, found 'a;alert(1)'"),
        ({"layers": (), "lang": "de"}, "must be 'it' or 'en', found 'de'"),
    ],
)
def test_a_map_that_contradicts_itself_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(MapInputError) as refusal:
        MapSpec(title="Prova", **options)
    assert message in str(refusal.value)


def test_shapes_that_pages_share_are_named_and_not_written() -> None:
    shared = replace(squares_layer(), shapes_url="/forme/1.js")
    parts = parts_of(shared)
    assert parts.js[-1] == "/forme/1.js"
    [[_, data]] = calls(parts, "addLayer")
    assert [one["shape"] for one in data["features"]] == ["w", "e"]
    assert all("geometry" not in one for one in data["features"])
    assert parts_of(squares_layer()).js[-1] == "/static/map.js"


def test_layers_of_one_stamp_are_written_once_and_never_taken_for_one_another() -> None:
    first = replace(squares_layer(), stamp="a")
    around = (6.0, 44.0, 8.0, 46.0)
    before = parts_of(first, bounds=around).script
    renamed = replace(first, data=collection(feature("n", "Nord", square(7.0, 45.4))))
    assert parts_of(renamed, bounds=around).script == before  # the stamp says that the data are the same
    assert "Nord" in parts_of(replace(renamed, stamp="b")).script
    assert '"popups":true' in parts_of(replace(first, popup=(("name", "Nome"),))).script
    assert '"visible":false' in parts_of(replace(first, visible=False)).script
    assert "map_other" in parts_of(first, key="other").script


def test_much_data_is_a_text_that_the_browser_parses_and_holds_no_markup() -> None:
    value = {"text": [f"{HOSTILE}\\ it's \n «{n}»" for n in range(PARSED_FROM // 60)]}
    written = script_json(value)
    assert script_json({"text": HOSTILE}).startswith("{")  # little data stays a part of the script
    assert not set("<>&\u2028") & set(written)
    inner = written.removeprefix("JSON.parse('").removesuffix("')")
    assert "'" not in inner
    assert json.loads(ast.literal_eval(f"'{inner}'")) == value  # Python reads these escapes as a script does
