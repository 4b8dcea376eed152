from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from layers.importing import import_layer
from layers.models import ImportRun, Layer, Version
from layers.serving.features import read_features

SETS = ("versions", "publications", "runs")
FORM: dict[str, Any] = {
    **{f"{name}-{count}_FORMS": "0" for name in SETS for count in ("TOTAL", "INITIAL")},
    **{name: "" for name in ("title", "source", "licence", "reference_date", "owner")},
    "style": "{}",
}


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """The pages must not depend on collected assets."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def layer(db: None, write_geojson: Callable[..., Path]) -> Layer:
    import_layer(write_geojson([(shapely.Point(7.6, 45), {"a": 1}), (None, {"a": 2})]))
    return Layer.objects.get()


@pytest.mark.parametrize("model", ["layer", "version", "importrun", "importissue"])
def test_admin_lists_what_an_import_wrote_and_adds_nothing(
    admin_client: Client, layer: Layer, model: str
) -> None:
    assert admin_client.get(reverse(f"admin:layers_{model}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:layers_{model}_add")).status_code == 403


def test_admin_changes_the_title_of_a_layer_but_deletes_none(admin_client: Client, layer: Layer) -> None:
    form = {**FORM, "title": "Luoghi", "source": "Comune", "licence": "CC BY 4.0"}
    response = admin_client.post(reverse("admin:layers_layer_change", args=[layer.pk]), form)
    assert response.status_code == 302
    layer.refresh_from_db()
    assert (layer.title, layer.name) == ("Luoghi", "luoghi")
    assert admin_client.post(reverse("admin:layers_layer_delete", args=[layer.pk])).status_code == 403
    assert Version.objects.filter(layer=layer).exists()


def sent(path: Path, **fields: str) -> dict[str, Any]:
    return {"file": path.open("rb"), "mode": "replace", **fields}


def test_admin_imports_a_file_and_leads_to_the_history_of_its_layer(
    admin_client: Client, layer: Layer, write_geojson: Callable[..., Path]
) -> None:
    address = reverse("admin:layers_layer_import")
    assert address in admin_client.get(reverse("admin:layers_layer_changelist")).content.decode()
    assert admin_client.get(address).status_code == 200
    path = write_geojson(
        [(shapely.Point(7.6, 45), {"a": 1}), (shapely.Point(7.7, 45), {"a": 3})], "b.geojson"
    )
    form = sent(path, name="luoghi", mode="upsert", key="a", publish="on")
    response = admin_client.post(address, form, follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:layers_layer_change", args=[layer.pk])
    page = response.content.decode()
    assert "Luoghi: stored, 2 / 2 (1 added, 0 changed, 0 gone, 1 same)" in page
    assert read_features("luoghi").columns["a"] == [1, 3]
    run = ImportRun.objects.get(file_name="b.geojson")
    assert run.who == "admin"
    assert reverse("admin:layers_importrun_change", args=[run.pk]) in page


def test_admin_says_why_a_file_is_refused(
    admin_client: Client, layer: Layer, write_geojson: Callable[..., Path]
) -> None:
    far = write_geojson([(shapely.Point(-51, -30), {"a": 1})], "lontano.geojson")
    response = admin_client.post(reverse("admin:layers_layer_import"), sent(far, name="luoghi"))
    assert response.status_code == 200
    assert "Italy" in response.content.decode()
    run = ImportRun.objects.get(file_name="lontano.geojson")
    page = admin_client.get(reverse("admin:layers_importrun_change", args=[run.pk])).content.decode()
    assert run.report["reason"][:40] in page
    missing = admin_client.post(reverse("admin:layers_layer_import"), sent(far, mode="upsert"))
    assert missing.context["form"].errors.keys() == {"key"}


def test_admin_issues_of_a_run_are_one_click_away(admin_client: Client, layer: Layer) -> None:
    run = ImportRun.objects.get()
    address = f"{reverse('admin:layers_importissue_changelist')}?run__id__exact={run.pk}"
    assert (
        address in admin_client.get(reverse("admin:layers_importrun_change", args=[run.pk])).content.decode()
    )
    assert "null_geometry" in admin_client.get(address).content.decode()


def test_admin_takes_back_shows_again_and_discards(
    admin_client: Client, layer: Layer, write_geojson: Callable[..., Path]
) -> None:
    for number in (2, 3):
        path = write_geojson([(shapely.Point(7.6, 45), {"a": number})], f"{number}.geojson")
        import_layer(path, name="luoghi", publish=number == 2)

    def act(model: str, action: str, pk: int) -> str:
        address = reverse(f"admin:layers_{model}_changelist")
        form = {"action": action, "_selected_action": [pk]}
        return admin_client.post(address, form, follow=True).content.decode()

    assert "Luoghi: luoghi_v1" in act("layer", "take_back", layer.pk)
    assert "found none" in act("layer", "take_back", layer.pk)
    versions = {version.number: version.pk for version in Version.objects.all()}
    act("version", "show", versions[2])
    assert read_features("luoghi").columns["a"] == [2]
    assert "Expected a version that was never published" in act("version", "drop", versions[1])
    act("version", "drop", versions[3])
    assert sorted(version.number for version in Version.objects.all()) == [1, 2]


def test_admin_making_a_layer_public_lets_the_reader_see_it(admin_client: Client, layer: Layer) -> None:
    def seen() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('gisplan_reader', 'layers.luoghi', 'SELECT')")
            row = cursor.fetchone()
        return bool(row and row[0])

    address = reverse("admin:layers_layer_change", args=[layer.pk])
    assert not seen()
    admin_client.post(address, {**FORM, "is_public": "on"})
    assert seen()
    admin_client.post(address, FORM)
    assert not seen()


def test_admin_refuses_a_style_that_cannot_be_drawn(admin_client: Client, layer: Layer) -> None:
    address = reverse("admin:layers_layer_change", args=[layer.pk])
    response = admin_client.post(address, {**FORM, "style": '{"color": "red"}'})
    assert "Expected a colour such as #3b6ea5" in response.content.decode()


def test_admin_import_is_for_those_who_may_change_layers(client: Client, layer: Layer) -> None:
    user = get_user_model().objects.create_user("anna", password="x", is_staff=True)
    client.force_login(user)
    assert client.get(reverse("admin:layers_layer_import")).status_code == 403
    version = Version.objects.get()
    form = {"action": "drop", "_selected_action": [version.pk]}
    assert client.post(reverse("admin:layers_version_changelist"), form).status_code == 403
