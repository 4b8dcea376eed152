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
MANY = 600_000  # some seconds of import, however fast: the accidents come in the middle


@dataclass
class Started:
    """A child of the process in dying.py; its folder holds what it wrote."""

    server: "subprocess.Popen[str]"
    folder: Path
    pid: int

    def poll(self) -> int | None:
        return ask(self.server, "poll", self.pid)

    def ended(self) -> "subprocess.CompletedProcess[str]":
        code = ask(self.server, "wait", self.pid)
        assert code is not None
        out, err = ((self.folder / name).read_text("utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess([], code, out, err)

    def wait_until_paused(self) -> None:
        limit = time.monotonic() + 60
        while not (self.folder / "paused").exists():
            assert time.monotonic() < limit, (self.folder / "err").read_text("utf-8")
            time.sleep(0.02)

    def go_on(self) -> None:
        (self.folder / "go_on").touch()


def ask(server: "subprocess.Popen[str]", *words: object) -> int | None:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(words, default=str) + "\n")
    server.stdin.flush()
    answer: int | None = json.loads(server.stdout.readline())
    return answer


@dataclass
class Faulty:
    """The database, and what a test asks of it."""

    server: "subprocess.Popen[str]"
    folder: Path

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(_url(DATABASE), autocommit=True) as own:
            cursor = own.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def start(self, work: str, *words: str | Path) -> Started:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        pid = ask(self.server, "start", folder, work, *words)
        assert pid is not None
        return Started(self.server, folder, pid)

    def accident(self, file: Path, phase: str, kind: str) -> "subprocess.CompletedProcess[str]":
        return self.start("accident", file, phase, kind).ended()

    def gisplan(self, *words: str | Path) -> Started:
        return self.start("gisplan", *words)

    def after(self, file: Path) -> dict[str, Any]:
        done = self.start("after", file).ended()
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def tables(self) -> set[str]:
        found = "SELECT relname FROM pg_class WHERE relnamespace = 'layers'::regnamespace AND relkind = 'r'"
        return {row[0] for row in self.rows(found)}

    def last_run(self) -> tuple[str, str, Any]:
        wanted = "SELECT status, report->>'reason', progress FROM layers_importrun ORDER BY id DESC LIMIT 1"
        return self.rows(wanted)[0]  # type: ignore[return-value]


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
def server() -> "Iterator[subprocess.Popen[str]]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        "GISPLAN_DATABASE_URL": _url(DATABASE),
        "DJANGO_SETTINGS_MODULE": "gisplan.settings",
    }
    with subprocess.Popen(
        [sys.executable, DYING], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield server


@pytest.fixture(scope="module")
def seed(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    files: dict[str, Path],
    server: "subprocess.Popen[str]",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A copy of the empty test database with one published version of three features."""
    with django_db_blocker.unblock():
        connections.close_all()  # a template must have no users
        empty = connection.settings_dict["NAME"]
    name = f"{DATABASE}_seed"
    _server(*(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)" for each in (name, DATABASE)))
    _server(f"CREATE DATABASE {DATABASE} TEMPLATE {empty}")
    assert Faulty(server, tmp_path_factory.mktemp("seed")).after(files["old"])["version"] == 1
    _server(f"ALTER DATABASE {DATABASE} RENAME TO {name}")
    yield name
    _server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def faulty(seed: str, server: "subprocess.Popen[str]", tmp_path: Path) -> Iterator[Faulty]:
    """A database for one test: what other processes do there is committed."""
    _server(f"CREATE DATABASE {DATABASE} TEMPLATE {seed}")
    yield Faulty(server, tmp_path)
    _server(f"DROP DATABASE {DATABASE} WITH (FORCE)")


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
    os.kill(process.pid, signal.SIGKILL)
    assert process.ended().returncode == -signal.SIGKILL
    check_whole(faulty, files)
    reason = faulty.rows("SELECT report->>'reason' FROM layers_importrun ORDER BY id")[1][0]
    assert f"of {MANY:,} rows: nothing of it was stored" in reason


def wait_for_rows(faulty: Faulty, process: Started) -> dict[str, Any]:
    """The progress of the last run once it tells rows in the database."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        status, _, progress = faulty.last_run()
        if status == "running" and progress.get("rows_per_s"):
            found: dict[str, Any] = progress
            return found
        time.sleep(0.02)
    raise AssertionError("no progress was seen before the import ended")


def test_interrupted_from_the_keyboard(faulty: Faulty, files: dict[str, Path]) -> None:
    process = faulty.gisplan("import_layer", files["many"], "--name", "luoghi")
    wait_for_rows(faulty, process)
    os.kill(process.pid, signal.SIGINT)
    done = process.ended()
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith("Interrupted.\n")
    status, reason, _ = faulty.last_run()
    assert status == "failed"
    assert "found that it was interrupted from the keyboard: nothing of it was stored" in reason
    check_whole(faulty, files)


def test_two_imports_of_one_layer_end_well_one_after_the_other(
    faulty: Faulty, files: dict[str, Path]
) -> None:
    first = faulty.start("accident", files["new"], "store", "pause")
    first.wait_until_paused()
    second = faulty.gisplan("import_layer", files["next"], "--name", "luoghi")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    limit = time.monotonic() + 60
    while faulty.rows(waiting) == [(0,)] and second.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    first.go_on()
    assert [each.ended().returncode for each in (first, second)] == [0, 0]
    versions = faulty.rows("SELECT number, feature_count, is_current FROM layers_version ORDER BY number")
    assert versions == [(1, 3, False), (2, 4, False), (3, 5, True)]
    assert faulty.rows("SELECT count(*) FROM layers.luoghi") == [(5,)]
    runs = faulty.rows("SELECT DISTINCT status FROM layers_importrun")
    assert runs == [("stored",)]


def test_rollback_does_not_wait_for_an_import_that_goes_on(faulty: Faulty, files: dict[str, Path]) -> None:
    assert faulty.after(files["next"])["version"] == 2
    going = faulty.start("accident", files["new"], "store", "pause")
    going.wait_until_paused()
    back = faulty.gisplan("rollback_layer", "luoghi").ended()
    assert back.stdout == "current: luoghi_v1, 3 features\n"
    going.go_on()
    assert going.ended().returncode == 0
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
    done = faulty.gisplan("import_layer", files["many"], "--name", "luoghi").ended()
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
