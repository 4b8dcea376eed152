"""Work beside the work: batches read ahead, rows written behind; few wait at a time, so memory stays constant."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_WAITING = 2  # how many batches wait between two threads
_END = object()


def ahead(items: Generator[Any, None, None]) -> Iterator[Any]:
    """The same items, made by another thread while this one works; leaving early closes their maker."""
    with ThreadPoolExecutor(1) as other:
        waiting = deque(other.submit(next, items, _END) for _ in range(_WAITING))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(other.submit(next, items, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()
            other.submit(items.close).result()


class Behind:
    """Hands items to one other thread that works on them in order; its failure is raised by the next call."""

    def __init__(self, work: Callable[[Any], None]) -> None:
        self._work, self._other = work, ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> "Behind":
        return self

    def __exit__(self, *_: object) -> None:
        self._other.shutdown(cancel_futures=True)

    def take(self, item: Any) -> None:
        self._waiting.append(self._other.submit(self._work, item))
        while len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def finish(self) -> None:
        """Wait until all is done."""
        while self._waiting:
            self._waiting.popleft().result()
