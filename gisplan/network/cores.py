"""Shares of one piece of work on all cores: threads, since the kernels let go of the interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def shares_of(n_items: int, size: int) -> list[slice]:
    """Slices of at most `size` items that cover `n_items`, in order."""
    return [slice(first, min(first + size, n_items)) for first in range(0, n_items, size)]


def on_all_cores(work: Callable[[slice], Result], shares: list[slice]) -> Iterator[Result]:
    """The result of each share, in the order of the shares; the first error is raised."""
    workers = min(len(shares), _cores())
    if workers <= 1:
        yield from map(work, shares)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, shares)


def _cores() -> int:
    """Cores that this process may use, not all that the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
