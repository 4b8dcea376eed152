"""The life of a run: begun under a lock of its own, ended with its report, or found to have died."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from layers.errors import RunBusy
from layers.models import ImportIssue, ImportRun, Layer, Version
from layers.reports import ImportReport

# The first key of the advisory lock of a run; the second is the run's number.
_LOCK_CLASS = 77_803

Status = ImportRun.Status


@contextmanager
def running(run: ImportRun | None, *, file_name: str, who: str) -> Iterator[ImportRun]:
    """A run that holds its lock for as long as the block lasts; one that dies loses it with its session."""
    with transaction.atomic():
        if run is None:
            run = ImportRun.objects.create(file_name=file_name[:255], who=who, status=Status.RUNNING)
        if not _try_lock(run.pk):
            raise RunBusy(
                f"Expected an import that nobody works on, found run {run.pk} of {run.file_name} under way:"
                " wait for its end."
            )
        run.status, run.finished, run.progress = Status.RUNNING, None, {}
        run.save(update_fields=["status", "finished", "progress"])
    try:
        yield run
    finally:
        revive_connection()
        _unlock(run.pk)


def revive_connection() -> None:
    """After a lost session the next statement opens a new one."""
    if not connection.in_atomic_block and connection.connection is not None and not connection.is_usable():
        connection.close()


def keep_issues(run: ImportRun, report: ImportReport) -> None:
    rows = (
        ImportIssue(
            run=run,
            code=issue.code,
            feature=issue.feature,
            before=issue.before,
            after=issue.after,
            lon=None if issue.lon_lat is None else issue.lon_lat[0],
            lat=None if issue.lon_lat is None else issue.lon_lat[1],
        )
        for issue in report.issues
    )
    ImportIssue.objects.bulk_create(rows, batch_size=5_000)


def keep_end(run: ImportRun, report: ImportReport) -> None:
    """How the run ended; in the transaction of its version where there is one, so that both are true or neither."""
    run.status, run.report, run.finished = report.status, report.as_dict(), timezone.now()
    run.layer = Layer.objects.filter(name=report.name).first()
    if report.table is not None:
        run.version = Version.objects.filter(table_name=report.table).first()
    run.save()


def settle_dead_runs() -> list[ImportRun]:
    """Runs that say they are running and whose session is gone: they failed, and say so."""
    dead = []
    for run in ImportRun.objects.filter(status=Status.RUNNING):
        if not _try_lock(run.pk):
            continue
        try:
            run.refresh_from_db()
            if run.status == Status.RUNNING:
                _settle(run)
                dead.append(run)
        finally:
            _unlock(run.pk)
    return dead


def _settle(run: ImportRun) -> None:
    run.status, run.finished = Status.FAILED, timezone.now()
    run.report = {**run.report, "file": run.file_name, "status": Status.FAILED.value}
    run.report |= {"reason": _how_far(run), "reason_code": "interrupted"}
    run.save(update_fields=["status", "finished", "report"])


def _how_far(run: ImportRun) -> str:
    phase = run.progress.get("phase")
    known: list[dict[str, Any]] = [row for row in run.progress.get("phases", []) if row["name"] == phase]
    where = f"in the phase {phase}, after {known[0]['rows']:,} of {known[0]['total']:,} rows" if known else ""
    return (
        f"Expected the import of {run.file_name} to end, found that its process or its database session was gone"
        f" {where or 'before its first rows'}: nothing of it was stored and the layer is as it was; import the"
        " file again."
    )


def _try_lock(run_pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, run_pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def _unlock(run_pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, run_pk])
