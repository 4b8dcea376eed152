import json
import time
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.accessibility.siting_solver import Progress
from gisplan.analysis.exports import check_out, run_tables, write_run
from gisplan.analysis.models import Run
from gisplan.analysis.siting import known_siting, site
from gisplan.analysis.siting_request import MODES, PROBLEMS, SitingRequest
from gisplan.analysis.siting_scenarios import save_scenario

TOLD_EVERY_S = 2.0


class Command(BaseCommand):
    help = "Where the next sites of a service should stand: exact, with the proven gap, beside the sites of today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--problem", required=True, choices=PROBLEMS)
        parser.add_argument(
            "--service", required=True, help="as `gisplan coverage` names them: schools:primaria, …"
        )
        parser.add_argument("--candidates", default="municipalities", metavar="municipalities|LAYER")
        parser.add_argument("--p", type=int, dest="number", metavar="N", help="new sites at most")
        parser.add_argument("--budget", type=float, dest="budget_eur", metavar="EUR")
        parser.add_argument(
            "--cost-field", default="", help="column of the candidates with the cost of each, €"
        )
        parser.add_argument("--minutes", type=int, default=20)
        parser.add_argument("--mode", default="car", choices=MODES)
        parser.add_argument("--group", default="all", help="ages: all, 6-10, 65+, …")
        parser.add_argument("--demand", default="municipalities", choices=["municipalities", "cells"])
        parser.add_argument(
            "--existing", action=BooleanOptionalAction, default=True, help="keep the sites of today"
        )
        parser.add_argument("--time-limit", type=int, default=60, dest="time_limit_s", metavar="S")
        parser.add_argument("--save-scenario", metavar="NAME", help="keep the new sites under a name")
        parser.add_argument("--json", action="store_true", help="the figures as JSON")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")
        parser.add_argument("--overwrite", action="store_true")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out, overwrite=options["overwrite"])
        names = [name for name in SitingRequest.__dataclass_fields__ if name in options]
        request = SitingRequest(**{name: options[name] for name in names})
        run = known_siting(request) or site(request, progress=self._progress()).keep()
        tables = {table["name"]: _dicts(table) for table in run_tables(run)}
        if options["json"]:
            self.stdout.write(json.dumps(_figures(run, tables), ensure_ascii=False))
        else:
            self._tell(run, tables)
        if options["save_scenario"] is not None:
            saved = save_scenario(run, options["save_scenario"])
            self.stderr.write(f"scenario {saved.name!r}: {saved.changes.count()} new sites")
        if out is not None:
            rows = write_run(run, out, overwrite=options["overwrite"])
            if not options["json"]:
                self.stdout.write(f"{rows} rows in {out}")

    def _progress(self) -> Any:
        """A line on standard error now and then: value, bound, gap."""
        told = [time.monotonic()]

        def report(now: Progress) -> None:
            if time.monotonic() - told[0] >= TOLD_EVERY_S:
                told[0] = time.monotonic()
                self.stderr.write(progress_line(now))

        return report

    def _tell(self, run: Run, tables: dict[str, list[dict[str, Any]]]) -> None:
        asked, stated = run.parameters, run.result["stated"]
        (proof,), (totals,) = tables["proof"], tables["totals"]
        self.stdout.write(
            f"run {run.pk}: {asked['problem']} of {asked['service']} for people aged {asked['group']} within "
            f"{asked['minutes']} min by {asked['mode']} (method = {stated['method']}); {proof['sites_existing']} sites "
            f"of today kept, {proof['sites_candidate']} candidates"
        )
        for row in tables["sites"]:
            if row["site_kind"] == "new":
                cost = f", {row['cost_eur']:,.0f} €" if "cost_eur" in row else ""
                self.stdout.write(
                    f"  new: {row['name']} ({row['site']}), nearest to {row['people_nearest']:,.0f}{cost}"
                )
        self.stdout.write(
            f"covered: {totals['covered_today']:,.0f} of {totals['people']:,.0f} today, {totals['covered_then']:,.0f} "
            f"then ({totals['difference']:+,.0f}); {totals['not_served']:,.0f} that no site can serve"
        )
        for row in tables["covered_by_snai_class"]:
            label = row["snai_class"] or "not known"
            self.stdout.write(
                f"  class {label}: {row['covered_today']:,.0f} of {row['people']:,.0f}, then {row['covered_then']:,.0f}"
            )
        self.stdout.write(
            f"objective {_shown(proof['objective'])} {proof['objective_unit']}, bound {_shown(proof['bound'])}, gap "
            f"{_percent(proof['gap'])} ({'proven optimal' if proof['optimal'] else 'not proven: raise --time-limit'}), "
            f"greedy {_shown(proof['greedy'])}"
        )
        if not stated["register_complete"]:
            self.stdout.write("the register does not say that it is complete: sites of today may be missing")


def progress_line(now: Progress) -> str:
    """HiGHS minimises: what is to be most comes with a minus, which says nothing to a reader."""
    best, bound = abs(now.best), abs(now.bound)
    gap = abs(now.best - now.bound) / best if 0 < best < float("inf") else float("inf")
    return f"{now.seconds:6.1f} s: best {_shown(best)}, bound {_shown(bound)}, gap {_percent(gap)}"


def _dicts(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _figures(run: Run, tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "run": run.pk,
        **run.parameters,
        **run.result["stated"],
        "new_sites": [row for row in tables["sites"] if row["site_kind"] == "new"],
        "totals": tables["totals"][0],
        "proof": tables["proof"][0],
        "by_snai_class": tables["covered_by_snai_class"],
        "by_zone": tables["covered_by_zone"],
    }


def _shown(value: float | None) -> str:
    return "n.d." if value is None or value in {float("inf")} else f"{value:,.6g}"


def _percent(value: float | None) -> str:
    return "n.d." if value is None or value == float("inf") else f"{100 * value:.3g} %"
