"""The pages as readers meet them: server time, first and next axis page in Chromium, beside a plain Folium page.

Needs the demo (`./scripts/demo --no-serve`): its pages are read from its own server on the loopback.
"""

import gzip
import json
import os
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.frame import Bench, Row, peak_mb
from benchmarks.web_server import every_page_rows
from benchmarks.web_site import LONG, chromium_at_hand
from gisplan.environment import state
from gisplan.environment.lease import URL_VARIABLE, database_lease
from gisplan.environment.serving import free_port, web_server

PAGES = ("/", "/assi/3/", "/assi/5/", "/comuni/001090/", "/comuni/001272/", "/stazioni/", "/fonti/")
REPEATS = 7
FIRST_S, NEXT_S, KILOBYTES, SERVER_MS, TASK_MS = 1.5, 0.5, 600, 150, 100
SETTLE_S = 10  # a server that starts reads its pages ahead
FLAGS = ["--no-sandbox", "--disable-gpu"]
PAINTED = """() => new Promise(done => {
  let last = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { last = one.startTime; }))
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(last), 1200);
})"""


def page_rows(bench: Bench) -> list[Row]:
    """The rows of the demo's pages; none, and a word why, where there is no demo."""
    if not (state.current().root / "admin_password.txt").exists():
        bench.say("pages: left out, for there is no demo (./scripts/demo --no-serve)")
        return []
    with _demo() as (address, database):
        rows = [_server(address, page) for page in PAGES]
        return [*rows, *every_page_rows(address, database), *_browser(bench, address)]


@contextmanager
def _demo() -> Iterator[tuple[str, str]]:
    """The address of its server, and of its database."""
    own = os.environ.pop(URL_VARIABLE, None)  # the benches' own database
    here = state.current()
    try:
        with database_lease(here) as database, web_server(here, free_port()) as address:
            time.sleep(SETTLE_S)
            yield address, database
    finally:
        if own is not None:
            os.environ[URL_VARIABLE] = own


def _server(address: str, page: str) -> Row:
    """Milliseconds from the request to the whole answer; the median of several, after two that warm the workers."""
    taken = []
    for number in range(REPEATS + 4):
        started = time.perf_counter()
        with urllib.request.urlopen(address + page) as answer:  # noqa: S310 - our own loopback address
            answer.read()
        if number >= 4:
            taken.append((time.perf_counter() - started) * 1000)
    return Row(f"server {page}", statistics.median(taken), SERVER_MS, "the promise", "–", "ms", peak_mb())


def _browser(bench: Bench, address: str) -> list[Row]:
    found = chromium_at_hand(bench)
    if found is None:
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(found), args=FLAGS)
        rows = [*_axis(chromium, address), *_folium(bench, chromium, address)]
        chromium.close()
    return rows


def _axis(chromium: Any, address: str) -> list[Row]:
    """The first axis page from an empty cache, and the next one from the first."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(LONG)
    page.goto(f"{address}/assi/3/")
    page.wait_for_timeout(2800)
    first = page.evaluate(PAINTED) / 1000
    task, weight = page.evaluate("Math.max(...longTasks)"), sum(sizes) / 1000
    page.locator('.site-axes a[href$="/assi/5/"]').click()
    page.wait_for_url("**/assi/5/")
    following = page.evaluate(PAINTED) / 1000
    page.context.close()
    promised = ("the promise", "–")
    return [
        Row("first axis page, largest paint", first, FIRST_S, *promised, "s", peak_mb()),
        Row("first axis page, compressed", weight, KILOBYTES, *promised, "kB", peak_mb()),
        Row("first axis page, longest task", task, TASK_MS, *promised, "ms", peak_mb()),
        Row("next axis page, largest paint", following, NEXT_S, *promised, "s", peak_mb()),
    ]


def _folium(bench: Bench, chromium: Any, address: str) -> list[Row]:
    """The same features as a plain Folium page: what it weighs, and what it asks of other sites."""
    import folium

    packed, out = bench.folder / "axis.gpkg", bench.folder / "folium.html"
    with urllib.request.urlopen(f"{address}/assi/3/?formato=gpkg") as answer:  # noqa: S310
        packed.write_bytes(answer.read())
    features = _features(packed)
    plain = folium.Map(location=[45.1, 7.6], zoom_start=9)
    folium.GeoJson(features).add_to(plain)
    plain.save(str(out))
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(out.as_uri(), wait_until="domcontentloaded")
    context.close()
    outside = len([url for url in asked if url.startswith("http")])
    bench.say(f"plain Folium: {len(features['features'])} features, {outside} requests to other sites")
    with urllib.request.urlopen(f"{address}/assi/3/") as answer:  # noqa: S310
        ours = len(gzip.compress(answer.read())) / 1000
    theirs = len(gzip.compress(out.read_bytes())) / 1000
    return [
        Row("axis page with its tables, HTML alone", ours, theirs, "plain Folium", "folium", "kB", peak_mb())
    ]


def _features(packed: Any) -> dict[str, Any]:
    """The located features of the axis in degrees."""
    import numpy as np
    import pyogrio.raw
    import shapely

    from layers import crs

    features = []
    for name in ("stations", "axis-3"):
        _meta, _fids, written, _fields = pyogrio.raw.read(packed, layer=name)
        shapes = np.asarray(shapely.from_wkb(written), dtype=object)
        for shape in crs.transform(shapes, 32632, crs.WGS84).geometries:
            features.append(
                {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
            )
    return {"type": "FeatureCollection", "features": features}
