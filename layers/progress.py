"""How far an import is: kept in its run for other sessions to see while the import's transaction is open."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection
from django.utils import timezone

from layers.models import ImportRun
from layers.reports import ImportReport, Progress

EVERY_S = 0.25
_log = logging.getLogger(__name__)
# Rows that have passed one of these have passed all before it.
_LAST_PHASES = ("store", "check", "decode", "read")


class Watched:
    """What is known of a running import; called like any `Progress`."""

    def __init__(self, report: ImportReport) -> None:
        self._report = report
        self._started = time.perf_counter()
        self._phase = ""
        self._total = 0
        self.changes = 0

    def __call__(self, phase: str, rows: int, total: int) -> None:
        self._phase, self._total = phase, total
        self.changes += 1

    def as_dict(self) -> dict[str, Any]:
        phases = [
            {
                "name": phase.name,
                "rows": phase.rows,
                "total": self._total,
                "seconds": round(phase.seconds, 2),
            }
            for phase in self._report.phases
        ]
        rows = {phase.name: phase.rows for phase in self._report.phases}
        done = next((rows[name] for name in _LAST_PHASES if rows[name]), 0)
        rate = done / max(time.perf_counter() - self._started, 1e-6) if done else None
        return {
            "phase": self._phase,
            "phases": phases,
            "rows_per_s": None if rate is None else round(rate, 1),
            "seconds_left": None if rate is None else round(max(self._total - done, 0) / rate, 1),
            "updated": timezone.now().isoformat(),
        }


@contextmanager
def stored_progress(run: ImportRun | None, report: ImportReport) -> Iterator[Progress]:
    """A progress that is written to the run by a connection and a thread of its own, a few times a second.

    The import never waits for it: where the connection fails, it goes on unwatched.
    """
    watched = Watched(report)
    if run is None:
        yield watched
        return
    ended = threading.Event()
    writer = threading.Thread(target=_write, args=(run.pk, watched, ended), daemon=True)
    writer.start()
    try:
        yield watched
    finally:
        ended.set()
        writer.join(timeout=5)
        run.progress = watched.as_dict()


def _write(run_pk: int, watched: Watched, ended: threading.Event) -> None:
    own = connection.copy()
    written = 0
    try:
        while not ended.wait(EVERY_S):
            if watched.changes == written:
                continue
            written = watched.changes
            with own.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
                cursor.execute(
                    "UPDATE layers_importrun SET progress = %s WHERE id = %s AND status = 'running'",
                    [json.dumps(watched.as_dict()), run_pk],
                )
    except Error as error:
        _log.warning("The progress of import %s is no longer written: %s", run_pk, error)
    finally:
        own.close()


def progress_of(run: ImportRun) -> dict[str, Any]:
    """The newest progress of a run, with every key; before the first one, nothing is known."""
    known = ImportRun.objects.filter(pk=run.pk).values_list("progress", flat=True).first()
    nothing: dict[str, Any] = {
        "phase": "",
        "phases": [],
        "rows_per_s": None,
        "seconds_left": None,
        "updated": None,
    }
    return {**nothing, **(known or {})}
