from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.access import MEASURES, MODES, AccessRequest, access_note, run_access
from gisplan.analysis.exports import check_out, write_run


class Command(BaseCommand):
    help = "How well people reach a supply on the loaded streets: one figure for each municipality or cell."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--measure", required=True, choices=list(MEASURES))
        parser.add_argument("--supply", required=True, help="hospitals, schools, stations or layer:NAME")
        parser.add_argument("--demand", default="municipalities", choices=["municipalities", "cells"])
        parser.add_argument("--mode", default="walk", choices=list(MODES))
        parser.add_argument("--minutes", type=int, default=30)
        parser.add_argument("--count", type=int, help="how many places of k_nearest (default 3)")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out, overwrite=options["overwrite"])
        if options["count"] is not None and options["measure"] != "k_nearest":
            raise CommandError(
                f"Expected --count with the measure k_nearest alone, found it with {options['measure']}: leave it out."
            )
        names = ("measure", "supply", "demand", "mode", "minutes", "count")
        asked = {name: options[name] for name in names if options[name] is not None}
        run = run_access(AccessRequest(**asked))
        self.stdout.write(access_note(run))
        if out is not None:
            self.stdout.write(f"{write_run(run, out, overwrite=options['overwrite'])} rows in {out}")
