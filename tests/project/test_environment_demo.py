"""`./scripts/demo` as its reader runs it: from nothing, a second time, and served until Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from gisplan.environment import virtualenv
from gisplan.environment.cluster import Cluster
from gisplan.environment.lease import URL_VARIABLE, database_lease
from gisplan.environment.state import CHECKOUT, VENV, State

pytestmark = pytest.mark.skipif(
    not virtualenv._STAMP.exists(),
    reason=f"{VENV} was not made by ./scripts/setup, so ./scripts/demo would refuse it",
)
WRITES = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    given = os.environ.pop(URL_VARIABLE, None)
    state = State(tmp_path_factory.mktemp("demo"))
    yield state
    Cluster(state).remove()
    if given is not None:
        os.environ[URL_VARIABLE] = given


def demo(state: State, *words: str) -> str:
    done = subprocess.run(
        [CHECKOUT / "scripts" / "demo", *words],
        env={**os.environ, "GISPLAN_VAR": str(state.root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def steps_of(output: str) -> dict[str, str]:
    """Each step's title and what it did; a line without its seconds is not a step."""
    return dict(re.findall(r"^(\S+(?: \S+)*) {2,}(.+?)  \[\d+\.\d s\]$", output, re.MULTILINE))


def rows_written(state: State) -> int:
    with database_lease(state) as url, psycopg.connect(url) as connection:
        row = connection.execute(WRITES).fetchone()
    assert row is not None
    return int(row[0])


def test_the_first_run_says_what_each_step_did_and_how_long_it_took(state: State) -> None:
    steps = steps_of(demo(state, "--no-serve"))
    assert list(steps)[:4] == [
        "Python environment",
        "Python packages",
        "Front-end assets",
        "PostgreSQL with PostGIS",
    ]
    assert steps["Database server"].startswith("made and started")
    assert "312 municipalities" in steps["Territory"]
    assert {"Database tables", "Plan", "Administrator", "Static files"} <= set(steps)
    assert not Cluster(state).running()
    assert state.admin_password.stat().st_mode & 0o777 == 0o600


def test_the_second_run_writes_nothing_and_says_so(state: State) -> None:
    before, password = rows_written(state), state.admin_password.read_text()
    steps = steps_of(demo(state, "--no-serve"))
    assert steps.pop("Database server").startswith("started")
    assert [title for title, note in steps.items() if not note.startswith("nothing to do")] == []
    assert rows_written(state) == before
    assert state.admin_password.read_text() == password


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gisplan(state: State, *words: str) -> str:
    done = subprocess.run(
        [VENV / "bin" / "gisplan", *words],
        env={**os.environ, "GISPLAN_VAR": str(state.root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_worker_computes_what_was_queued(state: State) -> None:
    words = ("--all", "--minutes", "7")
    assert "queued as job" in gisplan(state, "catchments", *words, "--background")
    gisplan(state, "worker", "--until-idle")
    before = rows_written(state)
    assert "106 bands, 0 on the street network" in gisplan(state, "catchments", *words)
    assert rows_written(state) == before  # the worker's run is the answer
    assert not Cluster(state).running()


def test_ctrl_c_stops_the_demo_and_leaves_no_process_behind(state: State, tmp_path: Path) -> None:
    port, output = free_port(), tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [
                "env",
                "--ignore-signal=INT",
                CHECKOUT / "scripts" / "demo",
                "--port",
                str(port),
            ],  # as `demo &` does
            env={**os.environ, "GISPLAN_VAR": str(state.root)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    limit = time.monotonic() + 120
    while "Ctrl-C" not in output.read_text() and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 2, output.read_text()
    with urlopen(f"http://127.0.0.1:{port}/") as page:
        assert page.status == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert not Cluster(state).running()
