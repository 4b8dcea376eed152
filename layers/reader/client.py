"""Ask for a file to be read: the process that reads is guarded, and its end is told in words."""

import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from layers.reader import frames

_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[1]); from layers.reader.server import main; main(int(sys.argv[2]))"
# One thread, since only a process without others may fork; no network; nothing loaded from outside the wheel.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "4",
    "PROJ_NETWORK": "OFF",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_CONFIG_FILE": "",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OGR_ARROW_MEM_LIMIT": "67108864",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
}
_END_S = 10.0  # how long the end of a child that has closed its answer is awaited
_ERRORS_BYTES = 4_000


class ReaderEnded(Exception):
    """The process ended, or was ended, before it had answered; `limit` names the limit it ran into, if one."""

    def __init__(self, found: str, limit: str | None = None) -> None:
        super().__init__(found)
        self.limit = limit


class ReaderRefused(Exception):
    """The library that reads said what is wrong."""


class _Server:
    """The process that forks the readers: started when first needed, ends with this one."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, str(_ROOT), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
            )
        self.control = ours
        self.owner = os.getpid()

    def send(self, message: bytes, descriptors: list[int]) -> None:
        socket.send_fds(self.control, [message], descriptors)

    @property
    def usable(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None


class _Keeper:
    """The one server of this process; a forked process starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def get(self, *, fresh: bool = False) -> _Server:
        with self._lock:
            if self._server is None or fresh or not self._server.usable:
                self._server = _Server()
            return self._server


_keeper = _Keeper()


def warm_up() -> None:
    """Start the server now, so that it loads its libraries while this process does other work."""
    _keeper.get()


class Work:
    """One request and its answers; leaving it ends the process that answers."""

    def __init__(self, request: dict[str, Any], *, silence_s: float) -> None:
        self._silence_s, self._limit_bytes = silence_s, int(request["memory_bytes"])
        message = json.dumps(request).encode()
        self._answer, answer = os.pipe()
        self._ended, ended = os.pipe()
        self._errors, errors = os.pipe()
        self.ended: dict[str, Any] = {}
        try:
            try:
                _keeper.get().send(message, [answer, ended, errors])
            except OSError:  # it was ended by someone
                _keeper.get(fresh=True).send(message, [answer, ended, errors])
        finally:
            for fd in (answer, ended, errors):
                os.close(fd)

    def __enter__(self) -> "Work":
        return self

    def __exit__(self, *_: object) -> None:
        for fd in (self._answer, self._ended, self._errors):
            os.close(fd)

    def frames(self) -> Iterator[tuple[bytes, bytearray]]:
        """Kind and content of each frame; a refusal or an end before the end is raised."""
        while True:
            try:
                frame = frames.receive(self._answer, silence_s=self._silence_s, limit_bytes=self._limit_bytes)
            except frames.Silent as error:
                raise ReaderEnded(f"no answer for {self._silence_s:g} seconds", "time") from error
            except frames.Oversized as error:
                raise ReaderEnded("an answer larger than its memory", "memory") from error
            if frame is None:
                raise self._end()
            kind, content = frame
            if kind == frames.NO_MEMORY:
                raise ReaderEnded("no memory left", "memory")
            if kind == frames.REFUSED:
                raise ReaderRefused(content.decode("utf-8", "replace"))
            yield kind, content
            if kind in {frames.ANSWER, frames.END}:
                self._wait()
                return

    def answer(self) -> Any:
        for kind, content in self.frames():
            if kind == frames.ANSWER:
                return json.loads(content)
        raise ReaderEnded("no answer")

    def _wait(self) -> None:
        poller = select.poll()
        poller.register(self._ended, select.POLLIN)
        if poller.poll(_END_S * 1000):
            with suppress(ValueError):
                self.ended = json.loads(os.read(self._ended, 4096))

    def _end(self) -> ReaderEnded:
        self._wait()
        code, cpu_s = self.ended.get("code"), self.ended.get("cpu_s", 0.0)
        said = self._said()
        if code == -24:  # SIGXCPU
            return ReaderEnded(f"no end after {cpu_s:.0f} seconds of work", "time")
        # A library that does not look at what malloc gave it ends with a signal near the limit.
        full = (code or 0) < 0 and self.ended["grown_kb"] * 1024 > self._limit_bytes / 3
        if full or any(word in said.lower() for word in ("memory", "bad_alloc")):
            return ReaderEnded("no memory left", "memory")
        return ReaderEnded(
            f"a reader that broke off ({said.splitlines()[-1][:200] if said else _named(code)})"
        )

    def _said(self) -> str:
        os.set_blocking(self._errors, False)
        try:
            return os.read(self._errors, _ERRORS_BYTES).decode("utf-8", "replace").strip()
        except BlockingIOError:
            return ""


def _named(code: int | None) -> str:
    if code is None:
        return "its process was ended"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
