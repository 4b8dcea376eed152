"""Debian's and Ubuntu's packages: installed by root or sudo, else unpacked in a private folder."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.running import run, succeeds

_DPKG_STATUS = Path("/var/lib/dpkg/status")
_CREATE_NO_CLUSTER = "/etc/postgresql-common/createcluster.d/gisplan.conf"


def root_prefix() -> list[str] | None:
    """The words that make a command run as root, or None where neither root nor a silent sudo is at hand."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def install(names: Sequence[str], prefix: Sequence[str], *, update: bool = True) -> None:
    """`apt-get install`, after an update of lists that may be stale or absent."""
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    advice = f"run `apt-get update && apt-get install {' '.join(names)}` as root and see what it says."
    if update:
        _update(apt)
    run([*apt, "install", "-y", "--no-install-recommends", *names], advice=advice)


def install_postgis(prefix: Sequence[str]) -> None:
    """PostGIS from the distribution, without the cluster that PostgreSQL's package would make and start."""
    folder = str(Path(_CREATE_NO_CLUSTER).parent)
    fresh = not Path(folder).exists()
    advice = f"see whether {folder} can be written by root."
    if fresh:
        write = f"mkdir -p {folder} && echo 'create_main_cluster = false' > {_CREATE_NO_CLUSTER}"
        run([*prefix, "sh", "-c", write], advice=advice)
    try:
        _update([*prefix, "apt-get", "-q"])
        install([_postgis_package([])], prefix, update=False)
    finally:
        if fresh:
            run([*prefix, "rm", "-f", _CREATE_NO_CLUSTER], advice=advice)


def unpack_postgis(into: Path) -> Path:
    """PostgreSQL with PostGIS and every library the machine lacks, unpacked below a private folder."""
    options = _private_options(into)
    _update(["apt-get", *options])
    return _unpack([_postgis_package(options)], into, options)


def unpack(names: Sequence[str], into: Path) -> Path:
    options = _private_options(into)
    _update(["apt-get", *options])
    return _unpack(names, into, options)


def _update(apt: Sequence[str]) -> None:
    # A repository that cannot be reached is no reason to stop: another one may have the package.
    succeeds([*apt, "update"])


def _postgis_package(options: Sequence[str]) -> str:
    names = run(
        ["apt-cache", *options, "search", "--names-only", r"^postgresql-[0-9]+-postgis-3$"],
        advice="use docker compose (docs/operations.md), or set GISPLAN_DATABASE_URL.",
    )
    versions = sorted(
        int(number) for number in re.findall(r"^postgresql-(\d+)-postgis-3 ", names, re.MULTILINE)
    )
    if not versions:
        raise EnvironmentFault(
            "This machine's package lists offer no postgresql-NN-postgis-3: "
            "use `docker compose up` (docs/operations.md) or set GISPLAN_DATABASE_URL to a PostGIS database."
        )
    return f"postgresql-{versions[-1]}-postgis-3"


def _private_options(folder: Path) -> list[str]:
    """Options that give apt its own lists, cache and view of what is installed, below one folder."""
    for name in ("lists/partial", "cache/archives/partial", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    status = folder / "status"
    status.write_text(_status_without_postgresql(), encoding="utf-8")
    settings = {
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": status,
        "Dir::Cache": folder / "cache",
        "Debug::NoLocking": 1,
        "APT::Keep-Downloaded-Packages": 1,
        "APT::Sandbox::User": "",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _status_without_postgresql() -> str:
    """What is installed, minus PostgreSQL: an installed server cannot see an extension unpacked elsewhere."""
    stanzas = _DPKG_STATUS.read_text(encoding="utf-8", errors="replace").split("\n\n")
    return "\n\n".join(stanza for stanza in stanzas if not stanza.startswith("Package: postgresql"))


def _unpack(names: Sequence[str], into: Path, options: Sequence[str]) -> Path:
    run(
        ["apt-get", "-q", *options, "install", "-y", "--no-install-recommends", "--download-only", *names],
        advice=f"see whether this machine reaches its package archive, or have {names[0]} installed.",
    )
    for archive in sorted((into / "cache" / "archives").glob("*.deb")):
        run(["dpkg-deb", "-x", archive, into / "root"], advice="free some disk space and run it again.")
    for name in ("lists", "cache"):
        shutil.rmtree(into / name)
    return into / "root"
