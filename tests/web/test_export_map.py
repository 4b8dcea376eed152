"""`gisplan export_map`: one file that holds the map of an axis and asks for nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gisplan.__main__ import USER_INPUT, _exit_code

from .conftest import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def exported(folder: Path, **options: Any) -> str:
    out = folder / "map.html"
    call_command("export_map", out=out, **options)
    return out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lang", "statement"), [("it", "10 azioni di 111 caricate"), ("en", "10 of 111 actions loaded")]
)
def test_an_exported_map_says_on_how_much_it_stands_and_names_its_sources(
    tmp_path: Path, lang: str, statement: str
) -> None:
    page = exported(tmp_path, axis="3", lang=lang)
    assert statement in page
    assert "Infrastrutture per una mobilità sostenibile" in page
    assert "ODbL" in page
    assert f'lang="{lang}"' in page


def test_an_exported_map_holds_no_outside_address(tmp_path: Path) -> None:
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", exported(tmp_path, axis="6")))
    assert addresses <= {"http://www.w3.org/2000/svg"}


REFUSALS = [
    ({"axis": "9"}, "--axis expects one of 1, 2, 3, 4, 5, 6 of psm-2021-2023, found '9'."),
    (
        {"axis": "3", "edition": "psm-1999"},
        "--edition expects one of psm-2021-2023, psm-2024-2026, found 'psm-1999'.",
    ),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSALS)
def test_an_unknown_axis_or_edition_is_refused_by_name(
    tmp_path: Path, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        exported(tmp_path, **options)
    assert str(refusal.value) == sentence
    assert _exit_code(refusal.value) == USER_INPUT
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["no/such/folder/map.html", "."])
def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path, place: str) -> None:
    with pytest.raises(
        CommandError, match=r"--out expects a file that can be written, found '.*' \(.+\): choose"
    ):
        call_command("export_map", axis="3", out=tmp_path / place)


@pytest.mark.browser
def test_an_exported_map_opens_with_no_network(tmp_path: Path, visit: Visit) -> None:
    path = tmp_path / "map.html"
    call_command("export_map", axis="3", out=path)
    visit.page.context.set_offline(True)
    visit.page.goto(path.as_uri())
    visit.page.wait_for_selector('[data-layer="axis-3"]')
    assert [url for url in visit.requests if not url.startswith(("data:", path.as_uri()))] == []
    assert visit.complaints == []
