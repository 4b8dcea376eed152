"""Limits of what is read, each a Django setting with a default."""

import tempfile
from pathlib import Path

from django.conf import settings

ARCHIVE_DEPTH = 4


def stored_srid() -> int:
    """`LAYERS_STORED_SRID`: the system in which every layer is stored."""
    return int(getattr(settings, "LAYERS_STORED_SRID", 32632))


def archive_bytes() -> int:
    """`LAYERS_ARCHIVE_BYTES`: what a zip may hold once unpacked."""
    return int(getattr(settings, "LAYERS_ARCHIVE_BYTES", 4_000_000_000))


def archive_files() -> int:
    """`LAYERS_ARCHIVE_FILES`: how many files a zip may hold."""
    return int(getattr(settings, "LAYERS_ARCHIVE_FILES", 10_000))


def reader_role() -> str:
    """`LAYERS_READER_ROLE`: the role of the database that sees public layers alone."""
    return str(getattr(settings, "LAYERS_READER_ROLE", "gisplan_reader"))


def database_address() -> tuple[str, str] | None:
    """`LAYERS_DATABASE_ADDRESS`: host:port at which others reach the database, where it is not the product's own."""
    host, _, port = str(getattr(settings, "LAYERS_DATABASE_ADDRESS", "")).rpartition(":")
    return (host, port) if host else None


def staged_days() -> int:
    """`LAYERS_STAGED_DAYS`: after how many days a version that nobody published is worth a note."""
    return int(getattr(settings, "LAYERS_STAGED_DAYS", 14))


def uploads_dir() -> Path:
    """`LAYERS_UPLOADS_DIR`: where files sent from the pages wait for their import."""
    return Path(getattr(settings, "LAYERS_UPLOADS_DIR", Path(tempfile.gettempdir()) / "layers-uploads"))


def upload_bytes() -> int:
    """`LAYERS_UPLOAD_BYTES`: what one upload may hold, all its files together."""
    return int(getattr(settings, "LAYERS_UPLOAD_BYTES", 500_000_000))


def upload_days() -> int:
    """`LAYERS_UPLOAD_DAYS`: how long an upload is kept after it was last used."""
    return int(getattr(settings, "LAYERS_UPLOAD_DAYS", 7))


def inline_bytes() -> int:
    """`LAYERS_INLINE_BYTES`: a larger upload is imported by the background worker, not while a page waits."""
    return int(getattr(settings, "LAYERS_INLINE_BYTES", 5_000_000))
