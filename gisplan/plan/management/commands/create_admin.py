from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gisplan.plan.accounts import ADMIN, create_admin


class Command(BaseCommand):
    help = "Make the superuser admin with a random password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password-file", type=Path, help="Default: admin_password.txt in the state folder."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account = create_admin(options["password_file"])
        if account.created:
            self.stdout.write(f"Created {ADMIN}; the password is in {account.password_file}")
        elif account.password_file.exists():
            self.stdout.write(f"{ADMIN} exists; the first password is in {account.password_file}")
        else:
            self.stdout.write(f"{ADMIN} exists; `gisplan changepassword {ADMIN}` sets a new password.")
