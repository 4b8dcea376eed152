"""Tiles that are kept on disk: those of low zooms, which read much of a layer and are few."""

import gzip
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from layers import limits
from layers.models import Version
from layers.serving.classes import drawing_key
from layers.serving.tiles import Address, tile

KEPT_TO_ZOOM = 10
_LEVEL = 5
_DRAWINGS_KEPT = 3  # of a layer: the current version, one that waits, and one on its way out


def packed_tile(version: Version, address: Address) -> bytes:
    """The tile, gzipped: from the disk where it was asked before, else from the database."""
    if address.z > KEPT_TO_ZOOM:
        return _packed(tile(version, address))
    folder = limits.tiles_dir() / version.layer.name / drawing_key(version)
    path = folder / f"{address}.mvt.gz"
    with suppress(OSError):
        return path.read_bytes()
    made = _packed(tile(version, address))
    _keep(path, made)
    return made


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, _LEVEL, mtime=0)


def _keep(path: Path, content: bytes) -> None:
    """Whole or not at all; a full or read-only disk makes the site slower, not silent."""
    with suppress(OSError):
        is_new = not path.parent.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
        if is_new:
            _forget_oldest(path.parent.parent)


def _forget_oldest(of_layer: Path) -> None:
    newest_first = sorted(of_layer.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in newest_first[_DRAWINGS_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
