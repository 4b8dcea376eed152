"""A lease on the private server: the first command that needs it starts it, the last that leaves stops it.

No daemon is left behind. A command that is killed outright leaves at worst a running server,
which the next one stops.
"""

import fcntl
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from gisplan.environment import state as states
from gisplan.environment.cluster import Cluster, find_or_create
from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.state import State

URL_VARIABLE = "GISPLAN_DATABASE_URL"


class NoDatabase(EnvironmentFault):
    """No address is given and no private cluster has been made yet."""


def given_url() -> str:
    return os.environ.get(URL_VARIABLE, "").strip()


@contextmanager
def database_lease(state: State | None = None, *, create: bool = False) -> Iterator[str]:
    """The database's address, also in GISPLAN_DATABASE_URL, for as long as the block lasts."""
    given = given_url()
    if given:
        yield given
        return
    state = state or states.current()
    try:
        known = Cluster(state).exists()
    except OSError as error:
        raise states.unusable(state.root, error) from error
    if not create and not known:
        raise NoDatabase(
            f"There is no database under {state.root}: run `./scripts/demo --no-serve`, "
            f"or set {URL_VARIABLE} to the address of a PostGIS database."
        )
    with _end_on_signals(), _locked(state.root / "use.lock") as use:
        _lock(use, fcntl.LOCK_SH)
        try:
            with _exclusive(state):
                cluster = find_or_create(state)
                cluster.start()
                url = cluster.url()
            with _variable(url):
                yield url
        finally:
            with _exclusive(state):
                _stop_if_last(state, use)


def reset(state: State) -> list[Path]:
    """Remove a state whose server nobody uses; returns what was removed."""
    found = state.removable()
    if not found:
        return []
    if not state.is_claimed():
        raise EnvironmentFault(
            f"{state.root} was not made by gisplan, found {', '.join(path.name for path in found)} in it and no "
            f"{states.MARK}: nothing is removed; remove them yourself, or set GISPLAN_VAR to another folder."
        )
    with _locked(state.root / "use.lock") as use, _exclusive(state):
        if not _lock(use, fcntl.LOCK_EX | fcntl.LOCK_NB):
            raise EnvironmentFault(
                f"A demo or a gisplan command is using {state.root}: stop it first, then run --reset again."
            )
        return _remove(state)


def _remove(state: State) -> list[Path]:
    removed = state.removable()
    Cluster(state).remove()
    for path in state.removable():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return removed


def _stop_if_last(state: State, use: IO[str]) -> None:
    if _lock(use, fcntl.LOCK_EX | fcntl.LOCK_NB):
        Cluster(state).stop()
    use.close()  # before start.lock is free, so that the next to leave can tell that it is the last


@contextmanager
def _exclusive(state: State) -> Iterator[None]:
    """Only one command at a time starts or stops the server."""
    with _locked(state.root / "start.lock") as file:
        _lock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except PermissionError as error:
        raise EnvironmentFault(
            f"{path} belongs to another user: run as that user, or set GISPLAN_VAR to a folder of your own."
        ) from error
    except OSError as error:
        raise states.unusable(path.parent, error) from error
    with file:
        yield file


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _variable(url: str) -> Iterator[None]:
    os.environ[URL_VARIABLE] = url
    try:
        yield
    finally:
        os.environ.pop(URL_VARIABLE, None)


@contextmanager
def _end_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the command the orderly way, so that the server is stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [kind for kind in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(kind) is signal.SIG_DFL]
    for kind in kinds:
        signal.signal(kind, _leave)
    try:
        yield
    finally:
        for kind in kinds:
            signal.signal(kind, signal.SIG_DFL)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
