from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gisplan.plan.exchange import import_table
from gisplan.plan.tables import BY_NAME


class Command(BaseCommand):
    help = (
        "Import one table of the register from a CSV file with the columns of the seeds, whole or not at all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--table", required=True, help=f"One of {', '.join(BY_NAME)}.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        changes = import_table(options["file"], options["table"], dry_run=options["dry_run"])
        outcome = " (dry run: nothing stored)" if options["dry_run"] else ""
        self.stdout.write(f"{options['table']}: {changes}{outcome}")
