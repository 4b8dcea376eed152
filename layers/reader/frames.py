"""What a reading process sends: frames of one kind byte, eight bytes of length, and the content."""

import os
import select
import struct
import time
from collections.abc import Sequence
from typing import Any

ANSWER, SCHEMA, BATCH, END, REFUSED, NO_MEMORY = b"A", b"S", b"B", b"Z", b"E", b"M"
_HEAD = struct.Struct("<cQ")


class Silent(Exception):
    """Nothing came within the time that was given."""


class Oversized(Exception):
    """A frame longer than what is taken."""


def send(fd: int, kind: bytes, content: Any = b"") -> None:
    """Write one frame whole; waits where the reader is behind."""
    view = memoryview(content).cast("B")
    _write(fd, [memoryview(_HEAD.pack(kind, len(view))), view])


def _write(fd: int, views: Sequence[memoryview]) -> None:
    left = [view for view in views if len(view)]
    while left:
        done = os.writev(fd, left)
        while left and done >= len(left[0]):
            done -= len(left.pop(0))
        if left and done:
            left[0] = left[0][done:]


def receive(fd: int, *, silence_s: float, limit_bytes: int) -> tuple[bytes, bytearray] | None:
    """The next frame, or None where the sender ended without one."""
    head = _read(fd, _HEAD.size, silence_s)
    if head is None:
        return None
    kind, length = _HEAD.unpack(head)
    if length > limit_bytes:
        raise Oversized
    content = _read(fd, length, silence_s)
    return None if content is None else (kind, content)


def _read(fd: int, length: int, silence_s: float) -> bytearray | None:
    content = bytearray(length)
    view, filled = memoryview(content), 0
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    limit = time.monotonic() + silence_s
    while filled < length:
        if not poller.poll(max(0.0, limit - time.monotonic()) * 1000):
            raise Silent
        count = os.readv(fd, [view[filled:]])
        if not count:
            return None
        filled += count
        limit = time.monotonic() + silence_s
    return content
