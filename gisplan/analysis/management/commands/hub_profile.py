from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.exports import check_out, write_run
from gisplan.analysis.profile import USUAL_MINUTES, hub_profile, keep_profile, place_of
from gisplan.analysis.results import Table


class Command(BaseCommand):
    help = "Who and what lies around a hub: catchments by mode, people by age, services, interventions, quality class."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("hub", metavar="CODE|LON,LAT", help="a station, or a position in degrees")
        parser.add_argument("--minutes", type=int, nargs="+", default=list(USUAL_MINUTES))
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out, overwrite=options["overwrite"])
        place = place_of(options["hub"])
        found = hub_profile(place.lon, place.lat, minutes=options["minutes"], headways=place.headways)
        run = keep_profile(found, name=place.name)
        for table in found.tables:
            self.stdout.write("\n".join(_lines(table)))
        missing = f"; no street open to {', '.join(found.without)}" if found.without else ""
        self.stdout.write(f"run {run.pk}: profile of {place.name} in {found.municipality}{missing}")
        if out is not None:
            self.stdout.write(f"{write_run(run, out, overwrite=options['overwrite'])} rows in {out}")


def _lines(table: Table) -> list[str]:
    """The table as text, its columns aligned."""
    cells = [table.columns, *([_written(value) for value in row] for row in table.rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(table.columns))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]


def _written(value: Any) -> str:
    if value is None:
        return "not known"
    return f"{value:,.0f}" if isinstance(value, float) and abs(value) >= 20 else str(value)
