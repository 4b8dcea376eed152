from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from layers.errors import LayersError, TargetRefused
from layers.importing import import_layer
from layers.management.table_arguments import add_table_arguments, table_options
from layers.reports import ImportReport
from layers.targets import check_apart, check_replaceable


class Command(BaseCommand):
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
        add_table_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="report without storing")
        parser.add_argument("--strict", action="store_true", help="refuse a file that needs a repair")
        parser.add_argument("--report", type=Path, help="write the report here as JSON, on refusal too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["report"]:
            check_apart(options["report"], options["file"])
            check_replaceable(options["report"], "json")
        try:
            report = import_layer(
                options["file"],
                name=options["name"],
                title=options["title"],
                srid=options["srid"],
                encoding=options["encoding"],
                source_layer=options["layer"],
                dry_run=options["dry_run"],
                strict=options["strict"],
                table=table_options(options),
            )
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


def summary_of(report: ImportReport) -> str:
    where = f" as {report.table}" if report.table else ""
    seconds = sum(phase.seconds for phase in report.phases)
    text = (
        f"{report.status}: {report.features_stored} of {report.features_read} features of"
        f" {report.file}{where},"
        f" EPSG:{report.srid} to EPSG:{report.stored_srid}, {len(report.issues)} issues, {seconds:.1f} s"
    )
    return "\n".join([text, *(f"  {issue.code}: {issue.message}" for issue in report.issues[:20])])
