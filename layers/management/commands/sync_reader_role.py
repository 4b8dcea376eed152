from typing import Any

from django.core.management.base import BaseCommand

from layers.access import public_views, sync_reader_role
from layers.errors import RoleRefused
from layers.limits import reader_role


class Command(BaseCommand):
    help = "Make the database's read-only role see exactly the public layers."

    def handle(self, *args: Any, **options: Any) -> None:
        if not sync_reader_role():
            raise RoleRefused(
                f"Expected a role {reader_role()} or the right to make it, found neither: let the administrator of the"
                f" database type CREATE ROLE {reader_role()} NOLOGIN."
            )
        self.stdout.write(f"{reader_role()} sees {len(public_views())} public layers")
