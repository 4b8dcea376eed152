"""Fetch one file over HTTP: resumed where it stopped, checked, and put in place whole or not at all."""

import errno
import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from layers.errors import DownloadRefused, NetworkUnreachable
from layers.limits import download_bytes, download_timeout_s
from layers.targets import not_written

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) gisplan"  # some open data portals refuse what is not a browser
TRIES = 4
_CHUNK_BYTES = 262_144
_PAUSE_S = 0.5  # doubled after each try
_WORTH_ANOTHER_TRY = {408, 429, 500, 502, 503, 504}
_FULL_DEVICE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

# Called with the bytes that are here, and the bytes of the whole file where the server tells.
DownloadProgress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Fetched:
    """A file in its place; `resumed_at` is how much of it an earlier try had brought."""

    path: Path
    size: int
    sha256: str
    resumed_at: int = 0
    already_here: bool = False


@dataclass(frozen=True)
class _Plan:
    url: str
    target: Path
    sha256: str | None
    headers: Mapping[str, str]
    progress: DownloadProgress | None
    limit: int = field(default_factory=download_bytes)

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def state(self) -> Path:
        """What the server said of the part: its mark, so that a changed file is not glued to it."""
        return self.target.with_name(f"{self.target.name}.part.json")

    @property
    def record(self) -> Path:
        """The mark and the checksum of the file in its place."""
        return self.target.with_name(f"{self.target.name}.fetched.json")


class _Cut(Exception):
    """The connection ended early, or the server asks to come again: worth another try."""


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    progress: DownloadProgress | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Bring the file; a target that is the same as given, or as the server has it, is left as it is."""
    _check_address(url)
    plan = _Plan(url, target, sha256 and sha256.lower(), headers or {}, progress)
    if plan.sha256 and target.is_file() and file_sha256(target) == plan.sha256:
        return Fetched(target, target.stat().st_size, plan.sha256, already_here=True)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(target, error) from error
    resumed_at = _mark_of(plan)[1]
    for attempt in range(1, TRIES + 1):
        try:
            if _bring(plan):
                break
            return Fetched(target, _size(target), file_sha256(target), already_here=True)
        except _Cut as cut:
            if attempt == TRIES:
                raise DownloadRefused(
                    f"Expected the whole of {url}, found the connection cut {TRIES} times ({cut}), with"
                    f" {_size(plan.part):,} bytes here: run the command again to go on from there."
                ) from cut
            time.sleep(_PAUSE_S * 2 ** (attempt - 1))
    return replace(_put_in_place(plan), resumed_at=resumed_at)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise DownloadRefused(f"Expected an address that begins with http:// or https://, found {url!r}.")


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS alone: no file, ftp or data address, not even by a redirect."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        *(urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()),
        *(urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(), _HttpOnly()),
    ):
        opener.add_handler(handler)
    return opener


def _bring(plan: _Plan) -> bool:
    """False where the server says that the target is what it has."""
    mark, here = _mark_of(plan)
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **plan.headers}
    if here:
        headers |= {"Range": f"bytes={here}-", "If-Range": mark}
    elif known := _recorded_mark(plan):
        headers["If-None-Match" if known.startswith('"') else "If-Modified-Since"] = known
    request = urllib.request.Request(plan.url, headers=headers)  # noqa: S310  (the scheme was checked)
    try:
        with _opener().open(request, timeout=download_timeout_s()) as answer:
            _receive(plan, answer, here)
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return False
        _answered_otherwise(plan, error, here)
    except urllib.error.URLError as error:
        raise _unreachable(plan, error.reason) from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _Cut(str(error) or type(error).__name__) from error
    return True


def _answered_otherwise(plan: _Plan, error: urllib.error.HTTPError, here: int) -> None:
    """Returns where the part turns out to be the whole file."""
    if error.code == 416 and here:
        if str(error.headers.get("Content-Range", "")).endswith(f"/{here}"):
            return
        _forget(plan)
        raise _Cut("the file there is shorter than the part here") from error
    if error.code in _WORTH_ANOTHER_TRY:
        raise _Cut(f"HTTP {error.code} {error.reason}") from error
    raise DownloadRefused(
        f"Expected a file at {plan.url}, found the answer {error.code} {error.reason}: the address may have"
        " changed; fetch the file in a browser and load it from there."
    ) from error


def _unreachable(plan: _Plan, reason: object) -> Exception:
    if isinstance(reason, ConnectionResetError):
        return _Cut(str(reason))
    if isinstance(reason, TimeoutError):
        return NetworkUnreachable(
            f"{plan.url} does not answer within {download_timeout_s()} s: try again later, or fetch the file"
            " on another machine and load it from there."
        )
    return NetworkUnreachable(
        f"{urlsplit(plan.url).hostname} cannot be reached ({getattr(reason, 'strerror', None) or reason}): in a"
        " closed network, fetch the file on another machine and load it from there."
    )


def _receive(plan: _Plan, answer: Any, here: int) -> None:
    continues = here > 0 and answer.status == 206 and _starts_at(answer, here)
    if answer.status == 206 and not continues and not _starts_at(answer, 0):
        _forget(plan)
        raise _Cut("another range than the one asked for")
    start = here if continues else 0
    length = answer.headers.get("Content-Length")
    whole = start + int(length) if length and length.isdigit() else None
    _check_size(plan, whole or 0)
    _remember(plan, answer)
    try:
        with plan.part.open("ab" if continues else "wb") as file:
            _copy(plan, answer, file, (start, whole))
    except OSError as error:
        if error.errno in _FULL_DEVICE:
            raise not_written(plan.part, error) from error
        raise
    if whole is not None and _size(plan.part) < whole:
        raise _Cut(f"{_size(plan.part):,} of {whole:,} bytes")


def _copy(plan: _Plan, answer: Any, file: IO[bytes], extent: tuple[int, int | None]) -> None:
    here, whole = extent
    while chunk := answer.read1(_CHUNK_BYTES):
        here += len(chunk)
        _check_size(plan, here)
        file.write(chunk)
        if plan.progress is not None:
            plan.progress(here, whole)


def _starts_at(answer: Any, position: int) -> bool:
    stated = str(answer.headers.get("Content-Range", ""))
    return stated.replace("bytes", "").strip().startswith(f"{position}-")


def _check_size(plan: _Plan, size: int) -> None:
    if size > plan.limit:
        _forget(plan)
        raise DownloadRefused(
            f"Expected at most {plan.limit:,} bytes at {plan.url}, found {size:,} or more: raise"
            " LAYERS_DOWNLOAD_BYTES if the file is meant to be that large."
        )


def _remember(plan: _Plan, answer: Any) -> None:
    """A weak ETag does not promise the same bytes: then the date of change, else nothing."""
    tag = str(answer.headers.get("ETag", ""))
    mark = tag if tag.startswith('"') else str(answer.headers.get("Last-Modified", ""))
    plan.state.write_text(json.dumps({"url": plan.url, "mark": mark}))


def _mark_of(plan: _Plan) -> tuple[str, int]:
    """The mark and size of a part that can be gone on with; ("", 0) where there is none."""
    try:
        state = json.loads(plan.state.read_text())
        if state["url"] == plan.url and state["mark"] and _size(plan.part):
            return str(state["mark"]), _size(plan.part)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return "", 0


def _recorded_mark(plan: _Plan) -> str:
    """What the server called the target, if the target is still what was fetched."""
    if not plan.target.is_file() or plan.sha256:
        return ""
    try:
        record = json.loads(plan.record.read_text())
        same = record["url"] == plan.url and record["sha256"] == file_sha256(plan.target)
        return str(record["mark"]) if same else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _forget(plan: _Plan) -> None:
    plan.part.unlink(missing_ok=True)
    plan.state.unlink(missing_ok=True)


def _put_in_place(plan: _Plan) -> Fetched:
    digest, size = file_sha256(plan.part), _size(plan.part)
    if plan.sha256 and digest != plan.sha256:
        _forget(plan)
        raise DownloadRefused(
            f"Expected SHA-256 {plan.sha256} of {plan.url}, found {digest}: the file is damaged or another;"
            " nothing was kept, fetch it again or give the checksum of the new file."
        )
    mark = json.loads(plan.state.read_text())["mark"]
    plan.record.write_text(json.dumps({"url": plan.url, "mark": mark, "sha256": digest}))
    plan.part.replace(plan.target)
    plan.state.unlink(missing_ok=True)
    return Fetched(plan.target, size, digest)
