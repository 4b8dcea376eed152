"""One file, read once, in a process of its own that only the one driver of its format can reach."""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa  # here, so that it is loaded before any file is there
import pyogrio
import pyogrio.core
import pyogrio.raw
from pyogrio.errors import DataLayerError, DataSourceError

from layers.reader import frames, guard

# A path is a path: pyogrio would take one that ends in .zip, or holds "!" or "://", for a place inside another.
pyogrio.core.get_vsi_path_or_buffer = pyogrio.raw.get_vsi_path_or_buffer = pyogrio.core.vsi_path = str

# What GDAL, PROJ and Python may open besides the file: libraries and tables, no one's data.
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/meminfo", "/dev/null")


class _Refused(Exception):
    """A sentence's middle part: what was found."""


#: How GDAL and its Python side end on files that are broken: pyogrio decodes names strictly, and where GDAL
#: has no text for a system it reaches a variable that was never set.
_BROKEN = (DataSourceError, DataLayerError, OSError, ValueError, RuntimeError, UnboundLocalError, _Refused)


def run(request: dict[str, Any], fd: int) -> None:
    """Answer one request; whatever is wrong with the file is a frame or the end of this process."""
    try:
        guards = _guarded(request)
        if request["work"] == "guards":
            _answer(fd, guards)
            return
        _only_driver(request["driver"])
        _WORK[request["work"]](request, fd)
    except MemoryError as error:
        frames.send(fd, frames.NO_MEMORY, str(error).encode())
    except _BROKEN as error:
        frames.send(fd, frames.REFUSED, str(error).encode("utf-8", "replace"))


def _guarded(request: dict[str, Any]) -> list[str]:
    readable = [
        *request["readable"],
        *_SYSTEM,
        sys.prefix,
        sys.base_prefix,
        str(Path(pyogrio.__file__).parent),
    ]
    held = guard.take_limits(request["memory_bytes"], request["cpu_s"])
    return [*held, *guard.shut_files(readable), *guard.shut_network()]


def _only_driver(driver: str) -> None:
    """Unregister every other one, so that no name in a file and no content reaches it."""
    others = set(pyogrio.list_drivers()) - {driver}
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(sorted(others))})
    pyogrio.core._register_drivers()
    left = set(pyogrio.list_drivers())
    if left != {driver}:
        raise _Refused(f"no reader of {driver} in this installation of GDAL ({', '.join(sorted(left))})")


def _list_layers(request: dict[str, Any], fd: int) -> None:
    listed = pyogrio.list_layers(request["path"])
    _answer(fd, [[str(name), kind] for name, kind in listed])


def _read_info(request: dict[str, Any], fd: int) -> None:
    info = pyogrio.read_info(
        request["path"],
        layer=request["layer"],
        encoding=request["encoding"],
        force_feature_count=True,
        **request["options"],
    )
    _answer(fd, info)


def _read_arrow(request: dict[str, Any], fd: int) -> None:
    opened = pyogrio.raw.open_arrow(
        request["path"],
        layer=request["layer"],
        encoding=request["encoding"],
        columns=request["columns"],
        batch_size=request["batch_rows"],
        use_pyarrow=True,
        **request["options"],
    )
    with opened as (_, reader):
        schema: pa.Schema = reader.schema
        frames.send(fd, frames.SCHEMA, schema.serialize())
        if request["schema_only"]:
            return
        while (batch := next(reader, None)) is not None:
            frames.send(fd, frames.BATCH, batch.serialize())
    frames.send(fd, frames.END)


def _answer(fd: int, answer: Any) -> None:
    frames.send(fd, frames.ANSWER, json.dumps(answer, default=_plain).encode())


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


_WORK = {"layers": _list_layers, "info": _read_info, "arrow": _read_arrow}
