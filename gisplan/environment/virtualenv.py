"""The virtual environment of this checkout: locked packages, and the `gisplan` command."""

import hashlib
import json
import shlex
import shutil
import sys
import zipfile
from pathlib import Path

from gisplan.environment import packages
from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.running import run
from gisplan.environment.state import CHECKOUT, PYTHON, TOOLS, VENV

_STAMP = VENV / "gisplan-setup.json"
_ADVICE = (
    f"read {TOOLS / 'setup.log'}, see whether this machine reaches a Python package index, and run it again."
)


def make() -> str:
    """`.venv`, made anew where it is missing, broken, moved, or of another Python."""
    if _stamp().get("made") == _identity() and PYTHON.exists():
        return "nothing to do"
    if VENV.exists():
        if not _STAMP.exists():
            raise EnvironmentFault(f"{VENV} was not made by ./scripts/setup: move it away and run it again.")
        shutil.rmtree(VENV)
    VENV.mkdir()
    _write_stamp()  # so that an interrupted set-up is known as ours
    if _has_ensurepip():
        run([sys.executable, "-m", "venv", VENV], advice=_ADVICE)
    else:
        run([sys.executable, "-m", "venv", "--without-pip", VENV], advice=_ADVICE)
        _bring_pip()
    _write_command()
    _write_stamp(made=_identity())
    return f"made with Python {sys.version.split()[0]}"


def install(level: str) -> str:
    """The packages of requirements/base.txt or requirements/dev.txt, which contains the former."""
    wanted = _digest(level)
    stamp = _stamp()
    if wanted in stamp.values() or (level == "base" and stamp.get("dev") == _digest("dev")):
        return "nothing to do"
    pip_install(PYTHON, CHECKOUT / "requirements" / f"{level}.txt")
    _write_stamp(**{**stamp, level: wanted})
    return f"installed requirements/{level}.txt"


def pip_install(python: Path, requirements: Path, *options: str | Path) -> None:
    """Exactly the locked versions, each file checked against its hash."""
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
    ]
    run([*pip, "--require-hashes", *options, "-r", requirements], advice=_ADVICE)


def _identity() -> str:
    return f"{VENV} {sys.version_info.major}.{sys.version_info.minor}"


def _digest(level: str) -> str:
    return hashlib.sha256((CHECKOUT / "requirements" / f"{level}.txt").read_bytes()).hexdigest()


def _stamp() -> dict[str, str]:
    try:
        content: dict[str, str] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content


def _write_stamp(**content: str) -> None:
    _STAMP.write_text(json.dumps(content), encoding="utf-8")


def _write_command() -> None:
    """The checkout on the path and the `gisplan` command, with no build step that needs a network."""
    site = run([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], advice=_ADVICE)
    (Path(site.strip()) / "gisplan.pth").write_text(f"{CHECKOUT}\n", encoding="utf-8")
    command = VENV / "bin" / "gisplan"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -m gisplan "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def _has_ensurepip() -> bool:
    try:
        import ensurepip
    except ImportError:
        return False
    return bool(ensurepip.version())


def _bring_pip() -> None:
    """Debian keeps pip out of Python: its wheel is a package of its own, which needs no installation."""
    folder = TOOLS / "pip"
    wheels = sorted(
        (packages.unpack(["python3-pip-whl"], folder) / "usr/share/python-wheels").glob("pip-*.whl")
    )
    site = run([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], advice=_ADVICE)
    with zipfile.ZipFile(wheels[-1]) as wheel:
        wheel.extractall(site.strip())
