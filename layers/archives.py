"""Unpack a zip of any nesting without leaving the folder it is given, within the limits of the settings."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from layers.errors import ArchiveRefused
from layers.limits import ARCHIVE_DEPTH, archive_bytes, archive_files


def unpack(archive: Path, into: Path) -> None:
    _unpack(archive, into, depth=1)


def _unpack(archive: Path, into: Path, *, depth: int) -> None:
    if depth > ARCHIVE_DEPTH:
        raise ArchiveRefused(
            f"Expected at most {ARCHIVE_DEPTH} zip archives inside each other, found more in {archive.name}:"
            " unpack it and import what is inside."
        )
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check(members, archive.name)
            for member in members:
                opened.extract(member, into)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise ArchiveRefused(
            f"Expected a readable zip archive in {archive.name}, found: {error}: pack it again without a"
            " password."
        ) from error
    for nested in sorted(into.rglob("*")):
        if nested.is_file() and zipfile.is_zipfile(nested) and nested.suffix.lower() == ".zip":
            inside = nested.with_suffix("")
            while inside.exists():
                inside = inside.with_name(inside.name + "_")
            inside.mkdir()
            _unpack(nested, inside, depth=depth + 1)
            nested.unlink()


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > archive_files():
        raise ArchiveRefused(
            f"Expected at most {archive_files():,} files in {name}, found {len(members):,}: pack only"
            " the layer."
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > archive_bytes():
        raise ArchiveRefused(
            f"Expected at most {archive_bytes():,} bytes in {name} once unpacked, found {unpacked:,}:"
            " import the unpacked file instead."
        )
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        link = stat.S_ISLNK(member.external_attr >> 16)
        if place.is_absolute() or ".." in place.parts or ":" in place.parts[0] or link:
            raise ArchiveRefused(
                f"Expected files that stay inside {name}, found {member.filename!r}, which is"
                f" {'a link' if link else 'a path that leads out of it'}: pack it again."
            )
