from typing import Any

from django.core.management.base import BaseCommand

from gisplan.territory.loading import Loaded, load_territory


class Command(BaseCommand):
    help = "Load the territory of GISPLAN_TERRITORY: municipalities, people, and the seed registers."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in _lines(load_territory()):
            self.stdout.write(line)


def _lines(loaded: Loaded) -> list[str]:
    lines = ["Territory loaded." if loaded.changed else "Territory already loaded, nothing changed."]
    lines += [f"  {name}: {count}" for name, count in loaded.counts.items()]
    for edition, problems in sorted(loaded.unmatched.items()):
        lines.append(f"  municipalities of Italy that do not match in edition {edition}: {len(problems)}")
        lines += [f"    {p['istat_code']} {p['name']}: {p['reason_en']}" for p in problems]
    if loaded.kept:
        lines.append(f"  left the inputs but still referred to, kept: {', '.join(loaded.kept)}")
    return lines
