"""Import one layer of one file, whole or not at all."""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Unpack

from django.db import connection, transaction

from layers import runs, scratch, staging, store
from layers.checking import check_whole
from layers.errors import LayersError
from layers.failures import reason_of
from layers.models import ImportRun, Version
from layers.options import Given, Options, layer_name, options_from_json, options_to_json
from layers.progress import stored_progress
from layers.publishing import publish
from layers.reading import Reading
from layers.reports import DRY_RUN, FAILED, REFUSED, STAGED, STORED, UNCHANGED, Clock, ImportReport, Progress
from layers.sources import Source, open_source

__all__ = ["Given", "Options", "import_layer", "layer_name", "options_from_json", "options_to_json"]


def import_layer(
    path: Path | str,
    *,
    who: str = "",
    progress: Progress | None = None,
    run: ImportRun | None = None,
    **given: Unpack[Given],
) -> ImportReport:
    """Store a file as the next version of a layer; a refusal is a LayersError that carries the report.

    `run` is one that waits; without it a new one is made. A dry run leaves nothing behind.
    """
    path, options = Path(path), Options(**given)
    file_name = path.name.encode("utf-8", "replace").decode()  # bytes that are no text can stand in a name
    report = ImportReport(file=file_name)
    if options.dry_run:
        with _ends_in(report):
            _look(path, options, Clock(report, progress))
        return report
    runs.settle_dead_runs()
    scratch.sweep()
    with runs.running(run, file_name=file_name, who=who) as begun:
        begun.options = begun.options or options_to_json(given)
        try:
            with _ends_in(report), transaction.atomic():
                _store(path, options, _Task(begun, report, progress))
        finally:
            if report.status in {REFUSED, FAILED}:
                _keep_failure(begun, report)
    return report


class _Task:
    """An import on its way: its run, its report, and who watches."""

    def __init__(self, run: ImportRun, report: ImportReport, progress: Progress | None) -> None:
        self.run, self.report, self._progress = run, report, progress

    @contextmanager
    def clock(self) -> Iterator[Clock]:
        with stored_progress(self.run, self.report) as watched:

            def tell(phase: str, rows: int, total: int) -> None:
                watched(phase, rows, total)
                if self._progress is not None:
                    self._progress(phase, rows, total)

            yield Clock(self.report, tell)


@contextmanager
def _ends_in(report: ImportReport) -> Iterator[None]:
    """Whatever ends the import early is told by the report."""
    try:
        yield
    except LayersError as error:
        report.status, report.reason, report.reason_code = REFUSED, str(error), error.code
        error.report = report
        raise
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        report.status, report.reason, report.reason_code = FAILED, reason_of(error, report.file), FAILED
        raise


def _opened(path: Path, options: Options) -> AbstractContextManager[Source]:
    return open_source(path, layer=options.source_layer, table=options.table, encoding=options.encoding)


def _keep_failure(run: ImportRun, report: ImportReport) -> None:
    report.version, report.table, report.features_stored = None, None, 0
    runs.revive_connection()
    with transaction.atomic():
        runs.keep_issues(run, report)
        runs.keep_end(run, report)


def _look(path: Path, options: Options, clock: Clock) -> None:
    """A dry run: the report, and the difference from the current version where there is one."""
    report = clock.report
    report.name = layer_name(options.name, path)
    with _opened(path, options) as source:
        reading = Reading(source, report, clock)
        reading.prepare(srid=options.srid, encoding=options.encoding)
        base = staging.current_of(report.name, options)
        if base is None:
            deque(reading.chunks(), maxlen=0)
            check_whole(reading, options)
            report.difference = staging.all_new(report.features_stored, options)
        else:
            with transaction.atomic():
                staging.look(reading, options, base)
                transaction.set_rollback(True)
    report.status = DRY_RUN


def _store(path: Path, options: Options, task: _Task) -> None:
    """All in one transaction: the version, its view, and the end of the run."""
    run, report = task.run, task.report
    with task.clock() as clock:
        report.name = layer_name(options.name, path)
        with _opened(path, options) as source:
            reading = Reading(source, report, clock)
            store.lock_imports(report.name)
            if _unchanged(report, options):
                runs.keep_end(run, report)
                return
            reading.prepare(srid=options.srid, encoding=options.encoding)
            with connection.wrap_database_errors:  # COPY tells its errors in psycopg's own kinds
                version = staging.stage(reading, options)
        runs.keep_issues(run, report)  # before the view is locked: there may be many
        report.status = STAGED
        if options.publish:
            with clock.phase("publish", report.features_stored):
                publish(version, who=run.who)
            report.status = STORED
    runs.keep_end(run, report)


def _unchanged(report: ImportReport, options: Options) -> bool:
    current = Version.objects.filter(layer__name=report.name, is_current=True).first()
    same = (
        current is not None
        and current.digest == report.digest
        and options.same_as(current.options)
        and current.stored_srid == report.stored_srid
        and current.mode == options.mode
    )
    if current is None or not same:
        return False
    report.status, report.version, report.table = UNCHANGED, current.number, current.table_name
    report.features_stored, report.geometry_type = current.feature_count, current.geometry_type
    report.srid, report.bbox, report.columns = current.srid, current.bbox, current.columns
    return True
