import datetime as dt

import pytest

from gisplan.maps.legend import LegendEntry, LegendSection, legend_html, section_of
from gisplan.maps.palettes import NO_DATA, SNAI
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.maps.style import swatch_svg
from gisplan.maps.tables import feature_table
from gisplan.maps.texts import TEXTS, format_value

from .samples import collection, feature, point, points_layer, square, squares_layer

SAMPLE = swatch_svg(NO_DATA.style, "area")


def snai_layer() -> MapLayer:
    data = collection(
        feature("1", "Uno", square(7, 45), snai="A"),
        feature("2", "Due", square(7.2, 45), snai="A"),
        feature("3", "Tre", square(7.4, 45), snai=None),
        feature("4", "Quattro", None, snai="F"),
    )
    classes = tuple(StyleClass(value=key, label=SNAI[key].label("it"), style=SNAI[key].style) for key in "AF")
    options = {"classes": classes, "class_field": "snai", "popup": (("snai", "Classe"),)}
    return MapLayer(key="snai", title="Classi SNAI", data=data, style=NO_DATA.style, **options)


def test_legend_counts_the_located_features_of_each_class_and_names_the_missing() -> None:
    section = section_of(snai_layer())
    assert [(entry.text, entry.count) for entry in section.entries] == [
        ("A Polo", 2),
        ("F Ultraperiferico", 0),
        ("Dato mancante", 1),
    ]
    assert section.note == "1 di 4 non hanno una posizione nota: sono solo in tabella."


def test_context_has_no_count_in_the_legend() -> None:
    assert [entry.count for entry in section_of(squares_layer(listed=False)).entries] == [None]
    assert [entry.count for entry in section_of(squares_layer()).entries] == [2]


def test_legend_is_a_named_list_with_a_switch_for_each_layer_of_a_map() -> None:
    html = legend_html([section_of(squares_layer(visible=False))], map_name="map_main")
    assert html.startswith('<section class="map-legend" aria-label="Legenda">')
    assert html.count("<ul>") == html.count("<li>") == 1
    assert 'data-map="map_main" data-switch="squares" aria-label="Mostra il livello Comuni">' in html
    assert "checked" not in html
    assert "<input" not in legend_html([section_of(squares_layer())])


def test_legend_speaks_english() -> None:
    html = legend_html([section_of(squares_layer(), "en")], lang="en", map_name="map_main")
    assert 'aria-label="Legend"' in html
    assert 'aria-label="Show the layer Comuni" checked' in html


def test_amounts_of_the_legend_carry_their_unit_and_texts_are_escaped() -> None:
    entry = LegendEntry(SAMPLE, "<b>Fino a 5 & oltre</b>", 12345.5, "€")
    html = legend_html([LegendSection(title="<i>", entries=(entry,), note="<u>")])
    assert "&lt;b&gt;Fino a 5 &amp; oltre&lt;/b&gt;" in html
    assert "12.345,5 €" in html
    assert "<strong>&lt;i&gt;</strong>" in html
    assert "&lt;u&gt;" in html


def test_table_holds_every_feature_those_without_position_last_and_marked() -> None:
    layer = points_layer(
        feature("b", "Senza posto", None, kind=None, amount_eur=1234567),
        feature("a", "Con <posto>", point(7, 45), kind="scuola", amount_eur=0.5),
    )
    html = feature_table(layer)
    rows = html.split("<tr data-row=")[1:]
    assert rows[0].startswith('"a"><th scope="row">Con &lt;posto&gt;</th><td>scuola</td><td>0,5</td>')
    assert rows[1].startswith(
        '"b"><th scope="row">Senza posto <span class="map-table-off">(non sulla mappa)</span></th>'
        "<td>non noto</td><td>1.234.567</td>"
    )
    assert "1 di 2 non hanno una posizione nota" in html
    assert '<th scope="col">Nome</th><th scope="col">Tipo</th>' in html


def test_table_of_an_empty_layer_says_so() -> None:
    assert "Nessun elemento." in feature_table(points_layer())
    assert "No features." in feature_table(points_layer(), "en")


@pytest.mark.parametrize(
    ("value", "italian", "english"),
    [
        (None, "non noto", "not known"),
        (float("nan"), "non noto", "not known"),
        (float("inf"), "non noto", "not known"),
        (0, "0", "0"),
        (1234, "1.234", "1,234"),
        (2.5, "2,5", "2.5"),
        (100.0, "100", "100"),
        (-1234.567, "-1.234,57", "-1,234.57"),
        (True, "sì", "yes"),
        (False, "no", "no"),
        ("001272", "001272", "001272"),
        (["a", 2], "a, 2", "a, 2"),
        (dt.date(2023, 1, 31), "31/01/2023", "31 January 2023"),
    ],
)
def test_values_are_written_as_each_language_does(value: object, italian: str, english: str) -> None:
    assert format_value(value, "it") == italian
    assert format_value(value, "en") == english


def test_every_text_has_both_languages_and_the_same_placeholders() -> None:
    for key, texts in TEXTS.items():
        assert set(texts) == {"it", "en"}, key
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert fields[0] == fields[1], key
