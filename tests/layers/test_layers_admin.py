from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from layers.importing import import_layer
from layers.models import Layer, Version


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
    form = {"title": "Luoghi", "source": "Comune", "licence": "CC BY 4.0", "reference_date": "", "owner": ""}
    response = admin_client.post(reverse("admin:layers_layer_change", args=[layer.pk]), form)
    assert response.status_code == 302
    layer.refresh_from_db()
    assert (layer.title, layer.name) == ("Luoghi", "luoghi")
    assert admin_client.post(reverse("admin:layers_layer_delete", args=[layer.pk])).status_code == 403
    assert Version.objects.filter(layer=layer).exists()
