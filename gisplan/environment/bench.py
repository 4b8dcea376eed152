"""`./scripts/bench NAME`: our figures beside a peer's, in the same run on the same machine."""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from gisplan.environment import packages, state, virtualenv
from gisplan.environment.arguments import OneSentenceParser
from gisplan.environment.demo import find_database_binaries, set_up
from gisplan.environment.errors import EnvironmentFault, UserMistake
from gisplan.environment.lease import database_lease
from gisplan.environment.running import run
from gisplan.environment.state import CHECKOUT, PYTHON, TOOLS
from gisplan.environment.steps import Steps, run_all
from gisplan.environment.testing import call

_CASES = CHECKOUT / "benchmarks" / "cases"
_PEERS = TOOLS / "peers"
_LOCK = CHECKOUT / "requirements" / "bench.txt"


def main(words: Sequence[str]) -> int:
    names = sorted(path.stem for path in _CASES.glob("*.py") if path.stem != "__init__")
    parser = OneSentenceParser("./scripts/bench", description=f"Benchmarks: {', '.join(names)}.")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows as JSON")
    parser.add_argument("--large", action="store_true", help="also the rows that take minutes")
    options = parser.parse_args(words)
    if options.name not in names:
        raise UserMistake(f"There is no benchmark {options.name!r}: choose one of {', '.join(names)}.")
    if options.json and not options.json.resolve().parent.is_dir():
        raise UserMistake(f"--json expects a file in an existing folder, found {str(options.json)!r}.")
    steps = Steps(sys.stderr)
    needed = {**set_up("base"), "PostgreSQL with PostGIS": find_database_binaries, "Peers": _install_peers}
    if options.name in {"import", "web"}:
        needed["ogr2ogr"] = _find_ogr2ogr
    run_all(steps, needed)
    destination = ["--json", options.json.resolve()] if options.json else []
    more = ["--large"] if options.large else []
    with database_lease(state.for_tests(), create=True):
        return call(
            [
                PYTHON,
                "-m",
                "benchmarks",
                options.name,
                "--peer-python",
                _PEERS / "bin/python",
                *destination,
                *more,
            ]
        )


def _install_peers() -> str:
    """The other programs, in an environment of their own: they need not agree with ours on any version."""
    stamp = _PEERS / "gisplan-setup"
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return "nothing to do"
    run(
        [PYTHON, "-m", "venv", "--clear", "--without-pip", _PEERS],
        advice="free some disk space and run it again.",
    )
    python = _PEERS / "bin" / "python"
    site = run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], advice="run it again."
    )
    virtualenv.pip_install(PYTHON, _LOCK, "--target", site.strip())
    stamp.write_text(digest)
    return f"installed {_LOCK.relative_to(CHECKOUT)}"


def _find_ogr2ogr() -> str:
    found = shutil.which("ogr2ogr")
    if found:
        return f"nothing to do: {found}"
    prefix = packages.root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        raise EnvironmentFault(
            "ogr2ogr is not installed: have gdal-bin (Debian, Ubuntu) or GDAL's programs installed."
        )
    packages.install(["gdal-bin"], prefix)
    return "installed with apt-get"
