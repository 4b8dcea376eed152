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
    """A Chromium that starts and that playwright can drive."""
    return _chromium() if _driver_starts() else None


def find_or_install() -> str:
    """What the tests will use; leaves it in GISPLAN_CHROMIUM."""
    lacking = [
        what
        for what, present in (("Chromium", _chromium), ("playwright's driver", _driver_starts))
        if not present()
    ]
    if lacking:
        prefix = packages.root_prefix()
        if prefix is None:
            return _missing(f"{' and '.join(lacking)} cannot be installed without root or sudo")
        try:
            _install(prefix)
        except EnvironmentFault as fault:
            return _missing(str(fault))
    chromium = find()
    if chromium is None:
        return _missing("what was installed does not start")
    os.environ[VARIABLE] = str(chromium)
    return f"{'installed' if lacking else 'nothing to do'}: {chromium}"


def _chromium() -> Path | None:
    """The first that starts: Ubuntu's /usr/bin/chromium-browser may be a mere pointer to a snap."""
    names = [os.environ[VARIABLE]] if os.environ.get(VARIABLE) else _NAMES
    found = [Path(path) for path in map(shutil.which, names) if path]
    found += sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
    return next((path for path in found if succeeds([path, "--version"])), None)


def _driver_starts() -> bool:
    """Playwright brings a Node.js of its own, which needs libatomic1 from the system."""
    return succeeds([PYTHON, "-m", "playwright", "--version"])


def _install(prefix: list[str]) -> None:
    if not _is_ubuntu():
        packages.install(["chromium", "fonts-dejavu-core", "libatomic1"], prefix)
        return
    packages.install(["libatomic1"], prefix)  # and no chromium: Ubuntu's is a snap
    advice = f"install Chromium and name it in {VARIABLE}."
    run([*prefix, PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"], advice=advice)


def _is_ubuntu() -> bool:
    try:
        return "ID=ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def _missing(reason: str) -> str:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        raise EnvironmentFault(
            f"Browser tests cannot run ({reason}) and CI=true requires them: "
            "run `apt-get install chromium libatomic1` as root."
        )
    return f"browser tests are skipped: {reason}"
