"""Torino is loaded once for this folder, in a transaction that is undone at its end.

Tests carry the mark `django_db` beside these fixtures: each then runs in a savepoint of that transaction.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from gisplan.territory.loading import Loaded, load_territory

Changed = Callable[[str, str, str], Path]


@contextmanager
def _emptied() -> Iterator[None]:
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        connection.check_constraints()  # no truncation while checks are pending
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE territory_source, territory_territoryedition, territory_municipality CASCADE"
            )
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def torino(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    with django_db_blocker.unblock(), _emptied():
        yield load_territory(["001"])


@pytest.fixture(scope="module")
def bologna(torino: Loaded) -> Iterator[Loaded]:
    with _emptied():
        yield load_territory(["037"])


@pytest.fixture
def changed_seed(tmp_path: Path) -> Changed:
    """A copy of the seed folder in which one table has one text replaced."""

    def copy(table: str, old: str, new: str) -> Path:
        folder = tmp_path / "seed"
        shutil.copytree(settings.SEED_DIR, folder, dirs_exist_ok=True)
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return copy
