import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.access import MEASURES, MODES, AccessRequest, run_access
from gisplan.analysis.equity import columns_of, equity
from gisplan.analysis.exports import check_out, run_tables, write_run
from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.scenarios import run_scenario

_NAMES = {"mean": "mean", "gini": "Gini", "palma": "Palma", "theil": "Theil"}


class Command(BaseCommand):
    help = "How evenly an accessibility is spread over people: Gini, Palma, Theil between and within classes, zones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--run", type=int, metavar="N", help="a kept run with a figure of each place")
        source.add_argument("--scenario", metavar="NAME", help="today and in this scenario")
        source.add_argument("--measure", choices=list(MEASURES), help="compute it now, of --supply")
        parser.add_argument(
            "--then", type=int, metavar="N", help="the same measure after a change, as a kept run"
        )
        parser.add_argument("--column", default="", help="the run's column; default: its first")
        parser.add_argument("--supply", help="hospitals, schools, stations or layer:NAME")
        parser.add_argument("--demand", default="municipalities", choices=["municipalities", "cells"])
        parser.add_argument("--mode", default="walk", choices=list(MODES))
        parser.add_argument("--minutes", type=int, default=30)
        parser.add_argument("--json", action="store_true", help="the indices as JSON")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .csv or .xlsx")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out)
        source = _source(options)
        then = _kept(options["then"]) if options["then"] is not None else None
        run = equity(source, column=options["column"], then=then).keep()
        tables = {table["name"]: _dicts(table) for table in run_tables(run)}
        if options["json"]:
            figures = {
                "run": run.pk,
                **run.parameters,
                **{name: tables[name] for name in ("equity", "theil_parts")},
            }
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self._tell(run, source, tables)
        if out is not None:
            rows = write_run(run, out)
            if not options["json"]:
                self.stdout.write(f"{rows} rows in {out}")

    def _tell(self, run: Run, source: Run, tables: dict[str, list[dict[str, Any]]]) -> None:
        asked = run.parameters
        self.stdout.write(
            f"run {run.pk}: {asked['column']} [{asked['unit'] or 'no unit'}] of run {source.pk} ({source.method}); "
            f"it has {', '.join(columns_of(source))}"
        )
        for row in tables["equity"]:
            shown = {name: _shown(row[name]) for name in _NAMES}
            if row["palma"] is None:  # by its definition: the worst-served 40 % have nothing
                shown["palma"] = "infinite"
            indices = ", ".join(f"{_NAMES[name]} {value}" for name, value in shown.items())
            self.stdout.write(
                f"{row['side']:>6}: {indices} over {row['people']:,.0f} people; {row['people_left_out']:,.0f} without "
                "a value"
            )
        for row in tables["theil_parts"]:
            self.stdout.write(
                f"{row['side']:>6}: Theil by {row['grouping']}: between {_shown(row['between'])}, within "
                f"{_shown(row['within'])}"
            )
        if asked["unit"] == "min":
            self.stdout.write("minutes are a burden: who has the most of them is served worst")


def _source(options: dict[str, Any]) -> Run:
    if options["run"] is not None:
        return _kept(options["run"])
    if options["scenario"] is not None:
        found = Scenario.objects.filter(name=options["scenario"]).first()
        if found is None:
            raise CommandError(
                f"--scenario expects the name of a scenario, found {options['scenario']!r}: `gisplan scenario --list` "
                "names them."
            )
        return run_scenario(found)
    if options["supply"] is None:
        raise CommandError("--measure expects a --supply beside it, found none: name one, such as hospitals.")
    names = ("measure", "supply", "demand", "mode", "minutes")
    return run_access(AccessRequest(**{name: options[name] for name in names}))


def _kept(number: int) -> Run:
    found = Run.objects.filter(pk=number).first()
    if found is None:
        raise CommandError(
            f"Expected the number of a kept run, found {number}: the page of analyses lists them."
        )
    return found


def _dicts(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _shown(value: float | None) -> str:
    return "n.d." if value is None else f"{value:.4g}"
