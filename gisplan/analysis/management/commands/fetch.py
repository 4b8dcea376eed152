from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.registers import REGISTERS, fetch_register
from gisplan.analysis.transfer import TransferLine


class Command(BaseCommand):
    help = "Download the file of a standard register; run again, it goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="without a name: the registers and their addresses")
        parser.add_argument(
            "--to", type=Path, metavar="FOLDER", help="default: downloads in the state folder"
        )
        parser.add_argument("--sha256", help="what the file must have")

    def handle(self, *_: object, **options: Any) -> None:
        name = options["name"]
        if name is None:
            for one in REGISTERS.values():
                self.stdout.write(f"{one.name:20} {one.licence:24} {one.url or f'by hand, from {one.page}'}")
            return
        fetched = fetch_register(
            name,
            folder=options["to"],
            sha256=options["sha256"],
            progress=TransferLine(name, self.stderr._out),
        )
        what = "already here, unchanged" if fetched.already_here else f"{fetched.size:,} bytes"
        resumed = f", resumed at {fetched.resumed_at:,}" if fetched.resumed_at else ""
        self.stdout.write(f"{name}: {what}{resumed}, SHA-256 {fetched.sha256}: {fetched.path}")
        self.stdout.write(f"Load it: gisplan load_register {name} {fetched.path}")
