"""The site as its readers have it, on a free port of the loopback, with a state folder of its own."""

import http.client
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.frame import Bench
from gisplan.environment import browser

_START_S = 60
#: Noted from the start, and read only afterwards: what drives the browser puts long tasks of its own into the page.
LONG = """window.longTasks = [0];
const watch = new PerformanceObserver(list => list.getEntries().forEach(one => longTasks.push(one.duration)));
watch.observe({type: 'longtask', buffered: true});
window.addEventListener('load', () => setTimeout(() => watch.disconnect(), 2500));"""


def chromium_at_hand(bench: Bench) -> Path | None:
    """Chromium, where playwright is there to drive it; None, and a word why rows are missing, where not."""
    found = browser.find() if importlib.util.find_spec("playwright") else None
    if found is None:
        bench.say(
            "rows of a browser: left out, Chromium or playwright is not installed (./scripts/setup --dev)"
        )
    return found


def environment(state: Path) -> dict[str, str]:
    return dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "gisplan.settings", "GISPLAN_VAR": str(state)}


def gisplan(state: Path, *words: str | Path) -> None:
    command = [sys.executable, "-m", "gisplan", *map(str, words)]
    subprocess.run(command, env=environment(state), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def site(state: Path) -> Iterator[str]:
    """The address of a running server of two processes; it stops with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "gisplan.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--worker-class", "gthread"]
    with (state / "web.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment(state), stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def get(address: str, path: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    page = connection.getresponse().read().decode()
    connection.close()
    return page


def _wait(address: str) -> None:
    last = time.monotonic() + _START_S
    while True:
        try:
            get(address, "/strati/")
            return
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.3)
