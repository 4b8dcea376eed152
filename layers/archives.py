"""Unpack a zip of any nesting without leaving the folder it is given, within the limits of the settings."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from layers.errors import ArchiveRefused
from layers.limits import ARCHIVE_DEPTH, archive_bytes, archive_files, archive_ratio

_SMALL_BYTES = 50_000_000  # up to here any growth is taken: a table of blanks packs very well
_HEADER_BYTES = 30


def unpack(archive: Path, into: Path) -> None:
    """Nested archives are unpacked beside where they lay; the limits hold for all of them together."""
    _Unpacking(archive.name).unpack(archive, into, depth=1)


class _Unpacking:
    def __init__(self, name: str) -> None:
        self._name = name
        self._files = self._bytes = 0

    def unpack(self, archive: Path, into: Path, *, depth: int) -> None:
        if depth > ARCHIVE_DEPTH:
            raise ArchiveRefused(
                f"Expected at most {ARCHIVE_DEPTH} zip archives inside each other in {self._name}, found more:"
                " unpack it and import what is inside."
            )
        self._extract(archive, into)
        for nested in sorted(path for path in into.rglob("*") if path.suffix.lower() == ".zip"):
            if nested.is_file() and zipfile.is_zipfile(nested):
                inside = nested.with_name(f"{nested.stem}_unpacked")
                inside.mkdir(exist_ok=True)
                self.unpack(nested, inside, depth=depth + 1)
                nested.unlink()

    def _extract(self, archive: Path, into: Path) -> None:
        try:
            with zipfile.ZipFile(archive) as opened:
                members = [member for member in opened.infolist() if not member.is_dir()]
                self._count(members)
                self._check_packing(members, archive.stat().st_size)
                for member in members:
                    self._check_place(member)
                opened.extractall(into, members)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            EOFError,
            OSError,
            zlib.error,
        ) as error:
            raise ArchiveRefused(
                f"Expected a readable zip archive in {self._name}, found: {error}:"
                " pack it again without a password."
            ) from error

    def _count(self, members: list[zipfile.ZipInfo]) -> None:
        self._files += len(members)
        self._bytes += sum(member.file_size for member in members)
        if self._files > archive_files() or self._bytes > archive_bytes():
            raise ArchiveRefused(
                f"Expected at most {archive_files():,} files and {archive_bytes():,} bytes in {self._name} once"
                f" unpacked, found {self._files:,} files and {self._bytes:,} bytes: pack only the layer."
            )

    def _check_packing(self, members: list[zipfile.ZipInfo], packed_bytes: int) -> None:
        """Each member has bytes of its own, and does not grow beyond what data of layers grow."""
        unpacked_bytes = sum(member.file_size for member in members)
        if unpacked_bytes > max(_SMALL_BYTES, packed_bytes * archive_ratio()):
            raise ArchiveRefused(
                f"Expected {self._name} to grow at most {archive_ratio():,}-fold when unpacked, found"
                f" {packed_bytes:,} bytes that become {unpacked_bytes:,}: pack only the layer."
            )
        end = 0
        for member in sorted(members, key=lambda member: member.header_offset):
            if member.header_offset < end:
                raise ArchiveRefused(
                    f"Expected each file in {self._name} to have bytes of its own, found {member.filename!r} inside"
                    " another: pack it again."
                )
            end = member.header_offset + _HEADER_BYTES + member.compress_size

    def _check_place(self, member: zipfile.ZipInfo) -> None:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if is_link or place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
            raise ArchiveRefused(
                f"Expected files that stay inside {self._name}, found {member.filename!r}, which is"
                f" {'a link' if is_link else 'a path that leads out of it'}: pack it again."
            )
