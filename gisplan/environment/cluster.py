"""A private PostgreSQL cluster below a state folder: made, started and stopped without touching any other."""

import hashlib
import os
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from gisplan.environment import postgis, server_user
from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.postgis import Binaries
from gisplan.environment.running import run
from gisplan.environment.state import State, clean_environment

ROLE = DATABASE = "gisplan"
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107


@dataclass
class Cluster:
    """The cluster of one state. The server listens on a socket in a folder that only its owner may enter."""

    state: State
    _binaries: Binaries | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        return self.state.cluster

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def _ready(self) -> Path:
        return self.folder / "ready"

    def exists(self) -> bool:
        return self._ready.exists()

    def url(self) -> str:
        """The address of the running server."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self._running_socket()), safe='')}&port=5432"

    def create(self, binaries: Binaries) -> None:
        """initdb, PostGIS in the template, and the product's database; leaves the server running."""
        self._binaries = binaries
        if found := sorted(set('"`$\\\n') & set(str(self.folder))):
            raise EnvironmentFault(
                f"GISPLAN_VAR expects a folder whose path PostgreSQL's shell can read, found {''.join(found)!r} in "
                f"{self.folder}: set it to a folder without that character."
            )
        self._remove_data()
        self.folder.mkdir(parents=True, exist_ok=True)
        server_user.adopt(self.folder)
        self._server(
            "initdb", "-D", self.data, "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"
        )
        configuration = self.data / "postgresql.conf"
        configuration.write_text(configuration.read_text(encoding="utf-8") + "\ninclude '../gisplan.conf'\n")
        self.start()
        self._sql("template1", "CREATE EXTENSION postgis")
        self._sql("template1", f"CREATE DATABASE {DATABASE}")
        self._ready.touch()

    def running(self) -> bool:
        pid = self._pid()
        return pid is not None and self._is_ours(pid)

    def start(self) -> None:
        if self.running():
            self._wait_until_ready()
            return
        self._check_owner()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # of a server that is gone: see _pid
        self._write_configuration()
        self._server(
            "pg_ctl", "start", "-D", self.data, "-l", self.folder / "server.log", "-w", "-t", "60", "-s"
        )

    def stop(self) -> None:
        if self.running():
            socket_folders = self._pid_file()[4:5]
            self._server("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60", "-s")
            for folder in socket_folders:
                with suppress(OSError):  # left as it is where something else lies in it
                    Path(folder).rmdir()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        """A command killed while its server was starting leaves one that does not answer yet."""
        limit = time.monotonic() + 60
        while self._pid_file()[7:8] != ["ready   "] and self.running() and time.monotonic() < limit:
            time.sleep(0.1)

    # --- the server's process -----------------------------------------------------------------------

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        except PermissionError as error:
            raise EnvironmentFault(self._owned_by_another()) from error

    def _pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is a server on this data folder, and not a newcomer with a recycled number."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.data) in words

    def _running_socket(self) -> Path:
        lines = self._pid_file()
        if len(lines) < 5:
            raise EnvironmentFault(
                f"The database server under {self.folder} is not running: run ./scripts/demo."
            )
        return Path(lines[4])

    # --- who runs the server ------------------------------------------------------------------------

    def _server(self, program: str, *arguments: str | Path) -> None:
        binaries = self._installation()
        path = binaries.folder / program
        command = [*server_user.run_as(self.folder, path), path, *arguments]
        advice = (
            f"read {self.folder / 'server.log'}, or run `./scripts/demo --reset` to start again from nothing."
        )
        environment = clean_environment(**binaries.environment)
        run(command, advice=advice, environment=environment, folder=self.folder)

    def _check_owner(self) -> None:
        owner = self.data.stat().st_uid
        if os.geteuid() not in {0, owner}:
            raise EnvironmentFault(self._owned_by_another())

    def _owned_by_another(self) -> str:
        owner = self.folder.stat().st_uid
        return (
            f"The database under {self.folder} belongs to another user (uid {owner}): "
            "run as that user, or set GISPLAN_VAR to a folder of your own."
        )

    def _installation(self) -> Binaries:
        if self._binaries is None:
            major = (self.data / "PG_VERSION").read_text().strip()
            self._binaries = postgis.find(major)
        if self._binaries is None:
            raise EnvironmentFault(
                f"The database under {self.folder} was made with PostgreSQL {major}, which is no longer "
                "installed with PostGIS: install it again, or start from nothing: `./scripts/demo --reset`."
            )
        return self._binaries

    # --- files --------------------------------------------------------------------------------------

    def _remove_data(self) -> None:
        """An interrupted creation leaves data without the ready mark."""
        self._ready.unlink(missing_ok=True)
        if self.data.exists():
            self.stop()
            shutil.rmtree(self.data)

    def _write_configuration(self) -> None:
        socket_folder = self._socket_folder()
        quoted = '"{}"'.format(str(socket_folder).replace('"', '""')).replace("'", "''")
        lines = ["listen_addresses = ''", "port = 5432", f"unix_socket_directories = '{quoted}'", "jit = off"]
        if not self.state.durable:
            lines += ["fsync = off", "full_page_writes = off", "synchronous_commit = off"]
        path = self.folder / "gisplan.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o644)

    def _socket_folder(self) -> Path:
        """Below the state where the path is short enough, else among temporary files, named after it."""
        folder = self.folder / "socket"
        if len(os.fsencode(folder / _SOCKET_NAME)) > _SOCKET_PATH_BYTES:
            digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
            folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"gisplan-{digest}"
        owner = self.data.stat()
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, owner.st_uid, owner.st_gid, follow_symlinks=False)
        found = folder.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid != owner.st_uid
            or stat.S_IMODE(found.st_mode) != 0o700
        ):
            raise EnvironmentFault(
                f"{folder} should be a folder of this user with mode 0700, for the database's socket: "
                "remove it and run the command again."
            )
        return folder

    def _sql(self, database: str, statement: str) -> None:
        binaries = self._installation()
        host = str(self._running_socket())
        command: list[str | Path] = [
            binaries.folder / "psql",
            "-X",
            "-q",
            "-h",
            host,
            "-p",
            "5432",
            "-U",
            ROLE,
            "-d",
            database,
        ]
        run(
            [*command, "-v", "ON_ERROR_STOP=1", "-c", statement],
            advice="run `./scripts/demo --reset` to start again from nothing.",
            environment=clean_environment(**binaries.environment),
            folder=self.folder,
        )


def find_or_create(state: State) -> Cluster:
    cluster = Cluster(state)
    if not cluster.exists():
        binaries = postgis.find()
        if binaries is None:
            raise EnvironmentFault("PostgreSQL with PostGIS is not installed: run ./scripts/demo.")
        cluster.create(binaries)
    return cluster
