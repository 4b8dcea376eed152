"""Large files go to a worker of their own process; one that is killed leaves the layer as it was, and a way on."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client

from gisplan.environment.state import VENV, product_environment
from gisplan.plan.rights import GIS_OFFICER
from layers import store
from layers.models import ImportRun, Layer, Publication, Version

from .import_samples import geojson, point
from .import_steps import publish, send, signed_in, text, user

pytestmark = pytest.mark.django_db
LIMIT_S = 60
NAME = "luoghi_lavoro"


@pytest.fixture
def committed(db: None) -> Iterator[None]:
    """A second connection, outside the test's transaction: another process sees what it writes."""
    inside = connections["default"]
    connections["default"] = own = inside.copy()
    yield
    own.close()
    connections["default"] = inside


@pytest.fixture
def keeper(committed: None, settings: Any) -> Iterator[Client]:
    """A GIS officer; all that they made goes when the test ends."""
    settings.LAYERS_INLINE_BYTES = 10
    who = user(GIS_OFFICER, "gina")
    yield signed_in(who)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW IF EXISTS layers.{NAME}")
    for version in Version.objects.filter(layer__name=NAME):
        store.drop_table(version.table_name)
    ImportRun.objects.filter(who="gina").delete()
    Publication.objects.filter(layer__name=NAME).delete()
    Version.objects.filter(layer__name=NAME).delete()
    Layer.objects.filter(name=NAME).delete()
    who.delete()


def database_url() -> str:
    own = connection.settings_dict
    user_name, host = quote(own["USER"] or "", safe=""), quote(str(own["HOST"] or ""), safe="")
    port = f"&port={own['PORT']}" if own["PORT"] else ""
    return f"postgresql://{user_name}@/{own['NAME']}?host={host}{port}"


def worker(state: Path) -> "subprocess.Popen[bytes]":
    environment = product_environment(GISPLAN_DATABASE_URL=database_url(), GISPLAN_VAR=str(state))
    with (state / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [VENV / "bin" / "gisplan", "worker", "--until-idle"], env=environment, stdout=log, stderr=log
        )


def until(true: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < limit, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.1)


def asked(client: Client, name: str, **fields: str) -> ImportRun:
    """Upload and choose, up to the run that the worker takes."""
    address = send(client, ("luoghi.geojson", geojson([point(7.6, 45.0, nome=name)]))).url
    response = client.post(address, {"name": NAME, **fields})
    return ImportRun.objects.get(pk=response.url.strip("/").rsplit("/", 1)[-1])


def test_a_large_file_waits_for_the_worker_and_is_published_afterwards(
    keeper: Client, tmp_path: Path
) -> None:
    run = asked(keeper, "uno")
    assert run.status == "waiting"
    page = text(keeper.get(f"/strati/importa/{run.pk}/"))
    assert "In attesa: un processo in background la prenderà in carico." in page
    told = keeper.get(f"/strati/importa/{run.pk}/stato/").json()
    assert (told["going"], told["status"]) == (True, "waiting")
    assert worker(tmp_path).wait(LIMIT_S) == 0
    run.refresh_from_db()
    assert run.status == "staged"
    assert keeper.get(f"/strati/importa/{run.pk}/stato/").json()["going"] is False
    assert publish(keeper, run).url == f"/strati/{NAME}/"


def test_a_killed_worker_leaves_a_sentence_and_the_upload_to_start_again(
    keeper: Client, tmp_path: Path
) -> None:
    run = asked(keeper, "due")
    own = connection.settings_dict
    with psycopg.connect(
        dbname=own["NAME"], user=own["USER"] or None, host=own["HOST"] or None, port=own["PORT"] or None
    ) as other:
        other.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"layers.{NAME}"]
        )  # the import waits here
        process = worker(tmp_path)
        until(lambda: ImportRun.objects.get(pk=run.pk).status == "running", "the import begins")
        assert keeper.get(f"/strati/importa/{run.pk}/stato/").json()["going"] is True
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    until(lambda: not keeper.get(f"/strati/importa/{run.pk}/stato/").json()["going"], "the death is known")
    run.refresh_from_db()
    assert (run.status, run.report["reason_code"]) == ("failed", "interrupted")
    page = keeper.get(f"/strati/importa/{run.pk}/")
    assert "L'importazione è stata interrotta prima della fine" in text(page)
    assert not Version.objects.filter(layer__name=NAME).exists()

    again = f"/strati/importa/caricati/{run.options['upload']}/?run={run.pk}"
    assert f'href="{again}"' in page.content.decode()
    assert f'value="{NAME}"' in keeper.get(again).content.decode()
    second = keeper.post(again, {"name": NAME}).url
    assert worker(tmp_path).wait(LIMIT_S) == 0
    assert "1 elementi sono pronti come versione 1." in text(keeper.get(second))
