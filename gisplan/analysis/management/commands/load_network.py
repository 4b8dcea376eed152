from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.networks import load_network


class Command(BaseCommand):
    help = "Load a street network from an OSM extract, a GraphML of OSMnx or a line layer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="default: the file's name")
        parser.add_argument("--srid", type=int, help="of a line layer that does not say its own")

    def handle(self, *_: object, **options: Any) -> None:
        loaded = load_network(options["file"], name=options["name"], srid=options["srid"])
        row = loaded.row
        self.stdout.write(
            f"{row.name}: {row.nodes} nodes, {row.edges} edges, {row.components} components, "
            f"{loaded.stations_inside} stations inside"
            + ("" if loaded.is_new else f" (already loaded as {row.name}, nothing changed)")
        )
        for reason, count in sorted(row.dropped.items()):
            self.stdout.write(f"  dropped, {reason.replace('_', ' ')}: {count}")
        if loaded.warning:
            self.stderr.write(f"Warning: {loaded.warning}")
