from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gisplan.plan.loading import load_plan


class Command(BaseCommand):
    help = "Load the plan of the territory from the seed tables; a second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seeds", type=Path, help="Folder of the seed tables (default: the product's).")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_plan(options["seeds"])
        for table, changes in counts.tables.items():
            self.stdout.write(f"{table}: {changes}")
        if counts.notice:
            self.stdout.write(counts.notice)
