"""What a command shows to the person who typed it."""

import getpass
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tqdm import tqdm

from layers.reports import PHASES


class Bars:
    """A bar for each phase with its rows, their rate and the time left; silent where nobody watches."""

    def __init__(self, *, always: bool = False) -> None:
        self._shown = always or sys.stderr.isatty()
        self._bars: dict[str, tqdm[Any]] = {}

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bar in self._bars.values():
            bar.close()

    def __call__(self, phase: str, rows: int, total: int) -> None:
        if not self._shown:
            return
        if phase not in self._bars:
            self._bars[phase] = _bar(phase, total)
        bar = self._bars[phase]
        bar.update(rows - bar.n)


def _bar(phase: str, total: int) -> "tqdm[Any]":
    return tqdm(
        desc=f"{phase:<9}",
        total=total if total > 0 else None,
        position=PHASES.index(phase),
        unit=" rows",
        unit_scale=True,
        file=sys.stderr,
        mininterval=0.2,
        dynamic_ncols=True,
    )


def user_name(name: Callable[[], str] = getpass.getuser) -> str:
    """Who works at the terminal, for the history of a layer."""
    try:
        return name()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"uid {os.getuid()}"
