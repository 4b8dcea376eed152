"""The first account."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from gisplan.plan.errors import AdminNotCreated

ADMIN = "admin"


@dataclass(frozen=True)
class AdminAccount:
    created: bool
    password_file: Path


def create_admin(password_file: Path | None = None) -> AdminAccount:
    """Make the superuser `admin`, its random password in a file that only its owner reads; once."""
    path = settings.VAR_DIR / "admin_password.txt" if password_file is None else password_file
    if User.objects.filter(username=ADMIN).exists():
        return AdminAccount(created=False, password_file=path)
    password = secrets.token_urlsafe(18)
    with transaction.atomic():
        User.objects.create_superuser(ADMIN, password=password)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(password + "\n")
        except OSError as error:
            raise AdminNotCreated(
                f"Expected to write the administrator's password to {path}, found that it cannot be written "
                f"({error.strerror}): name another place with --password-file."
            ) from error
    return AdminAccount(created=True, password_file=path)
