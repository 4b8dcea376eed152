from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from gisplan.analysis.exports import check_out, run_tables, write_run
from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.requests import SPEEDS_KMH
from gisplan.analysis.scenarios import Change, add_change, create_scenario, run_scenario
from gisplan.analysis.service_scenarios import service_note


class Command(BaseCommand):
    help = "Add, move or close hubs and add links under a name, and compare with today; `--list` names them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?")
        parser.add_argument("--list", action="store_true", help="the scenarios that are kept")
        parser.add_argument("--create", action="store_true", help="a new scenario of this name")
        parser.add_argument("--mode", default="walk", choices=list(SPEEDS_KMH))
        parser.add_argument("--minutes", type=int, default=10)
        parser.add_argument("--add", nargs=2, action="append", metavar=("NAME", "LON,LAT"), default=[])
        parser.add_argument("--move", nargs=2, action="append", metavar=("CODE", "LON,LAT"), default=[])
        parser.add_argument("--close", action="append", metavar="CODE", default=[])
        parser.add_argument(
            "--link", nargs=3, action="append", metavar=("NAME", "LON,LAT", "LON,LAT"), default=[]
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")

    def handle(self, *_: object, **options: Any) -> None:
        if options["list"]:
            _refuse_beside_list(options)
            for one in Scenario.objects.all():
                self.stdout.write(f"{one.name}: {one.changes.count()} changes, {one.mode} {one.minutes} min")
            return
        if not options["name"]:
            raise CommandError("Expected the name of a scenario or --list, found neither: give one.")
        out = options["out"]
        if out is not None:
            check_out(out, overwrite=options["overwrite"])
        changes = _changes(options)
        with transaction.atomic():  # a change that is refused leaves no half of a scenario
            scenario = _scenario(options)
            for change in changes:
                add_change(scenario, change)
        run = run_scenario(scenario)
        self.stdout.write(service_note(run) if scenario.service else self._note(run, scenario))
        if out is not None:
            self.stdout.write(f"{write_run(run, out, overwrite=options['overwrite'])} rows in {out}")

    def _note(self, run: Run, scenario: Scenario) -> str:
        tables = {table["name"]: table for table in run_tables(run)}
        totals = dict(zip(tables["totals"]["columns"], tables["totals"]["rows"][0], strict=True))
        return (
            f"run {run.pk}: {totals['hubs_today']} hubs today, {totals['hubs_then']} then; people within "
            f"{scenario.minutes} min ({scenario.mode} at {run.parameters['speed_kmh']:g} km/h): "
            f"{totals['reached_today']:,.0f} today, {totals['reached_then']:,.0f} then, {totals['difference']:+,.0f}"
        )


def _refuse_beside_list(options: dict[str, Any]) -> None:
    """A list computes nothing, so that nothing else that was asked for would come about."""
    others = ("name", "create", "add", "move", "close", "link", "out")
    found = ["a name" if name == "name" else f"--{name}" for name in others if options[name]]
    if found:
        raise CommandError(
            f"Expected --list alone, found {', '.join(found)} beside it: leave out one of the two."
        )


def _scenario(options: dict[str, Any]) -> Scenario:
    if options["create"]:
        return create_scenario(options["name"], mode=options["mode"], minutes=options["minutes"])
    found = Scenario.objects.filter(name=options["name"]).first()
    if found is None:
        raise CommandError(
            f"Expected the name of a scenario, found {options['name']!r}: give --create to make it."
        )
    return found


def _changes(options: dict[str, Any]) -> list[Change]:
    for kind in ("add", "link"):
        if any(not name.strip() for name, *_ in options[kind]):
            raise CommandError(f"Expected a name after --{kind}, found none: give one.")
    return [
        *(Change("add", name, position=_position(at)) for name, at in options["add"]),
        *(Change("move", station_code=code, position=_position(at)) for code, at in options["move"]),
        *(Change("close", station_code=code) for code in options["close"]),
        *(
            Change("link", name, position=_position(start), to_position=_position(end))
            for name, start, end in options["link"]
        ),
    ]


def _position(written: str) -> tuple[float, float]:
    try:
        lon, lat = map(float, written.split(","))
    except ValueError as error:
        raise CommandError(f"Expected LON,LAT such as 7.58,45.08, found {written!r}: correct it.") from error
    return lon, lat
