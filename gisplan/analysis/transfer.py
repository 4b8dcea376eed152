"""A line about a transfer that goes on: on a terminal it moves, elsewhere it is written every ten seconds."""

import time
from typing import IO, Any


class TransferLine:
    def __init__(self, name: str, stream: "IO[str] | Any") -> None:
        self._name, self._stream = name, stream
        self._moves = bool(getattr(stream, "isatty", lambda: False)())
        self._started = time.monotonic()
        self._written = self._started
        self._first: int | None = None

    def __call__(self, here: int, whole: int | None) -> None:
        now = time.monotonic()
        self._first = here if self._first is None else self._first
        is_whole = whole is not None and here >= whole
        if now - self._written < (0.2 if self._moves else 10) and not (is_whole and self._moves):
            return
        self._written = now
        end = "\n" if is_whole or not self._moves else ""
        self._stream.write(f"{chr(13) if self._moves else ''}{self._text(now, here, whole)}{end}")
        self._stream.flush()

    def _text(self, now: float, here: int, whole: int | None) -> str:
        rate = (here - (self._first or 0)) / max(now - self._started, 0.001)
        text = f"{self._name}: {here / 1e6:,.1f}"
        if whole is None:
            return f"{text} MB, {rate / 1e6:.1f} MB/s"
        left = f", {(whole - here) / rate:,.0f} s left" if rate > 0 and here < whole else ""
        return f"{text} of {whole / 1e6:,.1f} MB ({here / whole:.0%}), {rate / 1e6:.1f} MB/s{left}   "
