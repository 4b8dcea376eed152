"""Downloads from a real server on the loopback address that cuts, forgets, redirects and changes."""

import hashlib
import resource
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from layers import downloads
from layers.downloads import Fetched, fetch
from layers.errors import DownloadRefused, NetworkUnreachable, TargetRefused

BODY = bytes(range(256)) * 4_000  # 1,024,000 bytes
DIGEST = hashlib.sha256(BODY).hexdigest()


@dataclass
class Server:
    """What it serves, how it misbehaves, and what it was asked."""

    url: str = ""
    body: bytes = BODY
    etag: str = '"one"'
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)  # bytes after which each next answer ends
    statuses: list[int] = field(default_factory=list)  # answered before anything else
    location: str = ""
    length: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    served: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal of the tests."""

    def do_GET(self) -> None:
        served = self.served
        served.asked.append({name.lower(): value for name, value in self.headers.items()})
        if served.location and self.path == "/file":
            self._head(302, {"Location": served.location})
            return
        if served.statuses:
            self._head(served.statuses.pop(0), {})
            return
        if self.headers.get("If-None-Match") == served.etag:
            self._head(304, {})
            return
        self._body(*self._range())

    def _range(self) -> tuple[int, int]:
        served = self.served
        asked = self.headers.get("Range", "")
        matches = self.headers.get("If-Range", served.etag) == served.etag
        if not served.ranges or not asked or not matches:
            return 200, 0
        return 206, int(asked.removeprefix("bytes=").split("-")[0])

    def _body(self, status: int, start: int) -> None:
        served = self.served
        size = len(served.body)
        if start >= size:
            self._head(416, {"Content-Range": f"bytes */{size}"})
            return
        rest = served.body[start:]
        headers = {"ETag": served.etag} | ({"Content-Length": str(len(rest))} if served.length else {})
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self._head(status, headers)
        self.wfile.write(rest[: served.cuts.pop(0)] if served.cuts else rest)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(downloads, "_PAUSE_S", 0)
    served = Server()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": served}))
    served.url = f"http://127.0.0.1:{listening.server_port}/file"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "file.bin"


def left(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_a_file_is_put_in_place_whole_with_its_checksum(server: Server, target: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    fetched = fetch(server.url, target, sha256=DIGEST, progress=lambda *told: seen.append(told))
    assert fetched == Fetched(target, len(BODY), DIGEST)
    assert target.read_bytes() == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert [here for here, _ in seen] == sorted(here for here, _ in seen)
    assert left(target) == ["file.bin", "file.bin.fetched.json"]
    assert "gisplan" in server.asked[0]["user-agent"]


def test_a_cut_connection_is_resumed_where_it_ended(server: Server, target: Path) -> None:
    server.cuts = [300_000, 200_000]
    assert fetch(server.url, target).sha256 == DIGEST
    assert [asked.get("range") for asked in server.asked] == [None, "bytes=300000-", "bytes=500000-"]
    assert server.asked[1]["if-range"] == '"one"'


def test_a_part_of_an_earlier_command_is_gone_on_with(server: Server, target: Path) -> None:
    server.cuts = [100_000, 0, 0, 0]
    with pytest.raises(DownloadRefused, match="100,000 bytes here: run the command again"):
        fetch(server.url, target)
    assert not target.exists()
    assert fetch(server.url, target) == Fetched(target, len(BODY), DIGEST, resumed_at=100_000)


def test_a_server_that_ignores_range_sends_the_whole_file_again(server: Server, target: Path) -> None:
    server.cuts, server.ranges = [300_000], False
    assert fetch(server.url, target).sha256 == DIGEST
    assert server.asked[1]["range"] == "bytes=300000-"


def test_a_file_that_changed_between_the_parts_is_not_glued_together(server: Server, target: Path) -> None:
    server.cuts = [300_000, 0, 0, 0]
    with pytest.raises(DownloadRefused):
        fetch(server.url, target)
    server.body, server.etag = b"new" * 200_000, '"two"'
    assert fetch(server.url, target).sha256 == hashlib.sha256(server.body).hexdigest()


def test_without_a_mark_of_the_server_a_part_is_not_trusted(server: Server, target: Path) -> None:
    server.etag, server.cuts = 'W/"weak"', [300_000]
    assert fetch(server.url, target).sha256 == DIGEST
    assert [asked.get("range") for asked in server.asked] == [None, None]


def test_a_part_that_is_the_whole_file_is_known_as_such(server: Server, target: Path) -> None:
    server.cuts = [len(BODY) - 1, 0, 0, 0]
    with pytest.raises(DownloadRefused):
        fetch(server.url, target)
    with target.with_name("file.bin.part").open("ab") as part:
        part.write(BODY[-1:])
    assert fetch(server.url, target).sha256 == DIGEST


def test_a_part_longer_than_the_file_there_is_thrown_away(server: Server, target: Path) -> None:
    server.cuts = [300_000, 0, 0, 0]
    with pytest.raises(DownloadRefused):
        fetch(server.url, target)
    server.body = BODY[:1_000]
    assert fetch(server.url, target).size == 1_000


def test_a_wrong_checksum_keeps_nothing_and_leaves_the_old_file(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"old")
    with pytest.raises(DownloadRefused, match=f"Expected SHA-256 {'0' * 64} of .*, found {DIGEST}"):
        fetch(server.url, target, sha256="0" * 64)
    assert left(target) == ["file.bin"]
    assert target.read_bytes() == b"old"


def test_a_file_with_the_checksum_given_is_not_fetched_again(server: Server, target: Path) -> None:
    fetch(server.url, target)
    assert fetch(server.url, target, sha256=DIGEST).already_here
    assert len(server.asked) == 1


def test_a_file_that_did_not_change_there_is_not_sent_again(server: Server, target: Path) -> None:
    fetch(server.url, target)
    again = fetch(server.url, target)
    assert again == Fetched(target, len(BODY), DIGEST, already_here=True)
    assert server.asked[1]["if-none-match"] == '"one"'


def test_a_file_that_was_damaged_here_is_fetched_again(server: Server, target: Path) -> None:
    fetch(server.url, target)
    target.write_bytes(BODY[:-1])
    assert not fetch(server.url, target).already_here
    assert target.read_bytes() == BODY


def test_a_missing_file_is_one_sentence(server: Server, target: Path) -> None:
    server.statuses = [404]
    with pytest.raises(DownloadRefused, match="found the answer 404 Not Found: the address may have changed"):
        fetch(server.url, target)
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again(server: Server, target: Path) -> None:
    server.statuses = [503, 429]
    assert fetch(server.url, target).sha256 == DIGEST


def test_a_silent_server_is_asked_four_times(server: Server, target: Path) -> None:
    server.statuses = [500] * downloads.TRIES
    with pytest.raises(DownloadRefused, match=r"found the connection cut 4 times .HTTP 500"):
        fetch(server.url, target)


@pytest.mark.parametrize("told", [True, False], ids=["told before", "found on the way"])
def test_a_file_over_the_limit_is_refused(
    server: Server, target: Path, settings: Settings, *, told: bool
) -> None:
    settings.LAYERS_DOWNLOAD_BYTES = 100_000
    server.length = told
    with pytest.raises(DownloadRefused, match="Expected at most 100,000 bytes"):
        fetch(server.url, target)
    assert left(target) == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/file", "data:,x"])
def test_a_redirect_leads_to_http_alone(server: Server, target: Path, location: str) -> None:
    server.location = location
    with pytest.raises(DownloadRefused, match=r"begins with http|is not allowed"):
        fetch(server.url, target)


def test_a_redirect_to_another_page_is_followed(server: Server, target: Path) -> None:
    server.location = "/elsewhere"
    assert fetch(server.url, target).sha256 == DIGEST


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "/a/path", "http://"])
def test_an_address_is_http(url: str, target: Path) -> None:
    with pytest.raises(DownloadRefused, match="begins with http"):
        fetch(url, target)


def test_headers_of_a_source_are_sent(server: Server, target: Path) -> None:
    assert fetch(server.url, target, headers={"Range": "bytes=0-"}).sha256 == DIGEST
    assert server.asked[0]["range"] == "bytes=0-"


def test_a_closed_network_is_one_sentence(server: Server, target: Path) -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    port = closed.server_port
    closed.server_close()
    with pytest.raises(NetworkUnreachable, match=r"127.0.0.1 cannot be reached \(Connection refused\)"):
        fetch(f"http://127.0.0.1:{port}/file", target)


def test_a_full_disk_is_one_sentence_and_the_part_stays(server: Server, target: Path) -> None:
    """A limit on the size of files ends a write as a full disk does, and needs no disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        with pytest.raises(TargetRefused, match=r"Expected to be able to write .*file\.bin\.part, found: "):
            fetch(server.url, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(server.asked) == 1
    assert fetch(server.url, target).resumed_at == 400_000


def test_a_folder_that_cannot_be_made_is_one_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(TargetRefused, match="Expected to be able to write"):
        fetch(server.url, tmp_path / "taken" / "file.bin")
