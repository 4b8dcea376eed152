import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.exports import check_out, run_tables, write_run
from gisplan.analysis.models import Run
from gisplan.analysis.trends import SIGNS, SMALL_PEOPLE, SPARSE_PER_KM2, trends, weakest


class Command(BaseCommand):
    help = (
        "How the people of each municipality change between two loaded years, by age, with signs of weakness."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="first", type=int, metavar="YEAR", help="default: the first loaded"
        )
        parser.add_argument("--to", dest="last", type=int, metavar="YEAR", help="default: the last loaded")
        parser.add_argument("--json", action="store_true", help="figures of the territory as JSON")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out)
        run = trends(options["first"], options["last"]).keep()
        figures = _figures(run)
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self._tell(figures)
        if out is not None:
            rows = write_run(run, out)
            if not options["json"]:
                self.stdout.write(f"{rows} rows in {out}")

    def _tell(self, figures: dict[str, Any]) -> None:
        whole = figures["territory"]
        self.stdout.write(
            f"run {figures['run']}: {figures['from']} to {figures['to']}, {whole['municipalities']} municipalities: "
            f"{whole['people_first']:,.0f} people, then {whole['people_last']:,.0f} "
            f"({whole['change']:+,.0f}, {whole['change_pct']:+.2f} %); old-age index {whole['old_age_first']:.1f}, "
            f"then {whole['old_age_last']:.1f}"
        )
        signs = ", ".join(
            f"{count} with {many}" for many, count in figures["municipalities_by_signs"].items()
        )
        self.stdout.write(
            f"signs of weakness, of {len(SIGNS)}: {signs} (up to {SMALL_PEOPLE:,} people; up to {SPARSE_PER_KM2:g} "
            "people/km²; fewer people than at the first date; old-age index above the territory's)"
        )


def _figures(run: Run) -> dict[str, Any]:
    tables = {table["name"]: table for table in run_tables(run)}
    whole = tables["trends_by_snai_class"]
    return {
        "run": run.pk,
        "from": run.parameters["first_date"],
        "to": run.parameters["last_date"],
        "territory": dict(zip(whole["columns"][1:], whole["rows"][-1][1:], strict=True)),
        "municipalities_by_signs": weakest(tables["trends_by_municipality"]),
    }
