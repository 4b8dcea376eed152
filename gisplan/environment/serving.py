"""The web server and the background worker of the demo, until someone stops it."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.state import CHECKOUT, PYTHON, State, product_environment
from gisplan.environment.steps import Steps

_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 15


class _StopAsked(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def serve(here: State, port: int, steps: Steps) -> int:
    address = f"http://127.0.0.1:{port}"
    here.logs.mkdir(parents=True, exist_ok=True)
    children: dict[str, subprocess.Popen[bytes]] = {}
    with _signals_as_exceptions():
        try:
            for name, command in _commands(port).items():
                children[name] = _start(command, here.logs / f"{name}.log")
            _wait_until_it_answers(port, children["web"], here)
            steps.say(f"\n  {address}\n  admin password in {here.admin_password}\n  Ctrl-C stops it.\n")
            _watch(children, here)
        except _StopAsked:
            return 0
        finally:
            _stop(children)
            steps.say("Stopped.")
    return 0


@contextmanager
def web_server(here: State, port: int) -> Iterator[str]:
    """The demo's web server alone, for as long as pictures or measures are taken; gives its address."""
    here.logs.mkdir(parents=True, exist_ok=True)
    web = _start(_commands(port)["web"], here.logs / "web.log")
    try:
        _wait_until_it_answers(port, web, here)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop({"web": web})


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _commands(port: int) -> dict[str, list[str | Path]]:
    web: list[str | Path] = [PYTHON, "-m", "gunicorn", "gisplan.wsgi", "--bind", f"127.0.0.1:{port}"]
    web += [
        "--workers",
        "2",
        "--threads",
        "4",
        "--worker-class",
        "gthread",
        "--graceful-timeout",
        "5",
        "--no-control-socket",
    ]
    commands = {"web": web}
    if any(CHECKOUT.glob("gisplan/*/management/commands/worker.py")):
        commands["worker"] = [PYTHON, "-m", "gisplan", "worker"]
    return commands


def _start(command: list[str | Path], log: Path) -> "subprocess.Popen[bytes]":
    """A child out of the terminal's reach, that ends with this process even when it is killed outright."""
    guard = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*guard, *command],
            env=product_environment(PYTHONUNBUFFERED="1"),
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_it_answers(port: int, web: "subprocess.Popen[bytes]", here: State) -> None:
    log = here.logs / "web.log"
    limit = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < limit:
        _refuse_dead(web, "web", here)
        status = _status(port)
        if status is not None and status >= 500:
            raise EnvironmentFault(f"The home page answers {status}: read {log}.")
        if status is not None:
            return
        time.sleep(0.1)
    raise EnvironmentFault(f"The web server did not answer in {_START_TIMEOUT_S} s: read {log}.")


def _status(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_TIMEOUT_S)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _watch(children: "dict[str, subprocess.Popen[bytes]]", here: State) -> None:
    while True:
        for name, child in children.items():
            _refuse_dead(child, name, here)
        time.sleep(0.5)


def _refuse_dead(child: "subprocess.Popen[bytes]", name: str, here: State) -> None:
    if child.poll() is not None:
        raise EnvironmentFault(
            f"The {name} process ended with exit code {child.returncode}: read {here.logs / f'{name}.log'}."
        )


def _stop(children: "dict[str, subprocess.Popen[bytes]]") -> None:
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Set explicitly: a shell starts a job in the background with SIGINT ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for kind in kinds:  # a second Ctrl-C must not interrupt the stopping
            signal.signal(kind, signal.SIG_IGN)
        raise _StopAsked

    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {kind: signal.signal(kind, stop) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in previous.items():
            signal.signal(kind, handler)
