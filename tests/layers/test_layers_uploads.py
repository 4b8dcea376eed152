"""Files sent from the pages: kept whole in a folder of their own, found by their token alone, gone when old."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layers import uploads
from layers.errors import UploadNotFound, UploadRefused
from layers.models import ImportRun

pytestmark = pytest.mark.django_db
DAY_S = 86_400


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.LAYERS_UPLOADS_DIR = tmp_path / "uploads"
    settings.LAYERS_UPLOAD_DAYS = 7
    return tmp_path / "uploads"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def aged(upload: uploads.Upload, days: float) -> uploads.Upload:
    then = time.time() - days * DAY_S
    os.utime(upload.folder / "upload.json", (then, then))
    return upload


def test_one_file_is_a_file_and_several_are_a_folder_named_after_the_shp() -> None:
    one = uploads.receive([b"a", b"bc"], file_name="Località.gpkg", who="gino")
    assert (one.path.name, one.path.read_bytes(), one.size_bytes) == ("Località.gpkg", b"abc", 3)
    parts = [("b.dbf", [b"1"]), ("Strade Comunali.shp", [b"2"]), ("b.shx", [b"3"])]
    several = uploads.receive_parts(parts, who="gino")
    assert several.path.is_dir()
    assert (several.path.name, several.label) == ("strade_comunali", "Strade Comunali.shp (+2)")
    assert uploads.find(several.token) == several


@pytest.mark.parametrize("token", ["", "..", "a" * 31, "../" + "a" * 29, "A" * 32, "a" * 32, "a" * 32 + "\n"])
def test_what_is_no_token_of_a_kept_upload_is_not_found(token: str) -> None:
    with pytest.raises(UploadNotFound, match="send the files again"):
        uploads.find(token)


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/..", ".htaccess", "a\0.shp", "a\nb.shp", "x" * 121, "é" * 61]
)
def test_a_name_that_no_plain_file_has_is_refused_and_leaves_nothing(folder: Path, name: str) -> None:
    with pytest.raises(UploadRefused, match="Expected a file"):
        uploads.receive([b"a"], file_name=name, who="gino")
    assert list(folder.iterdir()) == []


def test_a_connection_that_ends_leaves_nothing(folder: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        uploads.receive(chunks(), file_name="a.gpkg", who="gino")
    assert list(folder.iterdir()) == []


def test_the_limit_holds_for_all_files_together(settings: Any, folder: Path) -> None:
    settings.LAYERS_UPLOAD_BYTES = 10
    uploads.receive_parts([("a.shp", [b"12345"]), ("a.dbf", [b"12345"])], who="gino")
    with pytest.raises(UploadRefused, match="Expected at most"):
        uploads.receive_parts([("a.shp", [b"12345"]), ("a.dbf", [b"123456"])], who="gino")
    assert files_in(folder) == ["a.dbf", "a.shp", "upload.json"]


def test_an_upload_that_nobody_used_for_days_goes_with_the_next_one() -> None:
    old = aged(uploads.receive([b"a"], file_name="old.gpkg", who="gino"), 7.1)
    young = aged(uploads.receive([b"a"], file_name="young.gpkg", who="gino"), 6.9)
    assert not old.folder.exists()
    again = aged(uploads.receive([b"a"], file_name="again.gpkg", who="gino"), 8)
    uploads.used(again)
    assert uploads.remove_old() == 0
    assert young.path.exists()
    assert again.path.exists()


def test_an_upload_that_an_import_needs_stays(folder: Path) -> None:
    needed = aged(uploads.receive([b"a"], file_name="a.gpkg", who="gino"), 30)
    run = ImportRun.objects.create(file_name="a.gpkg", status="waiting", options={"upload": needed.token})
    assert uploads.remove_old() == 0
    run.status = "failed"
    run.save()
    assert uploads.upload_of(run) == needed
    assert uploads.remove_old() == 1
    assert uploads.upload_of(run) is None
    assert uploads.kept() == {"uploads": 0, "bytes": 0}


def test_the_remains_of_a_killed_upload_go_too(folder: Path) -> None:
    remains = folder / ("b" * 32)
    (remains / "parts").mkdir(parents=True)
    then = time.time() - 8 * DAY_S
    os.utime(remains, (then, then))
    (folder / "not-ours").mkdir()
    os.utime(folder / "not-ours", (then, then))
    assert uploads.remove_old() == 1
    assert (folder / "not-ours").exists()
