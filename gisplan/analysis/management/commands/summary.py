import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gisplan.analysis.summary import summarise


class Command(BaseCommand):
    help = "What is loaded: counts of the territory, the plan, the layers and the streets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: object, **options: Any) -> None:
        counts = summarise()
        if options["json"]:
            self.stdout.write(json.dumps(counts, ensure_ascii=False, indent=2))
            return
        for name, value in counts.items():
            self.stdout.write(f"{name:18} {value}")
