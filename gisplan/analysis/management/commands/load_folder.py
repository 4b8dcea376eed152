from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gisplan.analysis.folder import load_folder


class Command(BaseCommand):
    help = "Load what is recognised by its content in a folder; one line a file says what happened and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_: object, **options: Any) -> None:
        folder = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"Expected a folder of data files, found none at {folder}: check the path.")
        none = True
        for outcome in load_folder(folder):
            none = False
            self.stdout.write(f"{outcome.path.relative_to(folder)}  {outcome}")
        if none:
            self.stdout.write(f"no file in {folder}: nothing to load")
