from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from layers.errors import LayersError, TargetRefused
from layers.importing import import_layer
from layers.management.table_arguments import add_table_arguments, table_options
from layers.models import Mode
from layers.options import Given, as_date
from layers.reader.client import warm_up
from layers.reports import ImportReport
from layers.targets import check_apart, check_replaceable
from layers.terminal import Bars, user_name


class Command(BaseCommand):
    requires_system_checks = []  # they load every page, for longer than a small file takes: `gisplan check` runs them
    help = "Import one layer of a vector file, folder or archive, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="name of the layer (default: made of the file's name)")
        parser.add_argument("--title", help="title for readers")
        parser.add_argument(
            "--srid", type=int, help="system of the source, where the file says none or a wrong one"
        )
        parser.add_argument(
            "--encoding", help="encoding of a shapefile's text, in place of what the file says"
        )
        parser.add_argument("--layer", help="layer of a file that holds several")
        parser.add_argument(
            "--mode",
            choices=Mode.values,
            default=Mode.REPLACE.value,
            help="replace all features, append to them, or update and add by key (default: replace)",
        )
        parser.add_argument("--key", help="column that tells one feature from another")
        parser.add_argument("--source", help="who publishes the data")
        parser.add_argument("--licence", help="terms under which they may be used")
        parser.add_argument("--reference-date", help="day the data describe, such as 2026-01-31")
        parser.add_argument("--owner", help="office that answers for the layer")
        parser.add_argument(
            "--no-publish", action="store_true", help="stage the version: publish_layer shows it later"
        )
        add_table_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="report without storing")
        parser.add_argument("--strict", action="store_true", help="refuse a file that needs a repair")
        parser.add_argument("--report", type=Path, help="write the report here as JSON, on refusal too")
        parser.add_argument(
            "--progress", action="store_true", help="show bars where there is no terminal too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        warm_up()
        if options["report"]:
            check_apart(options["report"], options["file"])
            check_replaceable(options["report"], "json")
        try:
            with Bars(always=options["progress"]) as bars:
                report = import_layer(options["file"], who=user_name(), progress=bars, **_given(options))
        except LayersError as error:
            if options["report"] and error.report is not None:
                try:
                    error.report.write(options["report"])
                except TargetRefused as failed:
                    self.stderr.write(str(failed))
            raise
        self.stdout.write(summary_of(report))  # first, since the layer is stored even if the report is not
        if options["report"]:
            report.write(options["report"])


def _given(options: dict[str, Any]) -> Given:
    day = options["reference_date"]
    return Given(
        name=options["name"],
        title=options["title"],
        srid=options["srid"],
        encoding=options["encoding"],
        source_layer=options["layer"],
        mode=options["mode"],
        key=options["key"],
        source=options["source"],
        licence=options["licence"],
        reference_date=as_date(day) if day else None,
        owner=options["owner"],
        publish=not options["no_publish"],
        dry_run=options["dry_run"],
        strict=options["strict"],
        table=table_options(options),
    )


def summary_of(report: ImportReport) -> str:
    where = f" as {report.table}" if report.table else ""
    seconds = sum(phase.seconds for phase in report.phases)
    text = (
        f"{report.status}: {report.features_stored} of {report.features_read} features of"
        f" {report.file}{where},"
        f" EPSG:{report.srid} to EPSG:{report.stored_srid}, {sum(report.issues.counts().values())} issues,"
        f" {seconds:.1f} s"
    )
    lines = [text, *_difference(report)]
    return "\n".join([*lines, *(f"  {issue.code}: {issue.message}" for issue in report.issues[:20])])


def _difference(report: ImportReport) -> list[str]:
    known = report.difference
    if not known or known["against"] is None:
        return []
    by = f" by {known['key']}" if known["key"] else ""
    counts = ", ".join(f"{known[kind]} {kind}" for kind in ("added", "changed", "gone", "same"))
    lines = [f"  {known['mode']}{by} against version {known['against']}: {counts}"]
    for kind in ("columns_added", "columns_gone"):
        if known[kind]:
            lines.append(f"  {kind.replace('_', ' ')}: {', '.join(known[kind])}")
    for column in known["columns_changed"]:
        lines.append(f"  column {column['name']} was {column['before']} and is {column['after']}")
    if known["geometry_changed"]:
        lines.append("  geometry was {before} and is {after}".format(**known["geometry_changed"]))
    if known.get("repeated"):
        lines.append(f"  {known['repeated']} of the added features are there already, value by value")
    return lines
