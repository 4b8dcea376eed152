import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gisplan.territory.models import Station
from gisplan.territory.queries import in_territory


class Command(BaseCommand):
    help = "List the stations of the territory: code, name, municipality, kind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON list instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        stations = in_territory(Station).select_related("municipality")
        listed = [
            {
                "code": station.code,
                "name": station.name,
                "municipality": str(station.municipality),
                "kind": station.kind,
            }
            for station in stations
        ]
        if options["json"]:
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=1))
            return
        for row in listed:
            self.stdout.write("\t".join(row.values()))
