"""How many files a web process makes at once: those that wait hold a thread each, and pages need some."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gisplan.web.refusals import Busy

AT_ONCE = 2  # of the four threads of a process
WAITING = 1
LONGEST_S = 10.0


class Turns:
    """So many work, so many wait for their turn a little; whoever comes then is told to come again."""

    def __init__(
        self, *, at_once: int = AT_ONCE, waiting: int = WAITING, longest_s: float = LONGEST_S
    ) -> None:
        self._admitted = threading.BoundedSemaphore(at_once + waiting)
        self._working = threading.BoundedSemaphore(at_once)
        self._longest_s = longest_s

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn, for as long as the block lasts.

        Raises
        ------
        Busy
            Too many wait already, or the turn did not come in time.
        """
        if not self._admitted.acquire(blocking=False):
            raise Busy
        try:
            if not self._working.acquire(timeout=self._longest_s):
                raise Busy
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._admitted.release()
