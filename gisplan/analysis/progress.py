"""A bar of named steps for work that cannot be counted by rows: seen on a terminal, silent elsewhere."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from tqdm import tqdm


class Steps:
    """`steps("build")` says that this step begins, and so that the one before it is done."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._bar: tqdm[Any] = tqdm(total=len(self._names), unit="step", disable=None)

    def __enter__(self) -> "Steps":
        return self

    def __call__(self, name: str) -> None:
        self._bar.set_description(name)
        self._bar.update(self._names.index(name) - self._bar.n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._bar.update(len(self._names) - self._bar.n)
        self._bar.close()
