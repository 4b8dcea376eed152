"""An import in a process of its own that meets an accident, and what is found afterwards.

`dying.py accident FILE PHASE KIND` or `dying.py after FILE`. The accident happens where the import tells its
progress, so that the product needs no hook for it.
"""

import json
import os
import signal
import sys
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
    sys.stdout.write("there\n")
    sys.stdout.flush()
    sys.stdin.readline()


KINDS: dict[str, Callable[[], None]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "lose_sessions": lose_sessions,
    "pause": pause,
}


def accident(file: str, phase: str, kind: str) -> None:
    from layers.importing import import_layer

    happened = False

    def watch(now: str, rows: int, total: int) -> None:
        nonlocal happened
        if now == phase and rows and not happened:
            happened = True
            KINDS[kind]()

    import_layer(Path(file), name=NAME, who="dying", progress=watch)


def after(file: str) -> None:
    from layers.health import examine
    from layers.importing import import_layer

    findings = {finding.need: [finding.ok, finding.found] for finding in examine()}
    report = import_layer(Path(file), name=NAME, who="after")
    json.dump({"findings": findings, "status": report.status, "version": report.version}, sys.stdout)


if __name__ == "__main__":
    django.setup()
    {"accident": accident, "after": after}[sys.argv[1]](*sys.argv[2:])
