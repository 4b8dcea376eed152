"""The `crs` member of a GeoJSON, which GDAL passes over in silence where it cannot resolve it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers import crs

_END_BYTES = 65_536  # the member stands before the features or after them
_LOOKS = 20  # so many places of the word are tried; it can be a property of features too
_MEMBER = re.compile(r'"crs"\s*:')
_WGS84_SPELLING = re.compile(r"(.*[^0-9])?4326|(.*[^A-Za-z])?CRS84")


def unresolved_member(path: Path) -> str | None:
    """What the member says, empty for null; None where there is none or it says WGS 84, as GDAL assumes."""
    declared = next(_members(path), {})
    if "crs" not in declared:
        return None
    text = _text(declared["crs"])
    return None if _WGS84_SPELLING.fullmatch(text) or crs.is_wgs84(text) else text


def _members(path: Path) -> Iterator[dict[str, Any]]:
    """A member counts only at the top: what stands before it, or after it, must be whole JSON."""
    with path.open("rb") as file:
        head = file.read(_END_BYTES).decode("utf-8-sig", "replace")
        file.seek(-min(_END_BYTES, path.stat().st_size), 2)
        tail = file.read().decode("utf-8", "replace")
    for found in [*_MEMBER.finditer(head)][:_LOOKS]:
        if _loaded(head[: found.start()] + '"crs": 0}') is not None:
            value = _value(head[found.end() :])
            yield {"crs": value}
    for found in [*_MEMBER.finditer(tail)][-_LOOKS:]:
        whole = _loaded("{" + tail[found.start() :])
        if whole is not None:
            yield whole


def _loaded(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _value(text: str) -> Any:
    """The first value of a text that may be cut after it."""
    try:
        return json.JSONDecoder().raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return text[:60]


def _text(member: Any) -> str:
    """The name or EPSG code in the member, else the member as it stands."""
    if member is None:
        return ""
    properties = member.get("properties") if isinstance(member, dict) else None
    if isinstance(properties, dict):
        if properties.get("code"):
            return f"EPSG:{properties['code']}"
        name = properties.get("name") or properties.get("urn")
        if isinstance(name, str) and name.strip():
            return name.strip()
    return json.dumps(member)
