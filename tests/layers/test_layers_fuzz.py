"""Broken files end stored or refused in one sentence, and leave nothing behind; `./scripts/fuzz` tries many more.

GISPLAN_FUZZ_RUNS and GISPLAN_FUZZ_SEED say how many, and from which seed on: run n of seed s is the same everywhere.
"""

import os
import random
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from mutations import mutated, valid_sources

from layers.errors import LayersError
from layers.importing import import_layer
from layers.models import Version
from layers.reader import client

RUNS = int(os.environ.get("GISPLAN_FUZZ_RUNS", "200"))
SEED = int(os.environ.get("GISPLAN_FUZZ_SEED", "1"))
BATCH = 25  # imports of one transaction: each table that it makes holds a lock


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return valid_sources(tmp_path_factory.mktemp("valid"))


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every temporary file of the import goes, so that one left behind is seen."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.django_db
@pytest.mark.parametrize("first", range(SEED, SEED + RUNS, BATCH))
def test_broken_file_ends_stored_or_refused(
    first: int, sources: list[Path], tmp_path: Path, own_temp: Path
) -> None:
    for seed in range(first, min(first + BATCH, SEED + RUNS)):
        draw = random.Random(seed)  # noqa: S311 - it must give the same again
        folder = tmp_path / str(seed)
        folder.mkdir()
        given = mutated(draw.choice(sources), folder, draw)
        try:
            _try(given, draw)
            _nothing_left(own_temp)
            _no_reader_left()
        except BaseException as error:
            kept = _kept(folder, seed)
            error.add_note(f"seed {seed}: the input is kept in {kept}")
            raise
        shutil.rmtree(folder)


def _try(given: Path, draw: random.Random) -> None:
    srid = draw.choice((None, None, 4326, 32632))
    try:
        report = import_layer(given, name="broken", srid=srid, dry_run=draw.random() < 0.5)
    except LayersError as refusal:
        assert str(refusal).startswith("Expected "), refusal
        assert refusal.report.status == "refused"
        return
    assert report.status in {"stored", "dry_run", "unchanged"}
    assert report.features_stored > 0


def _nothing_left(own_temp: Path) -> None:
    assert list(own_temp.iterdir()) == []
    with connection.cursor() as cursor:  # also says whether the server still answers
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'layers'")
        tables = {str(row[0]) for row in cursor.fetchall()}
    assert tables == set(Version.objects.values_list("table_name", flat=True))


def _no_reader_left() -> None:
    server = client._keeper.get().process.pid
    limit = time.monotonic() + 10
    while Path(f"/proc/{server}/task/{server}/children").read_text() and time.monotonic() < limit:
        time.sleep(0.005)
    assert Path(f"/proc/{server}/task/{server}/children").read_text() == ""


def _kept(folder: Path, seed: int) -> Path:
    kept = Path(settings.VAR_DIR) / "fuzz" / str(seed)
    shutil.rmtree(kept, ignore_errors=True)
    return Path(shutil.copytree(folder, kept))
