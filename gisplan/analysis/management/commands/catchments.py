from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.exports import check_out, write_run
from gisplan.analysis.inputs import located_stations
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.runs import SPEEDS_KMH, catchment_note, catchment_request, run_catchments
from gisplan.analysis.station_reach import keep_station_reach
from gisplan.analysis.tasks import catchments as catchments_task


class Command(BaseCommand):
    help = "Who can reach each station: cumulative bands of minutes, with people and places inside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mode", default="walk", choices=list(SPEEDS_KMH))
        parser.add_argument("--minutes", type=int, nargs="+", default=list(STANDARD_MINUTES))
        for mode, (_, usual_kmh, _) in SPEEDS_KMH.items():
            parser.add_argument(f"--{mode}-kmh", type=float, help=f"default {usual_kmh:g}")
        parser.add_argument(
            "--station", nargs="+", metavar="CODE", help="codes as `gisplan stations` lists them"
        )
        parser.add_argument("--all", action="store_true", help="every located station")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")
        parser.add_argument("--background", action="store_true", help="leave the work to `gisplan worker`")

    def handle(self, *_: object, **options: Any) -> None:
        mode, codes, out = str(options["mode"]), options["station"], options["out"]
        if bool(codes) == bool(options["all"]):
            raise CommandError("Expected either --station CODE … or --all: choose one of them.")
        for other in set(SPEEDS_KMH) - {mode}:
            if options[f"{other}_kmh"] is not None:
                raise CommandError(f"--{other}-kmh does not go with --mode {mode}: give --{mode}-kmh.")
        if options["background"] and out is not None:
            raise CommandError(
                "--out does not go with --background: run the command again without one of them."
            )
        request = catchment_request(
            options["minutes"], mode=mode, speed_kmh=options[f"{mode}_kmh"], codes=codes
        )
        if options["background"]:
            number = catchments_task.defer(
                codes=codes, minutes=list(request.minutes), mode=mode, speed_kmh=request.speed_kmh
            )
            self.stdout.write(f"queued as job {number}: `gisplan worker` computes it")
            return
        if out is not None:
            check_out(out, overwrite=options["overwrite"])
        elif not codes and not located_stations().exists():
            self.stdout.write("no station with a known position in this territory: nothing to compute")
            return
        run = run_catchments(request)
        written = write_run(run, out, overwrite=options["overwrite"]) if out is not None else 0
        keep_station_reach()
        self.stdout.write(catchment_note(run) + (f"; {written} rows in {out}" if out else ""))
