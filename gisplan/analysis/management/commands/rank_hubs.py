from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.exports import check_out, run_tables, write_run
from gisplan.analysis.headways import best_headways, read_headways
from gisplan.analysis.hub_network import TERMS, USUAL_WEIGHTS, run_ranking
from gisplan.analysis.requests import SPEEDS_KMH, catchment_request

SHOWN = 20


class Command(BaseCommand):
    help = "Rank the stations by stated weights, with each term; tell overlaps and whom no station reaches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = " ".join(f"{name}={weight:g}" for name, weight in USUAL_WEIGHTS.items())
        parser.add_argument("--mode", default="walk", choices=list(SPEEDS_KMH))
        parser.add_argument("--minutes", type=int, default=10)
        parser.add_argument(
            "--weight", nargs="+", metavar="TERM=W", help=f"of {', '.join(TERMS)}; default {usual}"
        )
        parser.add_argument(
            "--headways",
            type=Path,
            metavar="FILE.csv",
            help="station_code, headway_min, mode_group; default: those kept by `gisplan load_headways`",
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="write a .gpkg, .csv or .xlsx")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")

    def handle(self, *_: object, **options: Any) -> None:
        out = options["out"]
        if out is not None:
            check_out(out, overwrite=options["overwrite"])
        headways = best_headways(read_headways(options["headways"])) if options["headways"] else None
        request = catchment_request([options["minutes"]], mode=options["mode"])
        run = run_ranking(request, weights=_weights(options["weight"]), headways=headways)
        ranking, overlap, gap = run_tables(run)[:3]
        parts = [name for name in ranking["columns"] if name.startswith("part_")]
        at = {name: k for k, name in enumerate(ranking["columns"])}
        for row in ranking["rows"][:SHOWN]:
            terms = "  ".join(f"{name[5:]} {_shown(row[at[name]])}" for name in parts)
            rank = row[0] if row[0] is not None else "-"
            self.stdout.write(f"{rank:>4}  {row[2]:32} {_shown(row[3])} = {terms}  ({row[at['method']]})")
        left = sum(row[gap["columns"].index("not_reached")] for row in gap["rows"])
        self.stdout.write(
            f"run {run.pk}: {len(ranking['rows'])} hubs, {len(overlap['rows'])} pairs share people; "
            f"{left:,.0f} people within no hub's {options['minutes']} min ({options['mode']} at "
            f"{request.speed_kmh:g} km/h)"
        )
        if out is not None:
            self.stdout.write(f"{write_run(run, out, overwrite=options['overwrite'])} rows in {out}")


def _weights(words: list[str] | None) -> dict[str, float] | None:
    if not words:
        return None
    weights = {}
    for word in words:
        name, _, written = word.partition("=")
        if name in weights:
            raise CommandError(f"--weight expects each term once, found {name!r} twice: leave one out.")
        try:
            weights[name] = float(written)
        except ValueError as error:
            raise CommandError(
                f"--weight expects TERM=NUMBER such as people=0.5, found {word!r}: correct it."
            ) from error
    return weights


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
