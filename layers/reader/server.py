"""A process that has the libraries loaded and no file: it forks one child for each request.

It serves one other process, through an inherited socket, and ends with it. A request brings three
descriptors: for the answer, for how the child ended, and for the child's errors.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import Any

# pyogrio loads them where they are installed, and reading needs neither.
for _name in ("pandas", "geopandas", "pyproj"):
    sys.modules[_name] = None  # type: ignore[assignment]

from layers.reader import child, guard  # noqa: E402

_REQUEST_BYTES = 1 << 18


def main(control_fd: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the parent, whose end ends us
    gc.freeze()
    _Server(socket.socket(fileno=control_fd)).serve()


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._jobs: dict[int, int] = {}  # pid of the child by the descriptor that awaits its end
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def serve(self) -> None:
        try:
            while True:
                for fd, _ in self._poll.poll():
                    if fd == self._control.fileno():
                        if not self._take_request():
                            return
                    elif fd == self._wake:
                        os.read(self._wake, 512)
                        self._reap()
                    elif fd in self._jobs:  # nobody waits for this child any more
                        self._poll.unregister(fd)
                        os.kill(self._jobs[fd], signal.SIGKILL)
        finally:
            for pid in self._jobs.values():
                os.kill(pid, signal.SIGKILL)

    def _take_request(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, _REQUEST_BYTES, 3)
        if not message:
            return False
        answer, ended, errors = descriptors
        pid = os.fork()
        if not pid:
            self._be_child(json.loads(message), answer, ended, errors)
        os.close(answer)
        os.close(errors)
        self._jobs[ended] = pid
        self._poll.register(ended, 0)
        return True

    def _be_child(self, request: dict[str, Any], *descriptors: int) -> None:
        code, (answer, ended, errors) = 1, descriptors
        try:
            guard.die_with_parent()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            os.set_blocking(errors, False)  # a driver that complains without end is not to wait for a reader
            os.dup2(errors, 2)
            for fd in (self._control.fileno(), self._wake, self._woken, ended, errors, *self._jobs):
                os.close(fd)
            child.run(request, answer)
            code = 0
        finally:
            if sys.exc_info()[0] is not None:
                traceback.print_exc()
            os._exit(code)

    def _reap(self) -> None:
        by_pid = {pid: fd for fd, pid in self._jobs.items()}
        for pid, fd in by_pid.items():
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if not done:
                continue
            del self._jobs[fd]
            with suppress(KeyError):
                self._poll.unregister(fd)
            ended = {
                "code": os.waitstatus_to_exitcode(status),
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "peak_kb": usage.ru_maxrss,
                "grown_kb": usage.ru_maxrss - guard.resident_kb(),
            }
            with suppress(BrokenPipeError):
                os.write(fd, json.dumps(ended).encode())
            os.close(fd)
