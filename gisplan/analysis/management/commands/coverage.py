import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.coverage import (
    CoverageRequest,
    MunicipalityCoverage,
    ServiceCoverage,
    coverage_of_service,
)
from gisplan.analysis.coverage_ground import AGE_GROUPS, GROUPINGS
from gisplan.analysis.coverage_reach import MODES
from gisplan.analysis.coverage_tables import coverage_note, keep_coverage
from gisplan.analysis.exports import check_out, write_run

SHOWN = 10


class Command(BaseCommand):
    help = "Who reaches a service within some minutes, who does not, and of whom it is not known."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--service",
            required=True,
            help="stations:rail, schools:primaria, hospitals:public, health_sites, interventions:5, layer:NAME …",
        )
        parser.add_argument("--minutes", type=int, default=15)
        parser.add_argument("--mode", default="walk", help=", ".join(MODES))
        parser.add_argument("--group", default="all", help=f"ages: {', '.join(AGE_GROUPS)} or others")
        parser.add_argument("--by", choices=[*GROUPINGS, "age_group"], default="snai_class")
        parser.add_argument(
            "--complete", action="store_true", help="state that the layer holds every service of its kind"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .csv, .xlsx or .gpkg")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out)
        names = ("service", "minutes", "mode", "group")
        request = CoverageRequest(
            **{name: options[name] for name in names}, stated_complete=options["complete"]
        )
        found = coverage_of_service(request)
        run = keep_coverage(found)
        written = write_run(run, out) if out is not None else 0
        if options["json"]:
            self.stdout.write(
                json.dumps(_as_json(found, run.pk, options["by"]), ensure_ascii=False, indent=2)
            )
            return
        self.stdout.write(f"run {run.pk}: {coverage_note(found)}")
        for row in found.by[options["by"]]:
            self.stdout.write(
                f"  {row.label or 'not known':28} {row.people:>12,.0f} people  covered {_share(row.share_covered)}  "
                f"not covered {_share(row.share_not_covered)}  not known {_share(row.share_not_known)}"
            )
        for one in found.not_reached[:SHOWN]:
            there = (
                "none"
                if one.nearest_service is None
                else f"{one.nearest_service}, {one.minutes:.0f} min ({one.method})"
            )
            self.stdout.write(f"  {one.status:12} {one.municipality:28} nearest: {there}")
        if len(found.not_reached) > SHOWN:
            self.stdout.write(f"  and {len(found.not_reached) - SHOWN} more: --out writes all of them")
        if out is not None:
            self.stdout.write(f"{written} rows in {out}")


def _nearest(row: MunicipalityCoverage) -> str:
    if row.nearest_service is None:
        return "none"
    return f"{row.nearest_service}, {row.minutes:.0f} min ({row.method})"


def _share(value: float | None) -> str:
    return "   n.d." if value is None else f"{value:7.1%}"


def _as_json(found: ServiceCoverage, run: int, by: str) -> dict[str, Any]:
    return {
        "run": run,
        "parameters": found.parameters,
        "total": asdict(found.total),
        by: [asdict(row) for row in found.by[by]],
        "not_reached": [asdict(row) for row in found.not_reached],
        "input_digest": found.input_digest,
    }
