"""Run a program and say how long it took and how much memory it and its descendants held at most."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LOOK_S = 0.02
_GLANCE_S = 0.1  # often would take time from what is measured


@dataclass(frozen=True)
class Watched:
    """`peak_mb` of all together at one time (what they share counted in each); `own_mb` of the program alone,
    `others_mb` of the largest of its descendants.
    """

    seconds: float
    peak_mb: float
    own_mb: float
    others_mb: float


def watch(command: Sequence[str | Path], environment: Mapping[str, str]) -> Watched:
    started = time.perf_counter()
    child = subprocess.Popen(
        [str(word) for word in command],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peaks: dict[int, float] = {}
    together = 0.0
    while child.poll() is None:
        held = {pid: _memory_mb(pid) for pid in _family(child.pid)}
        together = max(together, sum(now for now, _ in held.values()))
        for pid, (_, peak) in held.items():
            peaks[pid] = max(peaks.get(pid, 0.0), peak)
        time.sleep(_LOOK_S)
    seconds = time.perf_counter() - started
    output = child.stdout.read() if child.stdout else ""
    if child.returncode:
        raise RuntimeError(f"{command[0]} failed: {output.strip().splitlines()[-1:]}")
    own = peaks.pop(child.pid, 0.0)
    return Watched(seconds, together, own, max(peaks.values(), default=0.0))


class Held:
    """The most that programs and their descendants have held together so far, in megabytes, as `peak_mb` of Watched."""

    def __init__(self) -> None:
        self.peak_mb = 0.0


@contextmanager
def watching(*pids: int) -> Iterator[Held]:
    """Look at running programs, now and then, for as long as the block lasts."""
    held, over = Held(), threading.Event()

    def look() -> None:
        while not over.wait(_GLANCE_S):
            now = sum(_memory_mb(one)[0] for pid in pids for one in _family(pid))
            held.peak_mb = max(held.peak_mb, now)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield held
    finally:
        over.set()
        watcher.join()


def _family(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(one for child in below for one in _family(child))]


def _memory_mb(pid: int) -> tuple[float, float]:
    """Resident now, and at most so far."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    found = {
        line.split(":")[0]: int(line.split()[1]) / 1024
        for line in lines
        if line.startswith(("VmRSS", "VmHWM"))
    }
    return found.get("VmRSS", 0.0), found.get("VmHWM", 0.0)


def cpu_s(pid: int) -> float:
    """Seconds of the processor that the program and its living descendants have used so far."""
    ticks = 0
    for one in _family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
