"""A long siting goes to a worker of its own process, and its address then shows the kept answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from gisplan.analysis.models import Run, SitingJob
from gisplan.plan.rights import PLANNER

from .import_steps import signed_in, user
from .test_import_worker import LIMIT_S, committed, worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
__all__ = ["committed"]

LONG = "/analisi/localizzazione/?problema=p-median&servizio=hospitals&siti=2&minuti=20&modo=car&eta=6-10"


@pytest.fixture
def paola(committed: None) -> Iterator[Client]:
    """A planner; what she made goes when the test ends."""
    who = user(PLANNER, "paola")
    yield signed_in(who)
    SitingJob.objects.all().delete()
    Run.objects.filter(method="siting").delete()
    who.delete()


def test_a_long_question_waits_for_the_worker(paola: Client, tmp_path: Path) -> None:
    address = paola.post(LONG).headers["Location"]
    assert paola.get(f"{address}stato/").json()["going"] is True
    assert worker(tmp_path).wait(LIMIT_S) == 0
    assert paola.get(f"{address}stato/").json()["going"] is False
    shown = paola.get(paola.get(address).headers["Location"]).content.decode()
    run = Run.objects.get(method="siting")
    assert run.created_by is not None
    assert run.created_by.username == "paola"
    assert f"/analisi/esecuzioni/{run.pk}/" in shown
    assert "Ottimo provato:" in shown
