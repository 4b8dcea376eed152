"""The wizard as a person walks it in Chromium, in both languages, with a shapefile that says nothing of itself."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from gisplan.plan.rights import GIS_OFFICER, create_groups
from layers import store
from layers.models import ImportRun, Layer, Version

from .conftest import Visit
from .import_samples import PLACES, bow_tie, geojson, point, shapefile_without_prj
from .test_in_browser import name_at
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SHOTS = os.environ.get("GISPLAN_SHOTS", "")
PASSWORD = "una-frase-abbastanza-lunga"
PHONE, DESK = {"width": 390, "height": 850}, {"width": 1280, "height": 900}
WORDS = {
    "": {
        "upload": "Carica",
        "import": "Importa",
        "publish": "Pubblica",
        "ready": "sono pronti come versione",
    },
    "/en": {"upload": "Upload", "import": "Import", "publish": "Publish", "ready": "are ready as version"},
}


@pytest.fixture(scope="module")
def keeper(torino: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A GIS officer whom the server's threads know, and layers that go when the module ends."""
    with django_db_blocker.unblock():
        create_groups()
        user = User.objects.create_user("gino", password=PASSWORD)
        user.groups.add(Group.objects.get(name=GIS_OFFICER))
        yield user.username
        for layer in Layer.objects.all():
            with connection.cursor() as cursor:
                cursor.execute(f'DROP VIEW IF EXISTS layers."{layer.name}" CASCADE')
        for version in Version.objects.all():
            store.drop_table(version.table_name)
        for rows in (
            ImportRun,
            Version,
            Layer,
        ):  # committed for the server, and not for the tests after these
            rows.objects.all().delete()
        user.delete()


@pytest.fixture
def entered(visit: Visit, keeper: str) -> Visit:
    visit.go("/accesso/?next=/strati/importa/")
    visit.page.fill("#id_username", keeper)
    visit.page.fill("#id_password", PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#upload-form")
    return visit


def look_at(visit: Visit, axe_script: Path, name: str) -> None:
    """What every page of the wizard must keep: accessible, no complaint, nothing from outside, fits a phone."""
    assert wcag_violations(visit, axe_script) == [], name
    for size, device in ((PHONE, "phone"), (DESK, "desk")):
        visit.page.set_viewport_size(size)
        if SHOTS:
            visit.page.wait_for_timeout(300)
            visit.page.screenshot(path=f"{SHOTS}/{name}-{device}.png", full_page=True)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
    assert (visit.outside, visit.failed, visit.complaints) == ([], [], []), name


def choose_files(visit: Visit, paths: list[Path]) -> None:
    visit.page.set_input_files("#files", [str(path) for path in paths])


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_shapefile_without_prj_and_with_cp1252_names_walks_through_the_wizard(
    entered: Visit, axe_script: Path, tmp_path: Path, prefix: str
) -> None:
    visit, page, words = entered, entered.page, WORDS[prefix]
    name = "localita_en" if prefix else "localita"
    visit.go(f"{prefix}/strati/importa/")
    choose_files(visit, shapefile_without_prj(tmp_path, stem=f"località{prefix.strip('/')}"))
    assert page.locator("#chosen li").count() == 3
    look_at(visit, axe_script, f"1-upload{prefix.replace('/', '-')}")
    page.get_by_role("button", name=words["upload"], exact=True).click()
    page.wait_for_url("**/strati/importa/caricati/**")

    samples = page.locator(".samples li").all_inner_texts()
    assert "Località Pian dell'Alpe" in samples
    assert page.locator('input[name="candidate"]:checked').count() == 0  # none is guessed
    page.wait_for_selector('[data-layer="crs-32632"]')
    look_at(visit, axe_script, f"2-choose{prefix.replace('/', '-')}")
    page.locator('path[data-layer="crs-32632"]').first.focus()
    page.keyboard.press("Enter")
    assert page.locator('input[name="candidate"]:checked').get_attribute("value") == "32632"
    page.fill("#id_name", name)
    page.fill("#id_title", "Località montane")
    page.fill("#id_source", "Ufficio SIT")
    page.get_by_role("button", name=words["import"], exact=True).click()
    page.wait_for_selector('button:has-text("' + words["publish"] + '")')

    assert words["ready"] in page.locator(".notice.ready").inner_text()
    assert "crs_given" in page.locator("main").inner_text()
    look_at(visit, axe_script, f"4-report{prefix.replace('/', '-')}")
    page.get_by_role("button", name=words["publish"], exact=True).click()
    page.wait_for_url(f"**/strati/{name}/")
    for place, (lon, lat) in PLACES.items():
        assert name_at(visit, lon, lat) == place
    look_at(visit, axe_script, f"5-layer{prefix.replace('/', '-')}")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_was_wrong_is_on_the_map_and_every_other_page_is_accessible(
    entered: Visit, axe_script: Path, tmp_path: Path, prefix: str
) -> None:
    visit, page, words = entered, entered.page, WORDS[prefix]
    name = "aree_en" if prefix else "aree"
    for number, features in enumerate(
        ([bow_tie(7.6, 45.0, nome="farfalla")], [bow_tie(7.7, 45.1, nome="altra")])
    ):
        path = tmp_path / f"{name}.geojson"
        path.write_bytes(geojson(features))
        visit.go(f"{prefix}/strati/importa/")
        choose_files(visit, [path])
        page.get_by_role("button", name=words["upload"], exact=True).click()
        page.wait_for_url("**/strati/importa/caricati/**")
        page.get_by_role("button", name=words["import"], exact=True).click()
        page.wait_for_selector('button:has-text("' + words["publish"] + '")')
        if number == 0:
            assert name_at(visit, 7.6075, 45.0035) == "farfalla"
        look_at(visit, axe_script, f"6-issues-{number}{prefix.replace('/', '-')}")
        page.get_by_role("button", name=words["publish"], exact=True).click()
        page.wait_for_url(f"**/strati/{name}/")
    for address in (f"{name}/modifica/", f"{name}/ripristina/", ""):
        visit.go(f"{prefix}/strati/{address}")
        look_at(visit, axe_script, f"7-{address.replace('/', '-')}{prefix.replace('/', '-')}")


@pytest.fixture
def waiting(keeper: str, django_db_blocker: DjangoDbBlocker) -> Iterator[ImportRun]:
    """A run that the worker has not taken, committed, so that the server sees it."""
    inside = connections["default"]
    connections["default"] = own = inside.copy()
    yield ImportRun.objects.create(file_name="<b>grande</b>.zip", who=keeper, status="waiting")
    own.close()
    connections["default"] = inside


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_phases_move_while_the_page_is_open_and_its_end_shows_the_report(
    entered: Visit, waiting: ImportRun, axe_script: Path, prefix: str
) -> None:
    entered.go(f"{prefix}/strati/importa/{waiting.pk}/")
    page = entered.page
    assert ("Waiting" if prefix else "In attesa") in page.locator("#now").inner_text()
    phases = [{"name": "read", "rows": 120_000, "total": 200_000, "seconds": 3.2}]
    waiting.progress = {"phase": "read", "phases": phases, "rows_per_s": 40_000.0, "seconds_left": 2.0}
    waiting.save()
    written = "120,000 / 200,000" if prefix else "120.000 / 200.000"
    page.wait_for_function("text => document.querySelector('.now .count')?.textContent === text", arg=written)
    assert ("40,000 rows a second" if prefix else "40.000 righe al secondo") in page.locator(
        "#rate"
    ).inner_text()
    look_at(entered, axe_script, f"3-running{prefix.replace('/', '-')}")
    waiting.status = "refused"
    waiting.report = {"reason": "Expected <i>one</i> thing, found another.", "reason_code": "source_damaged"}
    waiting.save()
    page.wait_for_selector('[role="alert"]')
    assert "Expected <i>one</i> thing" in page.locator('[role="alert"]').inner_text()


def test_without_scripts_the_wizard_works_with_its_links(
    browser: Any, site: str, keeper: str, waiting: ImportRun, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/accesso/?next=/strati/importa/")
    page.fill("#id_username", keeper)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#upload-form")
    page.set_input_files("#files", [str(path) for path in shapefile_without_prj(tmp_path)])
    page.get_by_role("button", name="Carica", exact=True).click()
    page.wait_for_selector("#candidate-32632")
    page.check("#candidate-32632")
    page.fill("#id_name", "senza_script")
    page.get_by_role("button", name="Importa", exact=True).click()
    page.get_by_role("button", name="Pubblica", exact=True).click()
    page.wait_for_selector("text=La versione 1 è pubblicata.")
    page.goto(f"{site}/strati/importa/{waiting.pk}/")
    page.get_by_role("link", name="Aggiorna").click()
    page.wait_for_selector("text=In attesa")
    context.close()


def test_a_refusal_keeps_the_files_and_is_accessible(
    entered: Visit, axe_script: Path, tmp_path: Path
) -> None:
    path = tmp_path / "fuori.geojson"
    path.write_bytes(geojson([point(7.6, 45.0, nome="a")]))
    choose_files(entered, [path])
    page = entered.page
    page.get_by_role("button", name="Carica", exact=True).click()
    page.wait_for_url("**/strati/importa/caricati/**")
    page.fill("#id_srid", "3857")
    page.get_by_role("button", name="Importa", exact=True).click()
    page.wait_for_selector('[role="alert"]')
    look_at(entered, axe_script, "8-refusal")
    page.get_by_role("link", name="Riprova con gli stessi file").click()
    assert page.input_value("#id_srid") == "3857"
    page.fill("#id_srid", "")
    page.fill("#id_name", "Nome Sbagliato")
    page.get_by_role("button", name="Importa", exact=True).click()
    page.wait_for_selector('[role="alert"]')
    look_at(entered, axe_script, "9-wrong-form")


def test_the_sign_in_page_is_accessible_and_files_over_the_limit_are_not_sent(
    visit: Visit, keeper: str, axe_script: Path, tmp_path: Path, settings: Any
) -> None:
    visit.go("/accesso/?next=/strati/importa/")
    look_at(visit, axe_script, "0-sign-in")
    settings.LAYERS_UPLOAD_BYTES = 2_000_000
    visit.page.fill("#id_username", keeper)
    visit.page.fill("#id_password", PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#upload-form")
    large = tmp_path / "grande.geojson"
    large.write_bytes(b" " * 2_000_001)
    choose_files(visit, [large])
    visit.page.get_by_role("button", name="Carica", exact=True).click()
    visit.page.wait_for_selector("#upload-error:not([hidden])")
    assert "superano insieme il limite di 2 MB" in visit.page.locator("#upload-error").inner_text()
    assert visit.page.locator("#chosen li").count() == 1
    assert not any("caricati" in url for url in visit.requests)
