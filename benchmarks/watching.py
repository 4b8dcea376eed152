"""Run a program and say how long it took and how much memory it and its descendants held at most."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_S = 0.02


@dataclass(frozen=True)
class Watched:
    """`peaks_mb`: of the program itself, then of each descendant, in the order of their start."""

    seconds: float
    peaks_mb: list[float]

    @property
    def peak_mb(self) -> float:
        """All together, pages that they share counted in each: more than was ever held."""
        return sum(self.peaks_mb)


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
    while child.poll() is None:
        for pid in _family(child.pid):
            peaks[pid] = max(peaks.get(pid, 0.0), _peak_mb(pid))
        time.sleep(_LOOK_S)
    seconds = time.perf_counter() - started
    output = child.stdout.read() if child.stdout else ""
    if child.returncode:
        raise RuntimeError(f"{command[0]} failed: {output.strip().splitlines()[-1:]}")
    return Watched(seconds, [peaks[pid] for pid in sorted(peaks)])


def _family(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(one for child in below for one in _family(child))]


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
