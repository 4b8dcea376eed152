"""Starts imports that meet an accident, each in a process of its own; a process that loads once and forks for each.

It takes one JSON array a line: `["start", FOLDER, WORK, …]` answers the child's pid, `["wait", PID]` its return code,
`["poll", PID]` that or null. The accident happens where the import tells its progress, so that the product needs no
hook for it.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import django
import psycopg

NAME = "luoghi"
# The sessions of an import, its own and the one that writes its progress.
LOSE_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dying'"


def lose_sessions() -> None:
    with psycopg.connect(
        os.environ["GISPLAN_DATABASE_URL"], autocommit=True, application_name="other"
    ) as other:
        other.execute(LOSE_SESSIONS)


def pause() -> None:
    Path("paused").touch()
    while not Path("go_on").exists():
        time.sleep(0.02)


KINDS: dict[str, Callable[[], None]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "lose_sessions": lose_sessions,
    "pause": pause,
}


def accident(file: str, phase: str, kind: str) -> int:
    from layers.importing import import_layer

    happened = False

    def watch(now: str, rows: int, total: int) -> None:
        nonlocal happened
        if now == phase and rows and not happened:
            happened = True
            KINDS[kind]()

    import_layer(Path(file), name=NAME, who="dying", progress=watch)
    return 0


def after(file: str) -> int:
    from layers.health import examine
    from layers.importing import import_layer

    findings = {finding.need: [finding.ok, finding.found] for finding in examine()}
    report = import_layer(Path(file), name=NAME, who="after")
    json.dump({"findings": findings, "status": report.status, "version": report.version}, sys.stdout)
    return 0


def gisplan(*words: str) -> int:
    from gisplan.__main__ import main

    return main(words)


WORKS: dict[str, Callable[..., int]] = {"accident": accident, "after": after, "gisplan": gisplan}


def start(folder: str, work: str, *words: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores it
    try:
        os.chdir(folder)
        for name, number in (("out", 1), ("err", 2)):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = WORKS[work](*words)
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def poll(pid: int, options: int = os.WNOHANG) -> int | None:
    ended, status = os.waitpid(pid, options)
    return os.waitstatus_to_exitcode(status) if ended else None


def wait(pid: int) -> int | None:
    return poll(pid, 0)


if __name__ == "__main__":
    django.setup()
    import layers.importing  # noqa: F401 - so that no child needs to load it

    DO: dict[str, Callable[..., int | None]] = {"start": start, "wait": wait, "poll": poll}
    for line in sys.stdin:
        what, *rest = json.loads(line)
        sys.stdout.write(json.dumps(DO[what](*rest)) + "\n")
        sys.stdout.flush()
