"""The pages say what the register says: another seed row, another page; another territory, no plan."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from gisplan.plan.loading import load_plan
from gisplan.plan.models import Axis, AxisLayer
from layers.importing import import_layer
from layers.models import Layer

from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def changed_seeds(folder: Path, table: str, old: str, new: str) -> Path:
    """A copy of the seeds in which one table says something else."""
    copy = folder / "seed"
    shutil.copytree(settings.SEED_DIR, copy)
    path = copy / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def test_a_changed_title_is_on_the_pages(client: Client, tmp_path: Path) -> None:
    old, new = "Gran Bosco Torino", "Titolo cambiato dalla prova"
    assert old in read(client, "/assi/2/")
    load_plan(changed_seeds(tmp_path, "actions", old, new))
    for address in ("/assi/2/", "/en/assi/2/", "/comuni/001090/"):
        page = read(client, address)
        assert new in page
        assert old not in page


def test_a_changed_amount_is_in_the_table_and_on_the_map(client: Client, tmp_path: Path) -> None:
    load_plan(changed_seeds(tmp_path, "claims", ",16000000,", ",16000001,"))
    assert "16.000.001 €" in read(client, "/assi/5/")
    assert "€16,000,001" in read(client, "/en/assi/5/")


def test_a_removed_intervention_leaves_the_pages(client: Client, tmp_path: Path) -> None:
    folder = changed_seeds(tmp_path, "interventions", "iv-05,", "iv-05,")
    for table in ("interventions", "intervention_places", "claims", "claim_interventions"):
        path = folder / f"{table}.csv"
        rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(row for row in rows if "iv-05" not in row), encoding="utf-8")
    load_plan(folder)
    assert "iv-05" not in client.get("/assi/3/").content.decode()
    assert "69 interventi locali" in read(client, "/")


def test_a_territory_without_a_plan_says_so_and_shows_its_municipalities(
    client: Client, settings: object
) -> None:
    settings.TERRITORY, settings.TERRITORY_NAME = ["037"], "Bologna"  # type: ignore[attr-defined]
    page = read(client, "/")
    assert "Nessun piano è caricato per Bologna" in page
    assert "azioni di" not in page
    assert "No plan is loaded for Bologna" in read(client, "/en/")
    assert "Che cosa fa il piano qui" not in read(client, "/comuni/001090/")
    assert client.get("/assi/3/").status_code == 404


def test_a_public_layer_of_an_axis_is_on_its_map_and_a_private_one_is_not(
    client: Client, tmp_path: Path
) -> None:
    name, text = "piste_ciclabili", "Pista di prova <b>x</b>"
    line = {"type": "LineString", "coordinates": [[7.6, 45.0], [7.7, 45.1]]}
    feature = {"type": "Feature", "properties": {"nome": text}, "geometry": line}
    path = tmp_path / "piste.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    import_layer(path, name=name)
    layer = Layer.objects.get()
    AxisLayer.objects.create(axis=Axis.objects.get(code="2", edition__code="psm-2021-2023"), layer=layer)
    assert "Pista di prova" not in client.get("/assi/2/").content.decode()
    Layer.objects.update(is_public=True, title="Piste ciclabili")
    page = client.get("/assi/2/").content.decode()
    assert "Piste ciclabili" in page
    assert "Pista di prova \\u003cb\\u003e" in page
    assert text not in page
