"""The site as its readers have it, on a free port of the loopback, with a state folder of its own."""

import http.client
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.frame import Bench
from gisplan.environment import browser
from gisplan.environment.serving import free_port

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


class Site(NamedTuple):
    """Where a server answers, and the process that it began as."""

    address: str
    pid: int


@contextmanager
def site(state: Path) -> Iterator[Site]:
    """The product's server of two processes; it stops with the block."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "gisplan.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
    with running(command, environment(state), state / "web.log") as pid:
        found = Site(f"http://127.0.0.1:{port}", pid)
        wait_for(found, "/strati/")
        yield found


@contextmanager
def running(command: list[str], variables: Mapping[str, str], log: Path) -> Iterator[int]:
    """The number of a program that runs as long as the block."""
    with log.open("wb") as output:
        child = subprocess.Popen(command, env=dict(variables), stdout=output, stderr=output)
    try:
        yield child.pid
    finally:
        child.terminate()
        child.wait(timeout=30)


def get(address: str, path: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    page = connection.getresponse().read().decode()
    connection.close()
    return page


def wait_for(site: Site, path: str) -> None:
    last = time.monotonic() + _START_S
    while True:
        try:
            get(site.address, path)
            return
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.3)
