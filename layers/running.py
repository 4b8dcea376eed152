"""Imports that the pages start: at once or by the worker, and known when they were cut off."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from layers import runs, uploads
from layers.errors import LayersError, RunBusy, UploadNotFound
from layers.importing import import_layer, options_from_json
from layers.limits import inline_bytes
from layers.models import ImportRun
from layers.uploads import Upload

_log = logging.getLogger(__name__)


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
    """Do what a waiting run asks; how it ended stays with the run."""
    run = ImportRun.objects.get(pk=run_pk)
    if run.status != ImportRun.Status.WAITING:
        return
    given = options_from_json(run.options)
    given["publish"] = False
    try:
        upload = uploads.find(str(run.options.get("upload", "")))
        import_layer(upload.path, who=run.who, run=run, **given)
    except RunBusy:
        _log.info("Import %s is under way in another process.", run_pk)
    except UploadNotFound as error:
        _end(run, error, ImportRun.Status.FAILED)
    except LayersError as error:
        run.refresh_from_db()
        if run.status == ImportRun.Status.WAITING:  # refused before it began
            _end(run, error, ImportRun.Status.REFUSED)
    except (DatabaseError, OSError):
        _log.exception("Import %s failed.", run_pk)  # the import has written why


def settle(run: ImportRun) -> ImportRun:
    """A run that nobody works on any more has failed, and says so."""
    if run.status == ImportRun.Status.RUNNING:
        runs.settle_dead_runs()
        run.refresh_from_db()
    return run


def _end(run: ImportRun, error: LayersError, status: ImportRun.Status) -> None:
    run.status, run.finished = status, timezone.now()
    run.report = {**run.report, "status": str(status), "reason": str(error), "reason_code": error.code}
    run.save(update_fields=["status", "finished", "report"])
