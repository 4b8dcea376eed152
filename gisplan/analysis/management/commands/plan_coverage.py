import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.exports import check_out, write_run
from gisplan.analysis.plan_coverage import (
    GROUPINGS,
    PlanCoverage,
    PlanRequest,
    coverage_of_plan,
    keep_plan_coverage,
)
from gisplan.analysis.plan_groups import GroupPlan
from gisplan.analysis.plan_need import NEEDS, REGISTERS
from gisplan.analysis.plan_tables import group_table


class Command(BaseCommand):
    help = "How much of the loaded plan acts in which class and zone, and where it is thin against need."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edition", default="", metavar="CODE", help="the first with interventions")
        parser.add_argument("--axis", default="", metavar="CODE", help="every axis")
        parser.add_argument("--by", choices=[*GROUPINGS, "axis"], default="snai_class")
        parser.add_argument("--need", default=NEEDS[0], help=", ".join(NEEDS))
        parser.add_argument("--register", default=REGISTERS[0], help=", ".join(REGISTERS))
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .csv, .xlsx or .gpkg")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out)
        names = ("edition", "axis", "need", "register")
        found = coverage_of_plan(PlanRequest(**{name: options[name] for name in names}))
        run = keep_plan_coverage(found)
        written = write_run(run, out) if out is not None else 0
        by = options["by"]
        rows = found.axes if by == "axis" else found.by[by]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found, run.pk, rows, by), ensure_ascii=False, indent=2))
            return
        actions = found.completeness.actions
        self.stdout.write(
            f"run {run.pk}: {found.edition.code}, {f'axis {found.axis.code}' if found.axis else 'every axis'}; "
            f"on what is loaded: {actions.loaded} of {actions.declared} actions, "
            f"{found.completeness.interventions} interventions"
        )
        for row in [*rows, found.total]:
            self.stdout.write(_line(row))
        empty = sum(1 for row in found.municipalities if row.need_step == 2 and row.plan_step == 0)
        self.stdout.write(
            f"high {options['need']} and nothing known of the {options['register']}: {empty} municipalities"
        )
        if out is not None:
            self.stdout.write(f"{written} rows in {out}")


def _line(row: GroupPlan) -> str:
    shares = ""
    if not row.reason and row.people:
        shares = (
            f"{row.per_1000('interventions'):8.4f} interventions per 1,000  "
            f"{row.per_inhabitant('euros'):8.2f} EUR per inhabitant  "
            f"{row.municipalities_touched} of {row.municipalities} municipalities"
        )
    return (
        f"  {row.label or 'not known':28} {row.actions:>4} actions {row.interventions:>5} interventions "
        f"{row.euros:>16,.0f} EUR  {shares}  PNRR {row.pnrr_projects:,}: {row.pnrr_euros:,.0f} EUR".rstrip()
    )


def _as_json(found: PlanCoverage, run: int, rows: list[GroupPlan], by: str) -> dict[str, Any]:
    table = group_table(by, rows).as_json()
    total = group_table("total", [found.total]).as_json()
    return {
        "run": run,
        "parameters": found.parameters,
        "total": dict(zip(total["columns"], total["rows"][0], strict=True)),
        by: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]],
        "limits": found.limits,
        "input_digest": found.input_digest,
    }
