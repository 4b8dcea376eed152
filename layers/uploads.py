"""Files sent from the pages: kept in a folder of their own until their import has been settled."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.errors import UploadNotFound, UploadRefused
from layers.fields import safe_name
from layers.limits import upload_bytes, upload_days, uploads_dir
from layers.models import ImportRun

_TOKEN = re.compile(r"[0-9a-f]{32}")
_META = "upload.json"
_LONGEST_NAME = 120
_DAY_S = 86_400


@dataclass(frozen=True)
class Upload:
    """One or several files (the loose parts of a shapefile) that were received whole."""

    token: str
    who: str
    files: tuple[tuple[str, int], ...]

    @property
    def folder(self) -> Path:
        return uploads_dir() / self.token

    @property
    def path(self) -> Path:
        """The file, or the folder of the loose parts."""
        inside = self.folder / self.stem
        return inside / self.files[0][0] if len(self.files) == 1 else inside

    @property
    def main_file(self) -> str:
        """The name that stands for all: the .shp of loose parts, else the first."""
        names = [name for name, _ in self.files]
        return next((name for name in names if name.lower().endswith(".shp")), names[0])

    @property
    def stem(self) -> str:
        return safe_name(self.main_file.split(".")[0])[:50] or "layer"

    @property
    def label(self) -> str:
        others = len(self.files) - 1
        return self.main_file if not others else f"{self.main_file} (+{others})"

    @property
    def size_bytes(self) -> int:
        return sum(size for _, size in self.files)


def receive(chunks: Iterable[bytes], *, file_name: str, who: str) -> Upload:
    """Keep one file."""
    return receive_parts([(file_name, chunks)], who=who)


def receive_parts(parts: Iterable[tuple[str, Iterable[bytes]]], *, who: str) -> Upload:
    """Keep several files that belong together; uploads that nobody used for long go at the same time."""
    remove_old()
    token = secrets.token_hex(16)
    folder = uploads_dir() / token
    (folder / "parts").mkdir(parents=True, mode=0o700)
    try:
        files = tuple(_written(folder / "parts", parts))
        upload = Upload(token, who, files)
        (folder / "parts").rename(folder / upload.stem)
        (folder / _META).write_text(json.dumps({"who": who, "files": files}), encoding="utf-8")
    except BaseException:  # also a connection that ends: what is not whole is not kept
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def _written(folder: Path, parts: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[tuple[str, int]]:
    taken: set[str] = set()
    left = upload_bytes()
    for given, chunks in parts:
        name = checked_name(given)
        if name.lower() in taken:
            raise UploadRefused(f"Expected files of different names, found {name!r} twice: send each once.")
        taken.add(name.lower())
        size = 0
        with (folder / name).open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > left:
                    raise too_large()
                file.write(chunk)
        left -= size
        yield name, size
    if not taken:
        raise UploadRefused("Expected at least one file, found none: choose the files of one layer.")


def too_large() -> UploadRefused:
    return UploadRefused(
        f"Expected at most {upload_bytes() / 1e6:,.0f} MB in one upload, found more: pack the layer as a zip,"
        " or import it with `gisplan import_layer` on the server."
    )


def checked_name(given: str) -> str:
    """The last part of a name as a browser gives it; folders, controls and hidden files have no place in it."""
    name = given.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name or name.startswith(".") or not name.isprintable():
        raise UploadRefused(f"Expected a file with a plain name, found {given[:60]!r}: give it another name.")
    if len(name.encode()) > _LONGEST_NAME:
        raise UploadRefused(
            f"Expected a file name of at most {_LONGEST_NAME} bytes, found {name[:40]!r}…: shorten it."
        )
    return name


def find(token: str) -> Upload:
    """An upload that is still kept."""
    try:
        meta = (
            json.loads((uploads_dir() / token / _META).read_text("utf-8"))
            if _TOKEN.fullmatch(token)
            else None
        )
    except FileNotFoundError:
        meta = None
    if meta is None:
        raise UploadNotFound(
            "Expected an upload that is still kept, found none under this address: uploads go after"
            f" {upload_days()} days without use, send the files again."
        )
    return Upload(token, meta["who"], tuple((name, size) for name, size in meta["files"]))


def upload_of(run: ImportRun) -> Upload | None:
    """The files that a run imports, where they are still kept."""
    try:
        return find(str(run.options.get("upload", "")))
    except UploadNotFound:
        return None


def used(upload: Upload) -> None:
    """Its days begin again."""
    (upload.folder / _META).touch()


def remove_old() -> int:
    """Remove the uploads, and the remains of broken ones, that nobody used for long; how many they were."""
    folder = uploads_dir()
    limit = time.time() - upload_days() * _DAY_S
    going = ImportRun.objects.filter(status__in=[ImportRun.Status.WAITING, ImportRun.Status.RUNNING])
    needed = set(going.values_list("options__upload", flat=True))
    old = [
        kept
        for kept in (folder.iterdir() if folder.is_dir() else ())
        if _TOKEN.fullmatch(kept.name) and kept.name not in needed and _last_used(kept) < limit
    ]
    for kept in old:
        shutil.rmtree(kept, ignore_errors=True)
    return len(old)


def _last_used(folder: Path) -> float:
    meta = folder / _META
    try:
        return (meta if meta.exists() else folder).stat().st_mtime
    except FileNotFoundError:  # another upload removes it at the same time
        return time.time()


def kept() -> dict[str, Any]:
    """How many uploads there are, and how many bytes they hold."""
    folder = uploads_dir()
    metas = list(folder.glob(f"*/{_META}")) if folder.is_dir() else []
    sizes = [size for meta in metas for _, size in json.loads(meta.read_text("utf-8"))["files"]]
    return {"uploads": len(metas), "bytes": sum(sizes)}
