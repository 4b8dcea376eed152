"""Limits of what is read, each a Django setting with a default."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

ARCHIVE_DEPTH = 4


def stored_srid() -> int:
    """`LAYERS_STORED_SRID`: the system in which every layer is stored."""
    return int(_setting("LAYERS_STORED_SRID", 32632))


def archive_bytes() -> int:
    """`LAYERS_ARCHIVE_BYTES`: what a zip may hold once unpacked."""
    return int(_setting("LAYERS_ARCHIVE_BYTES", 4_000_000_000))


def archive_files() -> int:
    """`LAYERS_ARCHIVE_FILES`: how many files a zip may hold."""
    return int(_setting("LAYERS_ARCHIVE_FILES", 10_000))


def archive_ratio() -> int:
    """`LAYERS_ARCHIVE_RATIO`: how many times its size a large zip may grow when unpacked."""
    return int(_setting("LAYERS_ARCHIVE_RATIO", 250))


def columns() -> int:
    """`LAYERS_COLUMNS`: how many columns a layer may have; PostgreSQL holds at most 1,600."""
    return int(_setting("LAYERS_COLUMNS", 1_500))


def feature_vertices() -> int:
    """`LAYERS_FEATURE_VERTICES`: how many vertices one feature may have."""
    return int(_setting("LAYERS_FEATURE_VERTICES", 5_000_000))


def file_vertices() -> int:
    """`LAYERS_FILE_VERTICES`: how many vertices all features of a layer may have together."""
    return int(_setting("LAYERS_FILE_VERTICES", 80_000_000))


def issues_kept() -> int:
    """`LAYERS_ISSUES_KEPT`: how many issues are kept one by one; those beyond are counted by kind."""
    return int(_setting("LAYERS_ISSUES_KEPT", 50_000))


def reader_memory_bytes() -> int:
    """`LAYERS_READER_MEMORY_BYTES`: what the process that reads a file may take beyond its libraries."""
    return int(_setting("LAYERS_READER_MEMORY_BYTES", 2_000_000_000))


def reader_cpu_s() -> int:
    """`LAYERS_READER_CPU_S`: processor seconds that one reading of a file may take."""
    return int(_setting("LAYERS_READER_CPU_S", 900))


def reader_silence_s() -> float:
    """`LAYERS_READER_SILENCE_S`: how long the next rows of a file are awaited."""
    return float(_setting("LAYERS_READER_SILENCE_S", 300))


def reader_role() -> str:
    """`LAYERS_READER_ROLE`: the role of the database that sees public layers alone."""
    return str(_setting("LAYERS_READER_ROLE", "gisplan_reader"))


def database_address() -> tuple[str, str] | None:
    """`LAYERS_DATABASE_ADDRESS`: host:port at which others reach the database, where it is not the product's own."""
    host, _, port = str(_setting("LAYERS_DATABASE_ADDRESS", "")).rpartition(":")
    return (host, port) if host else None


def staged_days() -> int:
    """`LAYERS_STAGED_DAYS`: after how many days a version that nobody published is worth a note."""
    return int(_setting("LAYERS_STAGED_DAYS", 14))


def download_bytes() -> int:
    """`LAYERS_DOWNLOAD_BYTES`: the largest file that is fetched."""
    return int(_setting("LAYERS_DOWNLOAD_BYTES", 4_000_000_000))


def download_timeout_s() -> int:
    """`LAYERS_DOWNLOAD_TIMEOUT_S`: how long a server may be silent."""
    return int(_setting("LAYERS_DOWNLOAD_TIMEOUT_S", 30))


def uploads_dir() -> Path:
    """`LAYERS_UPLOADS_DIR`: where files sent from the pages wait for their import."""
    return Path(_setting("LAYERS_UPLOADS_DIR", Path(tempfile.gettempdir()) / "layers-uploads"))


def upload_bytes() -> int:
    """`LAYERS_UPLOAD_BYTES`: what one upload may hold, all its files together."""
    return int(_setting("LAYERS_UPLOAD_BYTES", 500_000_000))


def upload_days() -> int:
    """`LAYERS_UPLOAD_DAYS`: how long an upload is kept after it was last used."""
    return int(_setting("LAYERS_UPLOAD_DAYS", 7))


def tiles_dir() -> Path:
    """`LAYERS_TILES_DIR`: where the tiles of low zooms are kept; what is in it can be made again."""
    return Path(_setting("LAYERS_TILES_DIR", Path(tempfile.gettempdir()) / "layers-tiles"))


def after_publication() -> Sequence[str]:
    """`LAYERS_AFTER_PUBLICATION`: functions, by dotted path, that take the layer once another version is current."""
    return tuple(_setting("LAYERS_AFTER_PUBLICATION", ()))


def inline_bytes() -> int:
    """`LAYERS_INLINE_BYTES`: a larger upload is imported by the background worker, not while a page waits."""
    return int(_setting("LAYERS_INLINE_BYTES", 5_000_000))


def _setting(name: str, default: Any) -> Any:
    return getattr(settings, name, default)
