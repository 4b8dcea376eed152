"""The private cluster and its lease, with real servers in folders of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisplan.environment import lease, postgis
from gisplan.environment.cluster import Cluster
from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.lease import URL_VARIABLE, NoDatabase, database_lease
from gisplan.environment.state import CHECKOUT, State

pytestmark = pytest.mark.skipif(
    postgis.find() is None, reason="PostgreSQL with PostGIS is not installed here"
)

HOLD = """
from gisplan.environment import database_lease
with database_lease():
    print("held", flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def no_given_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """A state whose path is longer than a socket's may be."""
    state = State(tmp_path_factory.mktemp("a_folder_with_a_very_long_name_" * 4), durable=False)
    given = os.environ.pop(URL_VARIABLE, None)
    try:
        with database_lease(state, create=True):
            pass
        yield state
        Cluster(state).remove()
    finally:
        if given is not None:
            os.environ[URL_VARIABLE] = given


@pytest.fixture
def state(made: State) -> Iterator[State]:
    yield made
    Cluster(made).stop()


def holder(state: State) -> "subprocess.Popen[str]":
    """Another process with a lease, which ends when it reads a line."""
    environment = {**os.environ, "GISPLAN_VAR": str(state.root), "PYTHONPATH": str(CHECKOUT)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def answer(url: str, query: str) -> object:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def server_pid(state: State) -> int:
    return int((state.cluster / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_the_server_runs_for_the_block_only_and_has_postgis(state: State) -> None:
    with database_lease(state) as url:
        assert os.environ[URL_VARIABLE] == url
        assert answer(url, "SELECT ST_AsText(ST_MakePoint(7, 45))") == "POINT(7 45)"
        assert answer(url, "SELECT current_setting('listen_addresses')") == ""
    assert URL_VARIABLE not in os.environ
    assert not Cluster(state).running()


def test_the_socket_path_fits_although_the_state_lies_deep(state: State) -> None:
    with database_lease(state) as url:
        folder = Path(str(answer(url, "SELECT current_setting('unix_socket_directories')")).strip('"'))
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_the_last_of_two_commands_stops_the_server(state: State) -> None:
    other = holder(state)
    pid = server_pid(state)
    with database_lease(state):
        assert server_pid(state) == pid
        other.communicate("\n", timeout=20)
        assert Cluster(state).running()
    assert not Cluster(state).running()


def test_a_server_left_by_a_killed_command_is_stopped_by_the_next(state: State) -> None:
    other = holder(state)
    other.kill()
    other.communicate()
    assert Cluster(state).running()
    with database_lease(state):
        pass
    assert not Cluster(state).running()


def test_a_terminated_command_stops_the_server(state: State) -> None:
    other = holder(state)
    other.terminate()
    other.communicate(timeout=20)
    assert other.returncode == 128 + signal.SIGTERM
    assert not Cluster(state).running()


def test_two_commands_that_start_together_share_one_server(state: State) -> None:
    environment = {**os.environ, "GISPLAN_VAR": str(state.root), "PYTHONPATH": str(CHECKOUT)}
    code = (
        "import time\nfrom gisplan.environment import database_lease\nwith database_lease(): time.sleep(0.2)"
    )
    both = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    assert not Cluster(state).running()


def test_a_pid_file_that_names_a_stranger_does_not_prevent_starting(state: State) -> None:
    (state.cluster / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with database_lease(state) as url:
        assert answer(url, "SELECT 1") == 1


def test_variables_of_another_server_do_not_redirect_the_private_one(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    monkeypatch.setenv("PGHOST", "host.invalid")
    with database_lease(state) as url:
        assert answer(url, "SELECT current_database()") == "gisplan"


def test_a_cluster_of_a_missing_version_is_refused_with_the_next_step(state: State) -> None:
    mark = state.cluster / "data" / "PG_VERSION"
    kept = mark.read_text()
    mark.write_text("9\n")
    try:
        with pytest.raises(EnvironmentFault, match=r"made with PostgreSQL 9.*--reset"), database_lease(state):
            pass
    finally:
        mark.write_text(kept)


def test_reset_refuses_a_state_in_use_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    state = State(tmp_path)
    (tmp_path / "thesis.odt").write_text("years of work")
    state.claim()
    (tmp_path / "admin_password.txt").write_text("x")
    with database_lease(state, create=True):
        pass
    other = holder(state)
    with pytest.raises(EnvironmentFault, match="stop it first"):
        lease.reset(state)
    other.communicate("\n", timeout=20)
    assert {path.name for path in lease.reset(state)} == {"postgres", "admin_password.txt"}
    assert not state.cluster.exists()
    assert (tmp_path / "thesis.odt").exists()


def test_reset_refuses_a_folder_that_gisplan_did_not_make(tmp_path: Path) -> None:
    photo = tmp_path / "media" / "holiday" / "photo.jpg"
    photo.parent.mkdir(parents=True)
    photo.touch()
    state = State(tmp_path)
    state.claim()
    with pytest.raises(EnvironmentFault, match=r"not made by gisplan, found media in it"):
        lease.reset(state)
    assert photo.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["media"]


@pytest.mark.parametrize("character", '"`$\\')
def test_a_path_that_a_shell_would_read_is_refused(tmp_path: Path, character: str) -> None:
    state = State(tmp_path / f"a{character}b", durable=False)
    with pytest.raises(EnvironmentFault, match="without that character"), database_lease(state, create=True):
        pass
    assert not state.cluster.exists()


def test_a_given_address_wins_and_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "postgresql://someone@database.example/plan")
    with database_lease(State(tmp_path)) as url:
        assert url == "postgresql://someone@database.example/plan"
    assert list(tmp_path.iterdir()) == []


def test_without_a_cluster_the_sentence_names_the_two_ways_on(tmp_path: Path) -> None:
    with (
        pytest.raises(NoDatabase, match=r"run `./scripts/demo --no-serve`, or set GISPLAN_DATABASE_URL"),
        database_lease(State(tmp_path)),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_creation_is_made_again(tmp_path: Path) -> None:
    state = State(tmp_path, durable=False)
    (state.cluster / "data").mkdir(parents=True)
    (state.cluster / "data" / "half").touch()
    with database_lease(state, create=True) as url:
        assert answer(url, "SELECT 1") == 1
    Cluster(state).remove()


def test_leaving_waits_for_a_clean_shutdown(state: State) -> None:
    with database_lease(state):
        pid = server_pid(state)
    limit = time.monotonic() + 5
    while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    assert "database system is shut down" in (state.cluster / "server.log").read_text().splitlines()[-1]
