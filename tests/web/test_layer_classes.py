"""Colours by a column: the keeper chooses method and unit, the map, its legend and QGIS follow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from gisplan.web import layer_features
from layers.models import Layer
from layers.serving.classes import class_counts
from layers.style_model import style_of

from .import_samples import geojson, point
from .import_steps import imported, publish, text

pytestmark = pytest.mark.django_db
LOOK = {"title": "Luoghi", "color": "#112233", "stroke": "#445566", "width_mm": "1"}
VALUES = [1, 2, 3, 10, 11, 12, 1050, 1051, None]
Edit = Callable[..., Any]


@pytest.fixture
def edit(officer: Client) -> Edit:
    places = [
        point(7.6 + n / 100, 45.0, nome=f"n{n}", ettari=value, tipo="ab"[n % 2])
        for n, value in enumerate(VALUES)
    ]
    publish(officer, imported(officer, geojson(places)))

    def post(**asked: str) -> Any:
        return officer.post("/strati/luoghi/modifica/", LOOK | asked, follow=True)

    return post


def ends(layer: Layer) -> list[float | None]:
    """The low end of the first class, and the high end of each."""
    drawn = style_of(layer).drawn
    return [drawn[0].low, *(one.high for one in drawn)]


@pytest.mark.parametrize(
    "case",
    [
        (
            {"how": "natural", "count": "3"},
            [1, 3, 12, 1051],
            ["1 – 3 ha", "3 – 12 ha", "12 – 1.051 ha"],
        ),
        (
            {"how": "quantile", "count": "2"},
            [1, 10.5, 1051],
            ["1 – 10 ha", "10 – 1.051 ha"],
        ),
        (
            {"how": "fixed", "limits": "5; 1000"},
            [1, 5, 1000, 1051],
            ["≤ 5 ha", "5 – 1.000 ha", "> 1.000 ha"],
        ),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_each_method_makes_its_classes_with_unit_and_missing_values(
    edit: Edit,
    officer: Client,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[dict[str, str], list[float], list[str]],
    large: bool,
) -> None:
    asked, expected, labels = case
    monkeypatch.setattr(layer_features, "MOST_FEATURES", 3 if large else 2000)
    page = text(edit(column="ettari", unit="ha", **asked))
    layer = Layer.objects.get(name="luoghi")
    assert ends(layer) == expected
    for label in labels:
        assert label in page
    assert "Dato mancante 1" in page
    english = text(officer.get("/en/strati/luoghi/"))
    assert labels[-1].replace("1.0", "1,0") in english
    current = layer.current
    assert current is not None
    assert sum(class_counts(current).values()) == len(VALUES)
    assert class_counts(current)[None] == 1


def test_a_column_of_words_gives_a_colour_to_each_value(edit: Edit) -> None:
    page = text(edit(how="values", column="tipo"))
    assert "a 5 b 4" in page
    layer = Layer.objects.get(name="luoghi")
    assert [one.value for one in style_of(layer).drawn] == ["a", "b"]


def test_what_the_form_holds_comes_back_and_saving_it_again_changes_nothing(
    edit: Edit, officer: Client
) -> None:
    edit(how="fixed", column="ettari", limits="5; 10,5", unit="ha")
    before = Layer.objects.get(name="luoghi").style
    before["classes"][0]["label"] = "pochi"
    Layer.objects.filter(name="luoghi").update(style=before)
    page = officer.get("/strati/luoghi/modifica/").content.decode()
    assert 'value="5; 10.5"' in page
    assert '<option value="fixed" selected>' in page
    edit(how="fixed", column="ettari", limits="5; 10.5", unit="ha", count="3")
    assert Layer.objects.get(name="luoghi").style["classes"][0]["label"] == "pochi"
    edit(how="single")
    assert "classes" not in Layer.objects.get(name="luoghi").style


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"how": "quantile"}, "Scegli la colonna che colora gli elementi."),
        ({"how": "natural", "column": "nome"}, "La colonna nome non contiene numeri"),
        ({"how": "values", "column": "nome"}, "servono da 1 a 8 valori diversi"),
        ({"how": "fixed", "column": "ettari", "limits": "9; 3"}, "numeri crescenti"),
        ({"how": "fixed", "column": "ettari", "limits": "tanti"}, "numeri crescenti"),
        ({"how": "quantile", "column": "ettari", "count": "9"}, "7"),
    ],
)
def test_what_does_not_go_is_said_beside_the_form(edit: Edit, asked: dict[str, str], sentence: str) -> None:
    assert sentence in text(edit(**asked))
    assert Layer.objects.get(name="luoghi").style == {}


def test_a_new_version_has_classes_of_its_own_values(edit: Edit, officer: Client) -> None:
    edit(how="natural", column="ettari", count="2")
    places = [point(7.6, 45.0, nome="x", ettari=value, tipo="a") for value in (5000, 5001, 9000)]
    publish(officer, imported(officer, geojson(places)))
    assert ends(Layer.objects.get(name="luoghi")) == [5000, 5001, 9000]


def test_commands_that_publish_and_roll_back_make_the_classes_anew_too(
    edit: Edit, officer: Client, tmp_path: Path
) -> None:
    edit(how="natural", column="ettari", count="2", unit="ha")
    first = ends(Layer.objects.get(name="luoghi"))
    file = tmp_path / "luoghi.geojson"
    file.write_bytes(geojson([point(7.6, 45.0, ettari=value) for value in (5000, 5001, 9000)]))
    call_command("import_layer", str(file), "--no-publish")
    assert ends(Layer.objects.get(name="luoghi")) == first
    call_command("publish_layer", "luoghi")
    assert ends(Layer.objects.get(name="luoghi")) == [5000, 5001, 9000]
    call_command("rollback_layer", "luoghi")
    assert ends(Layer.objects.get(name="luoghi")) == first
    call_command("import_layer", str(file))  # publishes at once
    assert ends(Layer.objects.get(name="luoghi")) == [5000, 5001, 9000]


def test_a_value_that_is_new_gets_a_colour_and_the_others_keep_theirs(edit: Edit, officer: Client) -> None:
    edit(how="values", column="tipo")
    before = {one.value: one.color for one in style_of(Layer.objects.get(name="luoghi")).drawn}
    publish(officer, imported(officer, geojson([point(7.6, 45.0, tipo=kind) for kind in "cb"])))
    after = {one.value: one.color for one in style_of(Layer.objects.get(name="luoghi")).drawn}
    assert list(after) == ["a", "b", "c"]
    assert len(set(after.values())) == 3
    assert before.items() < after.items()


@pytest.mark.parametrize("gone", [{}, {"ettari": "molti"}])
def test_a_version_without_the_column_has_one_colour_says_so_and_gets_its_classes_back(
    edit: Edit, officer: Client, client: Client, gone: dict[str, str]
) -> None:
    edit(how="natural", column="ettari", count="2", is_public="on")
    classes = Layer.objects.get(name="luoghi").style
    run = imported(officer, geojson([point(7.6, 45.0, nome="x", **gone)]))
    sentence = "non ha la colonna ettari con i valori che colorano gli elementi"
    assert sentence in text(officer.get(f"/strati/importa/{run.pk}/"))
    assert sentence in text(publish(officer, run, follow=True))
    layer = Layer.objects.get(name="luoghi")
    assert layer.current is not None
    assert class_counts(layer.current) == {None: 1}
    stranger = text(client.get("/strati/luoghi/"))
    assert sentence not in stranger
    assert "Dato mancante" not in stranger
    officer.post("/strati/luoghi/ripristina/", {"to": "1"})
    assert Layer.objects.get(name="luoghi").style == classes
    assert sentence not in text(officer.get("/strati/luoghi/"))


def test_the_colours_are_chosen_while_the_version_waits(edit: Edit, officer: Client) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, quota=value) for value in (1, 2, 90)]))
    refused = publish(officer, run, decided={"how": "natural", "column": ""})
    assert "Scegli la colonna che colora gli elementi." in text(refused)
    layer = Layer.objects.get(name="luoghi")
    assert layer.current is not None
    assert layer.current.number == 1
    publish(officer, run, decided={"how": "natural", "column": "quota", "count": "2"})
    assert ends(Layer.objects.get(name="luoghi")) == [1, 2, 90]
