from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.headways import read_headways, store_headways


class Command(BaseCommand):
    help = "Keep how often stations are served, each with its source, for the quality class of their surroundings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE.csv", help="station_code, headway_min, mode_group"
        )
        parser.add_argument("--source", default="", help="of the rows that do not name their own")

    def handle(self, *_: object, **options: Any) -> None:
        found = read_headways(options["file"], source=options["source"])
        self.stdout.write(f"{store_headways(found)} headways kept, each with its source")
