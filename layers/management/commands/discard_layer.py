from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from layers.publishing import discard, staged_version


class Command(BaseCommand):
    help = "Drop a staged version of a layer, which nobody has seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the layer")
        parser.add_argument(
            "--number", type=int, help="number of the version (default: the newest staged one)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        version = staged_version(options["name"], options["number"])
        table = version.table_name
        discard(version)
        self.stdout.write(f"discarded: {table}")
