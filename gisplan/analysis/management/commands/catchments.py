from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.exports import write_bands
from gisplan.analysis.models import Band
from gisplan.analysis.runs import DEFAULT_SPEEDS_KMH, CatchmentRequest, run_catchments
from gisplan.analysis.tasks import catchments as catchments_task
from layers.writing import check_target


class Command(BaseCommand):
    help = "Who can reach each station: cumulative bands of minutes, with people and places inside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mode", default="walk", choices=list(DEFAULT_SPEEDS_KMH))
        parser.add_argument("--minutes", type=int, nargs="+", default=[5, 10, 15])
        for mode, speed_kmh in DEFAULT_SPEEDS_KMH.items():
            parser.add_argument(f"--{mode}-kmh", type=float, help=f"default {speed_kmh:g}")
        parser.add_argument(
            "--station", nargs="+", metavar="CODE", help="codes as `gisplan stations` lists them"
        )
        parser.add_argument("--all", action="store_true", help="every located station")
        parser.add_argument("--out", type=Path, metavar="FILE.gpkg", help="write the layer `bands`")
        parser.add_argument("--background", action="store_true", help="leave the work to `gisplan worker`")

    def handle(self, *_: object, **options: object) -> None:
        mode, codes, out = str(options["mode"]), options["station"], options["out"]
        if bool(codes) == bool(options["all"]):
            raise CommandError("Expected either --station CODE … or --all: choose one of them.")
        for other in set(DEFAULT_SPEEDS_KMH) - {mode}:
            if options[f"{other}_kmh"] is not None:
                raise CommandError(f"--{other}-kmh does not go with --mode {mode}: give --{mode}-kmh.")
        request = CatchmentRequest(
            tuple(options["minutes"]), mode=mode, speed_kmh=options[f"{mode}_kmh"], codes=codes
        ).checked()
        if options["background"]:
            number = catchments_task.defer(
                codes=codes, minutes=list(request.minutes), mode=mode, speed_kmh=request.speed_kmh
            )
            self.stdout.write(f"queued as job {number}: `gisplan worker` computes it")
            return
        if out is not None:
            check_target(out, ".gpkg")
        run = run_catchments(request)
        written = write_bands(run, out) if out is not None else 0
        bands = Band.objects.filter(run=run)
        by_network = bands.filter(method=Band.Method.NETWORK).count()
        self.stdout.write(
            f"run {run.pk}: {bands.count()} bands, {by_network} on the street network, "
            f"{bands.count() - by_network} in a straight line; {mode} at {request.speed_kmh:g} km/h"
            + (f"; {written} rows in {out}" if out else "")
        )
