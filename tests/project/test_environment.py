"""Set-up: where PostGIS is looked for, what the scripts refuse, and what the lock files may hold."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gisplan import settings
from gisplan.environment import assets, packages, postgis
from gisplan.environment.postgis import Binaries
from gisplan.environment.state import CHECKOUT, PYTHON, SEARCH_VARIABLE, VENV
from gisplan.environment.virtualenv import _STAMP

PROGRAMS = ("setup", "demo", "test", "check", "bench")
LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))


def script(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    name, *arguments = words
    return subprocess.run(
        [CHECKOUT / "scripts" / name, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def refused(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one sentence of a refusal."""
    assert (done.returncode, done.stdout) == (code, ""), done
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


# --- scripts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("demo", "--prot", "1"), "unrecognized arguments"),
        (("demo", "--port", "0"), "from 1 to 65535, found '0'"),
        (("demo", "--port", "http"), "from 1 to 65535, found 'http'"),
        (("demo", "--data", "no/such/folder"), "found no folder 'no/such/folder'"),
        (("demo", "extra"), "unrecognized arguments"),
        (("setup", "--everything"), "unrecognized arguments"),
        (("check", "spelling"), "lint, format, types, floors, migrations"),
        (("bench",), "required: NAME"),
        (("bench", "no_such_case"), "choose one of"),
    ],
)
def test_a_mistaken_argument_is_one_sentence_and_exit_code_2(words: tuple[str, ...], expected: str) -> None:
    assert expected in refused(script(*words), 2)


def test_a_busy_port_is_one_sentence_with_the_next_thing_to_type() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = refused(script("demo", "--port", str(port)), 3)
    assert f"Port {port}" in sentence
    assert "./scripts/demo --port" in sentence


@pytest.mark.parametrize("place", ["/proc/foo", "/etc/passwd", "/" + "x" * 300])
def test_a_state_folder_that_cannot_be_used_is_one_sentence(place: str) -> None:
    assert f"found {place} (" in refused(script("demo", "--no-serve", GISPLAN_VAR=place), 3)
    for command in ("doctor", "inspect_source"):
        done = subprocess.run(
            [PYTHON, "-m", "gisplan", command, "."],
            env={**os.environ, "GISPLAN_VAR": place, "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            text=True,
            check=False,
            cwd=CHECKOUT,
        )
        assert f"found {place} (" in refused(done, 3)


def test_the_secret_key_is_made_once_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    settings._make_key(path)
    made = path.read_text()
    settings._make_key(path)
    assert path.read_text() == made
    assert len(made) > 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_script_of_the_readme_can_be_run(program: str) -> None:
    assert os.access(CHECKOUT / "scripts" / program, os.X_OK)


def test_the_set_up_uses_the_standard_library_only() -> None:
    code = "import sys, gisplan.environment.__main__\nprint(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    foreign = set(done.stdout.split()) - set(sys.stdlib_module_names) - {"gisplan", "__main__"}
    assert {name for name in foreign if not name.startswith("_")} == set()


# --- PostGIS -----------------------------------------------------------------------------------------


def installation(folder: Path, *, with_postgis: bool) -> Path:
    """A folder that looks like PostgreSQL's programs to whoever searches."""
    share = folder / "share"
    (share / "extension").mkdir(parents=True)
    if with_postgis:
        (share / "extension" / "postgis.control").touch()
    programs = folder / "bin"
    programs.mkdir()
    for name in ("initdb", "pg_ctl", "psql"):
        (programs / name).touch()
    (programs / "pg_config").write_text(f"#!/bin/sh\necho '{share}'\n")
    (programs / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.3 (Ubuntu 16.3-0)'\n")
    for name in ("pg_config", "postgres"):
        (programs / name).chmod(0o755)
    return programs


def test_postgresql_without_postgis_is_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = installation(tmp_path / "bare", with_postgis=False)
    whole = installation(tmp_path / "whole", with_postgis=True)
    monkeypatch.setenv(SEARCH_VARIABLE, f"{tmp_path / 'absent'}{os.pathsep}{bare}{os.pathsep}{whole}")
    assert not Binaries(bare).has_postgis()
    assert postgis.find() == Binaries(whole)


def test_a_cluster_is_only_given_the_version_that_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis, "UNPACKED", tmp_path / "nothing")
    monkeypatch.setenv(SEARCH_VARIABLE, str(installation(tmp_path, with_postgis=True)))
    assert postgis.find("16") is not None
    assert postgis.find("15") is None


def test_unpacked_packages_get_the_links_and_paths_that_installing_would_have_made(tmp_path: Path) -> None:
    extension = tmp_path / "usr/share/postgresql/15/extension"
    extension.mkdir(parents=True)
    (extension / "postgis-3.control").write_text("default_version = '3.3.2'")
    (extension / "postgis_raster-3.control").touch()
    for folder in ("usr/lib/x86_64-linux-gnu/blas", "usr/share/proj"):
        (tmp_path / folder).mkdir(parents=True)
    postgis._make_usable(tmp_path)
    postgis._make_usable(tmp_path)
    assert (extension / "postgis.control").read_text() == "default_version = '3.3.2'"
    assert (extension / "postgis_raster.control").exists()
    libraries = tmp_path / "usr/lib/x86_64-linux-gnu"
    assert postgis._libraries(tmp_path) == {
        "LD_LIBRARY_PATH": f"{libraries}{os.pathsep}{libraries / 'blas'}",
        "PROJ_DATA": str(tmp_path / "usr/share/proj"),
    }


def test_an_installed_server_is_hidden_from_the_private_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = tmp_path / "status"
    status.write_text("Package: libc6\nStatus: ok\n\nPackage: postgresql-15\nStatus: ok\n\nPackage: libpq5\n")
    monkeypatch.setattr(packages, "_DPKG_STATUS", status)
    assert packages._status_without_postgresql() == "Package: libc6\nStatus: ok\n\nPackage: libpq5\n"


# --- lock files and assets ---------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_version_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r"\n(?=[a-z])", re.sub(r"(?m)^#.*\n", "", text).strip())
    assert entries
    assert all(re.match(r"[\w.\-\[\]]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_npm_lock_has_hashes_and_no_registry_address() -> None:
    text = assets.LOCK.read_text()
    assert '"resolved"' not in text
    assert "omit-lockfile-registry-resolved=true" in (CHECKOUT / ".npmrc").read_text().splitlines()
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')


def test_every_source_map_that_an_asset_names_is_copied_with_it() -> None:
    if not assets.VENDOR.exists():
        pytest.skip("the assets are not installed: run ./scripts/setup")
    for path in [*assets.VENDOR.rglob("*.js"), *assets.VENDOR.rglob("*.css")]:
        for name in re.findall(
            r"sourceMappingURL=(\S+?)(?:\s|\*|$)", path.read_text(encoding="utf-8")[-500:]
        ):
            assert (path.parent / name).exists(), f"{path.name} names {name}"


def test_test_tools_stay_out_of_the_static_folder() -> None:
    assert assets.VENDOR not in assets.AXE_SCRIPT.parents
    assert not any("axe" in part for _, _, names in assets.TABLE for part in names)


def test_this_environment_holds_exactly_the_locked_versions() -> None:
    if not _STAMP.exists():
        pytest.skip(f"{VENV} was not made by ./scripts/setup")
    listing = subprocess.run(
        [PYTHON, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    lines = (CHECKOUT / "requirements" / "dev.txt").read_text().splitlines()
    locked = {line.split(" ")[0].lower() for line in lines if "==" in line}
    normal = {
        line.lower().replace("_", "-") for line in listing if not line.startswith(("pip=", "setuptools="))
    }
    assert normal <= {line.replace("_", "-") for line in locked}
