"""PostgreSQL binaries that have PostGIS: found, installed, or unpacked, in this order."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gisplan.environment import packages
from gisplan.environment.errors import CommandFailed, EnvironmentFault
from gisplan.environment.running import run
from gisplan.environment.state import SEARCH_VARIABLE, TOOLS

UNPACKED = TOOLS / "postgis"
_SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation: where its programs are and what they need around them."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def major(self) -> str:
        """The version as a data folder's PG_VERSION says it."""
        words = run(
            [self.folder / "postgres", "--version"], advice=_ADVICE, environment=self._whole()
        ).split()
        return words[2].split(".")[0]

    def has_postgis(self) -> bool:
        if not all((self.folder / name).exists() for name in ("initdb", "pg_ctl", "psql", "pg_config")):
            return False
        try:
            share = run([self.folder / "pg_config", "--sharedir"], advice=_ADVICE, environment=self._whole())
        except CommandFailed:
            return False
        return (Path(share.strip()) / "extension" / "postgis.control").exists()

    def _whole(self) -> dict[str, str]:
        return dict(os.environ) | self.environment


_ADVICE = "reinstall PostgreSQL, or set GISPLAN_DATABASE_URL."


def find(major: str | None = None) -> Binaries | None:
    """The first installation with PostGIS, of the version a cluster was made with when that is given."""
    for binaries in _candidates():
        if binaries.has_postgis() and major in {None, binaries.major}:
            return binaries
    return None


def find_or_install() -> tuple[Binaries, str]:
    """Binaries with PostGIS, and a note that says where they come from."""
    found = find()
    if found:
        return found, f"nothing to do: {found.folder}"
    prefix = packages.root_prefix()
    if not shutil.which("apt-get"):
        raise EnvironmentFault(
            "PostgreSQL with PostGIS is not installed and this machine has no apt-get: "
            "use `docker compose up` (docs/operations.md) or set GISPLAN_DATABASE_URL to a PostGIS database."
        )
    if prefix is not None and SEARCH_VARIABLE not in os.environ:
        packages.install_postgis(prefix)
        how = "installed with apt-get"
    else:
        _make_usable(packages.unpack_postgis(UNPACKED))
        how = "unpacked"
    found = find()
    if found is None:
        raise EnvironmentFault(
            f"PostGIS was {how} and is still not found: read {TOOLS / 'setup.log'}, "
            "or use `docker compose up` (docs/operations.md)."
        )
    return found, f"{how}: {found.folder}"


def _candidates() -> Iterator[Binaries]:
    given = os.environ.get(SEARCH_VARIABLE)
    if given is not None:
        yield from (Binaries(Path(folder)) for folder in given.split(os.pathsep) if folder)
    else:
        on_path = shutil.which("pg_config")
        if on_path:
            yield Binaries(Path(run([on_path, "--bindir"], advice=_ADVICE).strip()))
        yield from (Binaries(folder) for folder in _newest_first(_SYSTEM))
    root = UNPACKED / "root"
    yield from (Binaries(folder, _libraries(root)) for folder in _newest_first(root / "usr/lib/postgresql"))


def _newest_first(folder: Path) -> list[Path]:
    versions = (path for path in folder.glob("*") if path.name.isdigit())
    return [path / "bin" for path in sorted(versions, key=lambda path: -int(path.name))]


def _libraries(root: Path) -> dict[str, str]:
    """Where the unpacked server finds its libraries; blas and lapack keep theirs in subfolders."""
    folders = [folder for base in ("usr/lib", "lib") for folder in sorted((root / base).glob("*-linux-gnu*"))]
    folders += [folder / name for folder in folders for name in ("blas", "lapack")]
    proj = root / "usr/share/proj"
    paths = {"LD_LIBRARY_PATH": os.pathsep.join(str(folder) for folder in folders if folder.is_dir())}
    return paths | ({"PROJ_DATA": str(proj)} if proj.is_dir() else {})


def _make_usable(root: Path) -> None:
    """The links that the package's post-install script makes through update-alternatives."""
    for control in (root / "usr/share/postgresql").glob("*/extension/postgis*-3.control"):
        link = control.with_name(control.name.replace("-3.control", ".control"))
        if not link.exists():
            link.symlink_to(control.name)
