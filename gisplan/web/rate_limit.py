"""How often an address may ask for work: no cookie, no row; what is known of an address is forgotten in a minute."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest

from gisplan.web.refusals import TooManyRequests

WINDOW_S = 60.0
MAX_ADDRESSES = 10_000


@dataclass
class RateLimit:
    """A bucket of permissions for each address that fills again over a minute; one for each web process."""

    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, address: str, *, per_minute: int) -> float:
        """0 where the address may go on, and one permission is taken; else the seconds until it may."""
        if per_minute <= 0:
            return WINDOW_S
        with self._lock:
            now = self.clock()
            if len(self._left) >= MAX_ADDRESSES:
                self._forget(now)
            left, since = self._left.get(address, (float(per_minute), now))
            left = min(per_minute, left + (now - since) * per_minute / WINDOW_S)
            if left < 1:
                return (1 - left) * WINDOW_S / per_minute
            self._left[address] = (left - 1, now)
            return 0.0

    def _forget(self, now: float) -> None:
        """Addresses whose bucket is full again; all of them where that frees nothing."""
        self._left = {key: value for key, value in self._left.items() if now - value[1] < WINDOW_S}
        if len(self._left) >= MAX_ADDRESSES:
            self._left.clear()


def take(request: HttpRequest, limit: RateLimit, *, per_minute: int, times: int = 1) -> None:
    """Let a visitor go on, or say how long to wait; who is signed in is known and waits for nothing."""
    if request.user.is_authenticated:
        return
    address = address_of(request)
    wait_s = max(limit.wait_s(address, per_minute=per_minute) for _turn in range(times))
    if wait_s:
        raise TooManyRequests(math.ceil(wait_s))


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind our own web servers, the one that the outermost of them saw."""
    if settings.PROXIES:
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= settings.PROXIES:
            return seen[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
