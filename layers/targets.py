"""Where a file may be written: a place that takes one, and nothing of the user's in it."""

from pathlib import Path

from layers.errors import TargetRefused
from layers.sniff import EMPTY, sniff


def check_replaceable(path: Path, kind: str) -> None:
    """Refuse a place where no file can be written, or where one of another kind (layers.sniff) lies."""
    try:
        if not path.parent.is_dir():
            raise TargetRefused(
                f"Expected an existing folder to write {path.name} in, found none at {path.parent}."
            )
        if path.is_dir():
            raise TargetRefused(
                f"Expected a file name to write, found the folder {path}: add a file name to it."
            )
        exists = path.exists()
        if not exists or path.is_file():  # a device is not tried: it may wait for a reader
            path.open("ab").close()
            if not exists:
                path.unlink()
    except OSError as error:
        raise not_written(path, error) from error
    content = sniff(path) if path.is_file() else EMPTY
    if content != EMPTY and content.kind != kind:
        raise TargetRefused(
            f"Expected to write a new file or to replace one of the same kind, found {content.words} in {path}:"
            " choose another name."
        )


def check_apart(path: Path, source: Path) -> None:
    """Refuse to write over a source: its file, a part of a shapefile, a file in its folder."""
    try:
        is_part = path.exists() and any(path.samefile(part) for part in files_of(source))
    except OSError:  # neither can be read: whoever opens them says so
        return
    if is_part:
        raise TargetRefused(
            f"Expected to write beside the source, found {path}, which is part of it: choose another name."
        )


def files_of(path: Path) -> list[Path]:
    """The files that a user means with a path: all of a folder, all parts of a shapefile, or the one."""
    if path.is_dir():
        return [found for found in path.rglob("*") if found.is_file()]
    if path.suffix.lower() == ".shp":
        return [part for part in path.parent.iterdir() if part.stem == path.stem]
    return [path]


def not_written(path: Path, error: OSError) -> TargetRefused:
    return TargetRefused(
        f"Expected to be able to write {str(path)[:200]}, found: {error.strerror or error}: choose another place."
    )
