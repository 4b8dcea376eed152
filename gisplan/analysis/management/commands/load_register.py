from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.registers import load_register, register_named
from gisplan.territory.standard.outcome import LoadRequest

SHOWN = 20


class Command(BaseCommand):
    help = "Load a file of a standard register (`gisplan fetch` lists them), whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="such as mim_schools, osm_stations, pnrr_projects")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--date", type=_day, help="reference date, where the file's name does not tell it"
        )
        parser.add_argument(
            "--by-name", action="store_true", help="join boundaries by name, where codes are missing"
        )
        parser.add_argument("--layer", help="the layer of a file that has several")
        parser.add_argument(
            "--all-rows", action="store_true", help=f"every refused row, not the first {SHOWN}"
        )

    def handle(self, *_: object, **options: Any) -> None:
        register_named(options["name"])
        path = options["file"]
        if not path.exists():
            raise CommandError(f"Expected a file at {path}, found none: check the path.")
        request = LoadRequest(path, options["date"], options["by_name"], options["layer"])
        load = load_register(options["name"], request)
        self.stdout.write(str(load))
        for note in load.notes:
            self.stdout.write(f"  {note}")
        shown = load.refused if options["all_rows"] else load.refused[:SHOWN]
        for row in shown:
            self.stdout.write(f"  row {row.line}: {row.reason}")
        if more := len(load.refused) - len(shown):
            self.stdout.write(f"  and {more:,} more rows: --all-rows shows them")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expects a date such as 2026-01-01, found {text!r}") from error
