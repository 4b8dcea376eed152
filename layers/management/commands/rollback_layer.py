from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from layers.publishing import layer_named, rollback
from layers.terminal import user_name


class Command(BaseCommand):
    help = "Show an earlier version of a layer again, in one step; nothing is lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the layer")
        parser.add_argument(
            "--to", type=int, help="number of the version (default: the published one before)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        version = rollback(layer_named(options["name"]), to=options["to"], who=user_name())
        self.stdout.write(f"current: {version.table_name}, {version.feature_count} features")
