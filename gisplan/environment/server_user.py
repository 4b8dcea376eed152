"""Who runs the server: PostgreSQL refuses root, so root hands it to a user without rights of its own."""

import os
import pwd
import shutil
from pathlib import Path

from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.running import succeeds

_USERS = ("postgres", "nobody")
# Lets that user pass folders that only root may enter, such as root's home; nothing else.
_PASS_EVERYWHERE = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def adopt(folder: Path) -> None:
    """Give a new folder to the user who will run the server."""
    if os.geteuid() == 0:
        user = next(user for user in map(_account, _USERS) if user)
        shutil.chown(folder, user.pw_uid, user.pw_gid)


def run_as(folder: Path, program: Path) -> list[str]:
    """The words before a server program that make the folder's owner run it."""
    if os.geteuid() != 0:
        return []
    owner = folder.stat()
    plain = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    for words in (plain, [*plain, *_PASS_EVERYWHERE]):
        if succeeds([*words, "stat", folder, program]):
            return words
    raise EnvironmentFault(
        f"PostgreSQL refuses to run as root, and no other user can enter {folder} on this machine: "
        "set GISPLAN_VAR to a folder that every user can enter, or run as a normal user."
    )


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
