"""Steps of a script: each prints what it does, what came of it, and how long it took."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import IO


class Steps:
    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._started = time.monotonic()

    def run(self, title: str, step: Callable[[], str]) -> None:
        """`step` returns what it did, in a few words."""
        self.say(f"{title:<28} ", end="")
        started = time.monotonic()
        try:
            note = step()
        except BaseException:
            self.say("failed")
            raise
        self.say(f"{note}  [{time.monotonic() - started:.1f} s]")

    def say(self, text: str, end: str = "\n") -> None:
        self._stream.write(text + end)
        self._stream.flush()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started


def run_all(steps: Steps, table: Mapping[str, Callable[[], str]]) -> None:
    for title, step in table.items():
        steps.run(title, step)
