"""What every benchmark shares: rows, timing, memory, digests of inputs, peers in their own process."""

import hashlib
import json
import resource
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Row:
    """One piece of work, ours and a peer's. `ratio` above 1 means that ours is better, whatever the unit.

    `goal` is the most (or, by the second, the least) that ours should be, where one is set, and `of_goal` ours in parts
    of it. `cpu` is the processor time of ours in the same unit, all threads together, where it was taken: on a machine
    that others use, `ours` also holds the waiting for a core. `peak_mb` is the most memory of ours, `peer_mb` of the
    peer.
    """

    work: str
    ours: float
    peer: float | None
    peer_name: str
    peer_command: str
    unit: str
    peak_mb: float
    cpu: float | None = None
    goal: float | None = None
    peer_mb: float | None = None

    @property
    def of_goal(self) -> float | None:
        return self.ours / self.goal if self.goal else None

    @property
    def ratio(self) -> float | None:
        if self.peer is None or not self.ours or not self.peer:
            return None
        return self.ours / self.peer if self.unit.endswith("/s") else self.peer / self.ours

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"ratio": self.ratio, "of_goal": self.of_goal}


@dataclass(frozen=True)
class PeerResult:
    """What a peer's script printed: its median in the row's unit, and its answer for the comparison."""

    value: float
    answer: list[float]
    command: str


@dataclass(frozen=True)
class Bench:
    """What a case is given: the peers' Python, a folder for the inputs of both sides, whether to do large rows."""

    peer_python: Path
    folder: Path
    large: bool = False

    def say(self, text: str) -> None:
        sys.stdout.write(text + "\n")

    def say_input(self, name: str, *arrays: NDArray[np.generic]) -> None:
        self.say(f"input {name}: sha256 {digest(*arrays)}")

    def peer(self, script: str, *arguments: str | Path, limit_s: float | None = None) -> PeerResult:
        """Run benchmarks/peers/<script>, which prints {"value": …, "answer": […]} as its last line.

        One that takes longer than `limit_s` is ended, and so is the bench: a row without its peer says nothing.
        """
        path = Path(__file__).parent / "peers" / script
        words = [str(self.peer_python), str(path), *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=limit_s)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise RuntimeError(f"The peer {script} failed: {lines[-1]}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        return PeerResult(
            found["value"], found["answer"], shlex.join(["python", f"benchmarks/peers/{script}"])
        )


def digest(*arrays: NDArray[np.generic]) -> str:
    """The sha256 of the arrays' kinds, shapes and values."""
    total = hashlib.sha256()
    for array in arrays:
        total.update(f"{array.dtype.str}{array.shape}".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


class Taken(NamedTuple):
    """Medians of a call in seconds: by the clock, and of the processor in all threads of this process."""

    wall_s: float
    cpu_s: float


def taken_s(function: Callable[[], object], *, repeats: int) -> Taken:
    """As `median_s`, with the processor's time."""
    function()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter(), time.process_time()
        function()
        taken.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    walls, cpus = zip(*taken, strict=True)
    return Taken(statistics.median(walls), statistics.median(cpus))


def median_s(function: Callable[[], object], *, repeats: int) -> float:
    """Median seconds of a call, after one call that is not counted (compilation, caches)."""
    function()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def peak_mb() -> float:
    """The largest memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
