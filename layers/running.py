"""Imports that the pages start: at once or by the worker, watched, and known when they were cut off."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone

from layers import uploads
from layers.errors import LayersError, UploadNotFound
from layers.importing import import_layer, options_from_json
from layers.limits import inline_bytes
from layers.models import ImportRun
from layers.uploads import Upload

_LOCKS = 77_803  # the first half of the key of each run's lock
INTERRUPTED = "interrupted"


def start(upload: Upload, given: Mapping[str, Any], *, who: str, notes: Mapping[str, Any]) -> ImportRun:
    """A run that waits. `given` is what import_layer takes; `notes` are the caller's own and come back in `options`."""
    uploads.used(upload)
    options = {**given, "upload": upload.token, "notes": dict(notes)}
    return ImportRun.objects.create(
        file_name=upload.label[:255], options=options, who=who, status=ImportRun.Status.WAITING
    )


def runs_inline(upload: Upload) -> bool:
    """Whether an import is short enough for the page to wait for it."""
    return upload.size_bytes <= inline_bytes()


def run_import(run_pk: int) -> None:
    """Do what a waiting run asks; a refusal stays with the run."""
    taken = ImportRun.objects.filter(pk=run_pk, status=ImportRun.Status.WAITING)
    with _held(run_pk):
        if not taken.update(status=ImportRun.Status.RUNNING, started=timezone.now()):
            return
        run = ImportRun.objects.get(pk=run_pk)
        given = {name: value for name, value in run.options.items() if name not in {"upload", "notes"}}
        try:
            upload = uploads.find(str(run.options.get("upload", "")))
            import_layer(upload.path, who=run.who, run=run, **(options_from_json(given) | {"publish": False}))
        except UploadNotFound as error:
            _end(run, str(error), error.code)
        except LayersError as error:
            _kept_refusal(run, error)


def _kept_refusal(run: ImportRun, error: LayersError) -> None:
    """The import has written its own refusal, unless it was refused before it began."""
    run.refresh_from_db()
    if run.status in {ImportRun.Status.WAITING, ImportRun.Status.RUNNING}:
        _end(run, str(error), error.code, status=ImportRun.Status.REFUSED)


def settle(run: ImportRun) -> ImportRun:
    """A run that nobody works on any more has failed: its process was ended, the old version is untouched."""
    if run.status == ImportRun.Status.RUNNING and _is_free(run.pk):
        run.refresh_from_db()
        if run.status == ImportRun.Status.RUNNING:
            reason = (
                "Expected the import to reach its end, found that its process was stopped: nothing was stored and"
                " the layer is as before, start it again."
            )
            _end(run, reason, INTERRUPTED)
    return run


def _end(
    run: ImportRun, reason: str, code: str, *, status: ImportRun.Status = ImportRun.Status.FAILED
) -> None:
    run.status, run.finished = status, timezone.now()
    run.report = {**run.report, "status": str(status), "reason": reason, "reason_code": code}
    run.save(update_fields=["status", "finished", "report"])


@contextmanager
def _held(run_pk: int) -> Iterator[None]:
    """A lock of the database's session: it ends with the process, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCKS, run_pk])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, run_pk])


def _is_free(run_pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, run_pk])
        free = bool(cursor.fetchone()[0])
        if free:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, run_pk])
    return free
