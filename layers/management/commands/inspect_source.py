import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from layers.inspection import inspect


class Command(BaseCommand):
    help = "Say what a file or folder holds, without storing anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = inspect(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(summary), ensure_ascii=False, indent=2, default=str))
            return
        self.stdout.write(f"{summary.path.name}: {summary.words}")
        if summary.problem:
            self.stdout.write(f"  {summary.problem}")
        for layer in summary.layers:
            self.stdout.write(
                f"  {layer.name}: {layer.feature_count} {layer.geometry_type or 'rows'}, EPSG:{layer.srid},"
                f" columns {', '.join(layer.columns)}"
            )
