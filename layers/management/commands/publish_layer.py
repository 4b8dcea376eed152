from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from layers.publishing import publish, staged_version
from layers.terminal import user_name


class Command(BaseCommand):
    help = "Show a staged version of a layer to everybody, in one step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the layer")
        parser.add_argument(
            "--number", type=int, help="number of the version (default: the newest staged one)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        version = publish(staged_version(options["name"], options["number"]), who=user_name())
        self.stdout.write(f"published: {version.table_name}, {version.feature_count} features")
