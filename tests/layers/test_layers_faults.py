"""Imports that are cut off, as processes of their own on a database of their own.

Whatever happens: the old version is served, no half table is left, the run says what happened, and the next
import works.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg
import pyogrio.raw
import pytest
import shapely
from django.db import connection, connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from gisplan.environment.state import CHECKOUT
from layers.reports import PHASES

DATABASE = "gisplan_faults"
DYING = Path(__file__).with_name("dying.py")
MANY = 150_000


@dataclass
class Faulty:
    """The database, and what a test asks of it."""

    url: str

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as own:
            cursor = own.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "GISPLAN_DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "gisplan.settings",
        }
        return subprocess.Popen(
            [sys.executable, *map(str, words)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def accident(self, file: Path, phase: str, kind: str) -> "subprocess.CompletedProcess[str]":
        return ended(self.start(DYING, "accident", file, phase, kind))

    def gisplan(self, *words: str | Path) -> "subprocess.Popen[str]":
        return self.start("-m", "gisplan", *words)

    def after(self, file: Path) -> dict[str, Any]:
        done = ended(self.start(DYING, "after", file))
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def tables(self) -> set[str]:
        found = "SELECT relname FROM pg_class WHERE relnamespace = 'layers'::regnamespace AND relkind = 'r'"
        return {row[0] for row in self.rows(found)}

    def last_run(self) -> tuple[str, str, Any]:
        wanted = "SELECT status, report->>'reason', progress FROM layers_importrun ORDER BY id DESC LIMIT 1"
        return self.rows(wanted)[0]  # type: ignore[return-value]


def ended(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("faults")
    made = {"old": 3, "new": 4, "next": 5, "many": MANY}
    return {name: _points(folder / f"{name}.gpkg", number) for name, number in made.items()}


def _points(path: Path, number: int) -> Path:
    x_m = 380_000 + np.arange(number) % 1000
    points = shapely.points(x_m.astype(float), 4_990_000.0 + np.arange(number) // 1000)
    columns = [np.arange(number), np.array([path.stem] * number, dtype=object)]
    pyogrio.raw.write(
        path, shapely.to_wkb(points), columns, ["n", "file"], geometry_type="Point", crs="EPSG:32632"
    )
    return path


def _url(database: str) -> str:
    parts = urlsplit(os.environ["GISPLAN_DATABASE_URL"])
    query = "&".join(filter(None, [parts.query, "application_name=dying"]))
    return urlunsplit(parts._replace(path=f"/{database}", query=query))


def _server(*statements: str) -> None:
    with psycopg.connect(_url("postgres"), autocommit=True) as own:
        for statement in statements:
            own.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def seed(django_db_setup: None, django_db_blocker: DjangoDbBlocker, files: dict[str, Path]) -> Iterator[str]:
    """A copy of the empty test database with one published version of three features."""
    with django_db_blocker.unblock():
        connections.close_all()  # a template must have no users
        empty = connection.settings_dict["NAME"]
    name = f"{DATABASE}_seed"
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    _server(drop, f"CREATE DATABASE {name} TEMPLATE {empty}")
    assert Faulty(_url(name)).after(files["old"])["version"] == 1
    yield name
    _server(drop)


@pytest.fixture
def faulty(seed: str) -> Iterator[Faulty]:
    """A database for one test: what other processes do there is committed."""
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    _server(drop, f"CREATE DATABASE {DATABASE} TEMPLATE {seed}")
    yield Faulty(_url(DATABASE))
    _server(drop)


def check_whole(faulty: Faulty, files: dict[str, Path]) -> None:
    """The promise of the first lines of this file; a session that died may need a moment to end."""
    limit = time.monotonic() + 60
    sessions = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dying' AND pid <> pg_backend_pid()"
    )
    while faulty.rows(sessions) != [(0,)] and time.monotonic() < limit:
        time.sleep(0.05)
    assert faulty.rows("SELECT count(*), min(file) FROM layers.luoghi") == [(3, "old")]
    assert faulty.tables() == {"luoghi_v1"}
    assert faulty.rows("SELECT count(*) FROM layers_version") == [(1,)]
    found = faulty.after(files["next"])
    assert [need for need, (ok, _) in found["findings"].items() if ok is False] == []
    assert (found["status"], found["version"]) == ("stored", 2)
    assert faulty.rows("SELECT count(*), min(file) FROM layers.luoghi") == [(5, "next")]
    assert faulty.rows("SELECT count(*) FROM layers_importrun WHERE status = 'running'") == [(0,)]


@pytest.mark.parametrize("phase", PHASES)
def test_killed_in_any_phase(faulty: Faulty, files: dict[str, Path], phase: str) -> None:
    done = faulty.accident(files["new"], phase, "kill")
    assert done.returncode == -signal.SIGKILL
    check_whole(faulty, files)
    status, reason = faulty.rows("SELECT status, report->>'reason' FROM layers_importrun ORDER BY id")[1]
    assert status == "failed"
    assert reason.startswith(
        "Expected the import of new.gpkg to end, found that its process or its database session"
    )


@pytest.mark.parametrize("phase", ["read", "store", "publish"])
def test_lost_database_session(faulty: Faulty, files: dict[str, Path], phase: str) -> None:
    done = faulty.accident(files["new"], phase, "lose_sessions")
    assert "OperationalError" in done.stderr
    status, reason, _ = faulty.last_run()
    assert status == "failed"
    assert "found that the database could not go on" in reason
    check_whole(faulty, files)


def test_killed_from_outside_while_another_session_watches_its_rows(
    faulty: Faulty, files: dict[str, Path]
) -> None:
    process = faulty.gisplan("import_layer", files["many"], "--name", "luoghi")
    progress = wait_for_rows(faulty, process)
    assert [row["name"] for row in progress["phases"]] == list(PHASES)
    assert all(row["total"] == MANY for row in progress["phases"])
    assert progress["rows_per_s"] > 0
    process.kill()
    ended(process)
    check_whole(faulty, files)
    reason = faulty.rows("SELECT report->>'reason' FROM layers_importrun ORDER BY id")[1][0]
    assert f"of {MANY:,} rows: nothing of it was stored" in reason


def wait_for_rows(faulty: Faulty, process: "subprocess.Popen[str]") -> dict[str, Any]:
    """The progress of the last run once it tells rows in the database."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        status, _, progress = faulty.last_run()
        if status == "running" and progress.get("rows_per_s"):
            found: dict[str, Any] = progress
            return found
        time.sleep(0.02)
    out, err = process.communicate()
    raise AssertionError(f"no progress was seen: {out} {err}")


def test_interrupted_from_the_keyboard(faulty: Faulty, files: dict[str, Path]) -> None:
    process = faulty.gisplan("import_layer", files["many"], "--name", "luoghi")
    wait_for_rows(faulty, process)
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith("Interrupted.\n")
    status, reason, _ = faulty.last_run()
    assert status == "failed"
    assert "found that it was interrupted from the keyboard: nothing of it was stored" in reason
    check_whole(faulty, files)


def wait_until_paused(process: "subprocess.Popen[str]") -> None:
    """It goes on when its input ends."""
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"


def test_two_imports_of_one_layer_end_well_one_after_the_other(
    faulty: Faulty, files: dict[str, Path]
) -> None:
    first = faulty.start(DYING, "accident", files["new"], "store", "pause")
    wait_until_paused(first)
    second = faulty.gisplan("import_layer", files["next"], "--name", "luoghi")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    limit = time.monotonic() + 60
    while faulty.rows(waiting) == [(0,)] and second.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    assert [ended(process).returncode for process in (first, second)] == [0, 0]
    versions = faulty.rows("SELECT number, feature_count, is_current FROM layers_version ORDER BY number")
    assert versions == [(1, 3, False), (2, 4, False), (3, 5, True)]
    assert faulty.rows("SELECT count(*) FROM layers.luoghi") == [(5,)]
    runs = faulty.rows("SELECT DISTINCT status FROM layers_importrun")
    assert runs == [("stored",)]


def test_rollback_does_not_wait_for_an_import_that_goes_on(faulty: Faulty, files: dict[str, Path]) -> None:
    assert faulty.after(files["next"])["version"] == 2
    going = faulty.start(DYING, "accident", files["new"], "store", "pause")
    wait_until_paused(going)
    back = ended(faulty.gisplan("rollback_layer", "luoghi"))
    assert back.stdout == "current: luoghi_v1, 3 features\n"
    assert ended(going).returncode == 0
    assert faulty.rows("SELECT count(*) FROM layers.luoghi") == [(4,)]


@pytest.fixture
def small_disk(faulty: Faulty) -> Iterator[None]:
    """New tables go to a disk of 4 MB."""
    owner = Path(faulty.rows("SHOW data_directory")[0][0])
    folder = Path(tempfile.mkdtemp(prefix="gisplan-small-"))
    mount = shutil.which("mount")
    try:
        user = owner.stat()
        done = mount and subprocess.run(
            [
                mount,
                "-t",
                "tmpfs",
                "-o",
                f"size=4m,uid={user.st_uid},gid={user.st_gid},mode=700",
                "tmpfs",
                folder,
            ],
            capture_output=True,
            check=False,
        )
        if not done or done.returncode:
            pytest.skip("no small disk can be mounted here: that needs root and the right to mount")
        folder.chmod(0o700)
    except BaseException:
        folder.rmdir()
        raise
    folder_sql = sql.Literal(str(folder)).as_string(None)
    faulty.rows(f"CREATE TABLESPACE gisplan_small LOCATION {folder_sql}")
    faulty.rows(f"ALTER DATABASE {DATABASE} SET default_tablespace = 'gisplan_small'")
    yield
    faulty.rows(f"ALTER DATABASE {DATABASE} RESET default_tablespace")
    faulty.rows("DROP TABLESPACE gisplan_small")
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def check_full(faulty: Faulty, files: dict[str, Path]) -> None:
    done = ended(faulty.gisplan("import_layer", files["many"], "--name", "luoghi"))
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert done.stderr.count("\n") == 1
    assert "free some space there" in done.stderr
    status, reason, _ = faulty.last_run()
    assert status == "failed"
    assert "found that the database has no room" in reason


def test_full_disk(faulty: Faulty, files: dict[str, Path], small_disk: None) -> None:
    check_full(faulty, files)
    faulty.rows(f"ALTER DATABASE {DATABASE} RESET default_tablespace")
    check_whole(faulty, files)


def test_full_quota_of_temporary_files(faulty: Faulty, files: dict[str, Path]) -> None:
    faulty.rows(f"ALTER DATABASE {DATABASE} SET temp_file_limit = '256kB'")
    faulty.rows(f"ALTER DATABASE {DATABASE} SET maintenance_work_mem = '1MB'")
    try:
        check_full(faulty, files)
    finally:
        faulty.rows(f"ALTER DATABASE {DATABASE} RESET temp_file_limit")
        faulty.rows(f"ALTER DATABASE {DATABASE} RESET maintenance_work_mem")
    check_whole(faulty, files)
