"""Folders for the time of an import; those of a process that was killed are known by their lock, which died with it."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "layers-"
_NEW_PREFIX = "layers_new-"  # not yet locked
_LOCK = ".in_use"
_NEW_S = 3_600


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes away at the end of the block."""
    new = Path(tempfile.mkdtemp(prefix=_NEW_PREFIX))
    try:
        with (new / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = new.with_name(_PREFIX + new.name.removeprefix(_NEW_PREFIX))
            new = new.rename(made)
            inside = new / "files"
            inside.mkdir()
            yield inside
    finally:
        shutil.rmtree(new, ignore_errors=True)


def left_behind() -> list[Path]:
    """Folders of this user whose process is gone."""
    root = Path(tempfile.gettempdir())
    return [path for path in sorted(root.glob("layers*-*")) if _is_ours(path) and not _in_use(path)]


def sweep() -> list[Path]:
    """Remove what killed processes left; returns what was removed."""
    gone = left_behind()
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def _is_ours(path: Path) -> bool:
    with suppress(OSError):
        found = path.lstat()
        return path.is_dir() and not path.is_symlink() and found.st_uid == os.geteuid()
    return False


def _in_use(path: Path) -> bool:
    if path.name.startswith(_NEW_PREFIX):
        with suppress(OSError):
            return time.time() - path.stat().st_mtime < _NEW_S
        return True
    try:
        with (path / _LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no lock in it: not one of these folders, or one that is just going away
        return True
    return False
