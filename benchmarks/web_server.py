"""Server time of every public page: asked for the first time after a change of data, and again.

The pages are those that `gisplan public_pages` lists, so that a new page has its row. The change is an update of one
intervention and one station that leaves them as they are: what was kept of them is made anew all the same.
"""

import statistics
import subprocess
import sys
import time
import urllib.request

import psycopg

from benchmarks.frame import Row, peak_mb

MOST_MS = 150.0
CHANGES = 3
#: So often that each of the server's processes has answered.
WARM = 8
_TOUCH = "UPDATE {table} SET id = id WHERE id = (SELECT min(id) FROM {table})"


def every_page_rows(address: str, database: str) -> list[Row]:
    """A row for each page, then the slowest of either kind by name."""
    taken = {page: _first_and_second(address + page, database) for page in _pages()}
    rows = [_row(f"server {page}, first asking", first) for page, (first, _second) in taken.items()]
    for place, kind in enumerate(("first", "second")):
        page = max(taken, key=lambda one: taken[one][place])
        rows.append(_row(f"the slowest {kind} asking of {len(taken)} pages: {page}", taken[page][place]))
    return rows


def _row(work: str, found_ms: float) -> Row:
    return Row(work, found_ms, None, "", "", "ms", peak_mb(), goal=MOST_MS)


def _pages() -> list[str]:
    command = [sys.executable, "-m", "gisplan", "public_pages"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def _first_and_second(url: str, database: str) -> tuple[float, float]:
    """Milliseconds to the whole answer; medians over some changes."""
    for _ in range(WARM):
        _asked_ms(url)
    firsts = []
    for _ in range(CHANGES):
        _change(database)
        firsts.append(_asked_ms(url))
    for _ in range(WARM):
        _asked_ms(url)
    return statistics.median(firsts), statistics.median(_asked_ms(url) for _ in range(CHANGES))


def _change(database: str) -> None:
    with psycopg.connect(database) as connection:
        for table in ("plan_intervention", "plan_planplace", "territory_station"):
            connection.execute(_TOUCH.format(table=table))


def _asked_ms(url: str) -> float:
    started = time.perf_counter()
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own loopback address
        answer.read()
    return (time.perf_counter() - started) * 1000
