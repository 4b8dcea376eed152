import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.inner_area_runs import run_inner_areas
from gisplan.analysis.inner_area_tables import csv_of_areas, summary_lines
from gisplan.analysis.inner_areas import InnerAreasRequest
from gisplan.analysis.models import Run
from gisplan.analysis.results import tables_of


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()  # they import every page, which takes as long as the answer
    help = "Minutes to the nearest SNAI pole and the class of each municipality, beside the official class."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--snai-edition", default="2020", help="2014 or 2020 (default 2020)")
        parser.add_argument("--territory", default="", help="the loaded territory's code, or italy")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .csv, .gpkg or .xlsx")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        request = InnerAreasRequest(options["snai_edition"], options["territory"])
        if out is not None:
            from gisplan.analysis.exports import check_out  # and with it what writes every format

            check_out(out, overwrite=options["overwrite"])
        run = run_inner_areas(request)
        summary = run.result["summary"] | {"run": run.pk}
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(summary_lines(summary)))
        if out is not None:
            rows = _write(run, out, overwrite=options["overwrite"])
            if not options["json"]:
                self.stdout.write(f"{rows} rows in {out}")


def _write(run: Run, out: Path, *, overwrite: bool) -> int:
    """The CSV has the promised columns; the other files every table of the run."""
    if out.suffix.lower() != ".csv":
        from gisplan.analysis.exports import write_run

        return write_run(run, out, overwrite=overwrite)
    from layers.writing import whole_file

    table = tables_of(run.result)[0]
    with whole_file(out) as partial:
        partial.write_text(csv_of_areas(table), encoding="utf-8")
    return len(table["rows"])
