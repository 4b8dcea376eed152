"""Limits of what is read, each a Django setting with a default."""

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


def download_bytes() -> int:
    """`LAYERS_DOWNLOAD_BYTES`: the largest file that is fetched."""
    return int(getattr(settings, "LAYERS_DOWNLOAD_BYTES", 4_000_000_000))


def download_timeout_s() -> int:
    """`LAYERS_DOWNLOAD_TIMEOUT_S`: how long a server may be silent."""
    return int(getattr(settings, "LAYERS_DOWNLOAD_TIMEOUT_S", 30))
