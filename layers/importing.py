"""Import one layer of one file, whole or not at all."""

import re
from collections import deque
from contextlib import nullcontext
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

from django.db import transaction
from django.utils import timezone

from layers import store
from layers.errors import LayersError, NameRefused, NothingLeft, RepairRefused
from layers.fields import safe_name
from layers.models import ImportIssue, ImportRun, Layer, Version
from layers.pipeline import copy_rows
from layers.publishing import publish
from layers.reading import Reading
from layers.reports import DRY_RUN, FAILED, REFUSED, STAGED, STORED, UNCHANGED, Clock, ImportReport, Progress
from layers.sources import open_source

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_VERSION_NAME = re.compile(r".*_v\d+")


class Given(TypedDict, total=False):
    """What a caller may give to `import_layer`; see `Options`."""

    name: str | None
    title: str | None
    srid: int | None
    encoding: str | None
    source_layer: str | None
    dry_run: bool
    strict: bool
    publish: bool


@dataclass(frozen=True)
class Options:
    """`srid` and `encoding` override what the file says; `strict` turns every repair into a refusal.

    Without `publish` the version is staged: `layers.publishing` publishes or discards it later.
    """

    name: str | None = None
    title: str | None = None
    srid: int | None = None
    encoding: str | None = None
    source_layer: str | None = None
    dry_run: bool = False
    strict: bool = False
    publish: bool = True

    def kept(self) -> dict[str, Any]:
        """What is kept with a version, to know the same import when it comes again."""
        return {name: asdict(self)[name] for name in ("srid", "encoding", "source_layer", "strict")}

    def same_as(self, kept: dict[str, Any]) -> bool:
        """A version that needed no repair also answers a request that would allow one."""
        return kept in (self.kept(), {**self.kept(), "strict": True})


def options_from_json(data: dict[str, Any]) -> Given:
    """What a run that waits was given."""
    known = {field.name for field in fields(Options)}
    return cast(Given, {name: value for name, value in data.items() if name in known})


def import_layer(
    path: Path | str,
    *,
    who: str = "",
    progress: Progress | None = None,
    run: ImportRun | None = None,
    **given: Unpack[Given],
) -> ImportReport:
    """Store a file as the next version of a layer; a refusal is a LayersError that carries the report."""
    path, options = Path(path), Options(**given)
    report = ImportReport(file=path.name)
    if run is None and not options.dry_run:
        run = ImportRun.objects.create(file_name=path.name[:255], who=who)
    try:
        with nullcontext() if options.dry_run else transaction.atomic():
            _import(path, options, report, Clock(report, progress), who)
    except LayersError as error:
        report.status, report.reason, report.reason_code = REFUSED, str(error), error.code
        error.report = report
        raise
    finally:
        if report.status in {REFUSED, FAILED}:
            report.version, report.table, report.features_stored = None, None, 0
        if run is not None:
            _record(run, report)
    return report


def _record(run: ImportRun, report: ImportReport) -> None:
    run.status, run.report, run.finished = report.status, report.as_dict(), timezone.now()
    run.layer = Layer.objects.filter(name=report.name).first()
    if report.table is not None:
        run.version = Version.objects.filter(table_name=report.table).first()
    run.save()
    ImportIssue.objects.bulk_create(
        (
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
        ),
        batch_size=5_000,
    )


def _import(path: Path, options: Options, report: ImportReport, clock: Clock, who: str) -> None:
    report.name = layer_name(options.name, path)
    with open_source(path, layer=options.source_layer) as source:
        reading = Reading(source, report, clock)
        if not options.dry_run:
            store.lock_name(report.name)
            if _unchanged(report, options):
                return
        reading.prepare(srid=options.srid, encoding=options.encoding)
        if options.dry_run:
            deque(reading.chunks(), maxlen=0)
            _check_whole(reading, options)
            report.status = DRY_RUN
        else:
            version = _staged(reading, options)
            report.status = STAGED
            if options.publish:
                with clock.phase("publish", report.features_stored):
                    publish(version, who=who)
                report.status = STORED


def layer_name(given: str | None, path: Path) -> str:
    """The name given, or one made of the file's name."""
    name = given if given is not None else safe_name(path.name.split(".")[0])[:50]
    if not _NAME.fullmatch(name) or _VERSION_NAME.fullmatch(name):
        raise NameRefused(
            "Expected a layer name of lower-case letters, digits and underscores (50 at most, a letter"
            " first, not"
            f" ending like _v1), found {name!r}: give one with --name, such as"
            f" {safe_name(name) or 'layer'!r}."
        )
    return name


def _unchanged(report: ImportReport, options: Options) -> bool:
    current = Version.objects.filter(layer__name=report.name, is_current=True).first()
    same = (
        current is not None
        and current.digest == report.digest
        and options.same_as(current.options)
        and current.stored_srid == report.stored_srid
    )
    if current is None or not same:
        return False
    report.status, report.version, report.table = UNCHANGED, current.number, current.table_name
    report.features_stored, report.geometry_type = current.feature_count, current.geometry_type
    report.srid, report.bbox, report.columns = current.srid, current.bbox, current.columns
    return True


def _staged(reading: Reading, options: Options) -> Version:
    report, clock = reading.report, reading.clock
    layer, _ = Layer.objects.get_or_create(name=report.name, defaults={"title": options.title or ""})
    if options.title and layer.title != options.title:
        layer.title = options.title
        layer.save(update_fields=["title"])
    last = Version.objects.filter(layer=layer).order_by("-number").first()
    number = last.number + 1 if last else 1
    table = f"{layer.name}_v{number}"
    store.create_table(table, reading.columns, geometry_type=reading.geometry_type, srid=reading.stored_srid)
    copy_rows(table, reading)
    _check_whole(reading, options)
    with clock.phase("store"):
        store.index_table(table)
    report.version, report.table = number, table
    return Version.objects.create(
        layer=layer,
        number=number,
        table_name=table,
        geometry_type=reading.geometry_type,
        srid=reading.srid,
        stored_srid=reading.stored_srid,
        feature_count=report.features_stored,
        bbox=report.bbox,
        columns=report.columns,
        digest=report.digest,
        options=options.kept(),
    )


def _check_whole(reading: Reading, options: Options) -> None:
    report = reading.report
    if not report.features_stored:
        raise NothingLeft(
            f"Expected features with a usable geometry in {report.file}, found {report.features_read:,}"
            " without"
            f" ({', '.join(sorted({issue.code for issue in report.repairs}))}): correct the file."
        )
    if options.strict and report.repairs:
        first = report.repairs[0]
        at = "" if first.feature is None else f" at feature {first.feature}"
        raise RepairRefused(
            f"Expected a file that needs no repair (strict), found {len(report.repairs):,} in"
            f" {report.file}, first"
            f" {first.code}{at}: correct the file or import it without strict."
        )
