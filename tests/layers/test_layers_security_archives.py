"""Hostile archives end in one sentence: none leads out of its folder, makes a link, or grows beyond the settings."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import shapely
from pytest_django import Settings

from layers import archives
from layers.errors import ArchiveRefused, LayersError
from layers.importing import import_layer

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
PLACE = shapely.Point(7.6, 45.0)


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_archive_that_grows_too_many_times_is_refused(tmp_path: Path, settings: Settings) -> None:
    path = zipped(tmp_path / "bomb.zip", {"a.geojson": bytes(60_000_000)})
    with pytest.raises(ArchiveRefused, match="grow at most 250-fold"):
        import_layer(path, dry_run=True)
    settings.LAYERS_ARCHIVE_RATIO = 5_000
    with pytest.raises(LayersError) as other:  # what is inside is no GeoJSON
        import_layer(path, dry_run=True)
    assert "grow at most" not in str(other.value)


def overlapping(path: Path, copies: int) -> Path:
    """A zip whose directory names the same bytes many times (as in Fifield, A better zip bomb, WOOT 2019)."""
    raw = b" " * 100_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(raw) + packer.flush()
    sizes = struct.pack("<III", zlib.crc32(raw), len(packed), len(raw))
    names = [f"{number:04}.geojson".encode() for number in range(copies)]
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", 12, 0) + names[0]
    directory = b"".join(
        b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 33) + sizes
        + struct.pack("<HHHHHII", 12, 0, 0, 0, 0, 0, 0) + name
        for name in names
    )  # fmt: skip
    start = len(local) + len(packed)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, copies, copies, len(directory), start, 0)
    path.write_bytes(local + packed + directory + end)
    return path


def test_archive_whose_files_share_their_bytes_is_refused(tmp_path: Path) -> None:
    path = overlapping(tmp_path / "a.zip", 50)
    assert len(zipfile.ZipFile(path).infolist()) == 50
    with pytest.raises(ArchiveRefused, match="bytes of its own"):
        import_layer(path, dry_run=True)


def test_many_files_in_an_archive_are_refused(tmp_path: Path, settings: Settings) -> None:
    settings.LAYERS_ARCHIVE_FILES = 10
    path = zipped(tmp_path / "a.zip", {f"{number}.txt": b"" for number in range(11)})
    with pytest.raises(ArchiveRefused, match="at most 10 files"):
        import_layer(path, dry_run=True)


@pytest.mark.parametrize("name", ["/etc/a.geojson", "../../a.geojson", "C:\\a.geojson", "a/../../b.geojson"])
def test_archive_that_leads_out_writes_nothing(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {name: b"{}"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArchiveRefused, match="leads out of it"):
        import_layer(path, dry_run=True)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_archive_makes_no_link_pipe_or_device(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("a.geojson")
    member.external_attr = (kind | 0o666) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "/etc/passwd")
    into = tmp_path / "into"
    into.mkdir()
    with suppress(ArchiveRefused):
        archives.unpack(tmp_path / "a.zip", into)
    made = [stat.S_IFMT(path.lstat().st_mode) for path in into.rglob("*")]
    assert made == ([] if kind == stat.S_IFLNK else [stat.S_IFREG])
