"""Chromium for the browser tests: found, or installed where root or sudo allow it."""

import os
import shutil
from pathlib import Path

from gisplan.environment import packages
from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.running import run, succeeds
from gisplan.environment.state import PYTHON

VARIABLE = "GISPLAN_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> Path | None:
    """A Chromium that starts; Ubuntu's /usr/bin/chromium-browser may be a mere pointer to a snap."""
    names = [os.environ[VARIABLE]] if os.environ.get(VARIABLE) else _NAMES
    found = [Path(path) for path in map(shutil.which, names) if path]
    found += sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
    return next((path for path in found if succeeds([path, "--version"])), None)


def find_or_install() -> str:
    """What the tests will use; leaves it in GISPLAN_CHROMIUM."""
    note = "nothing to do"
    chromium = find()
    if chromium is None:
        prefix = packages.root_prefix()
        if prefix is None:
            return _missing("it is not installed, and installing it needs root or sudo")
        try:
            note = _install(prefix)
        except EnvironmentFault as fault:
            return _missing(str(fault))
        chromium = find()
    if chromium is None:
        return _missing("it was installed and does not start")
    os.environ[VARIABLE] = str(chromium)
    return f"{note}: {chromium}"


def _install(prefix: list[str]) -> str:
    if _is_ubuntu():  # whose chromium package is a snap
        advice = "install Chromium and name it in GISPLAN_CHROMIUM."
        run([*prefix, PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"], advice=advice)
        return "installed by playwright"
    packages.install(["chromium", "fonts-dejavu-core"], prefix)
    return "installed with apt-get"


def _is_ubuntu() -> bool:
    try:
        return "ID=ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def _missing(reason: str) -> str:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        raise EnvironmentFault(
            f"Chromium is missing ({reason}) and CI=true requires it: "
            "install it as root with `apt-get install chromium`."
        )
    return f"missing, so browser tests are skipped: {reason}"
