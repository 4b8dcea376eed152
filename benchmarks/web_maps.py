"""What a reader waits for on the map of 200,000 polygons: frames while it moves, and redrawing."""

import statistics
from pathlib import Path
from typing import Any

from benchmarks.frame import Bench, Row
from benchmarks.web_site import LONG, chromium_at_hand
from benchmarks.web_tiles import CENTRE, ZOOMS
from gisplan.maps.palettes import AXES
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.standalone import standalone_html

MARKS = 6_000
_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PAN = """async () => {
  const times = []; let on = true;
  const note = now => { times.push(now); if (on) requestAnimationFrame(note); };
  requestAnimationFrame(note);
  for (const step of [[300, 0], [0, 200], [-300, 0], [0, -200]]) {
    map_main.panBy(step, {animate: true, duration: 0.5});
    await new Promise(done => map_main.once('moveend', done));
  }
  on = false;
  return 1000 * (times.length - 1) / (times[times.length - 1] - times[0]);
}"""
_ZOOM = """async ([lat, lon, zoom]) => {
  const ready = () => map_main.getContainer().dataset.tiles === 'ready';
  const from = performance.now();
  map_main.setView([lat, lon], zoom, {animate: false});
  await new Promise(done => setTimeout(done, 0));
  do await new Promise(done => requestAnimationFrame(done)); while (!ready());
  return performance.now() - from;
}"""


def browser_rows(bench: Bench, address: str, layer: str) -> list[Row]:
    found = chromium_at_hand(bench)
    if found is None:
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(found), args=_ARGS)
        rows = [*_moving(opened, f"{address}/strati/{layer}/"), _clustering(opened, bench.folder)]
        opened.close()
    return rows


def _moving(opened: Any, url: str) -> list[Row]:
    page = opened.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url)
    page.wait_for_selector('[data-tiles="ready"]')
    for zoom in ZOOMS:
        page.evaluate(_ZOOM, [*CENTRE, zoom])
    redrawn = [page.evaluate(_ZOOM, [*CENTRE, zoom]) for zoom in ZOOMS]
    frames = []
    for zoom in ZOOMS[::3]:
        page.evaluate(_ZOOM, [*CENTRE, zoom])
        frames.append(page.evaluate(_PAN))
    page.close()
    return [
        Row("pan over 200,000 polygons, the slowest zoom", min(frames), None, "", "", "frames/s", 0.0),
        Row("redraw after a change of zoom, median", statistics.median(redrawn), None, "", "", "ms", 0.0),
        Row("redraw after a change of zoom, the slowest", max(redrawn), None, "", "", "ms", 0.0),
    ]


def _clustering(opened: Any, folder: Path) -> Row:
    file = folder / "marks.html"
    file.write_text(standalone_html(_marks(), _leaflet()), encoding="utf-8")
    page = opened.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(LONG)
    page.goto(file.as_uri())
    page.wait_for_timeout(3000)  # what looks for the end in the page would be a long task itself
    page.wait_for_selector('[data-clusters="ready"]')
    longest = page.evaluate("Math.max(...longTasks)")
    page.close()
    return Row(f"{MARKS:,} interventions clustered, the longest task", longest, None, "", "", "ms", 0.0)


def _marks() -> MapSpec:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [7.0 + n % 100 * 0.009, 44.8 + n // 100 * 0.01]},
            "properties": {
                "id": f"iv-{n}",
                "name": f"Intervento {n}",
                "state": "in corso",
                "amount": n * 1000,
            },
        }
        for n in range(MARKS)
    ]
    layer = MapLayer(
        key="works",
        title="Interventi",
        data={"type": "FeatureCollection", "features": features},
        style=AXES["3"].style,
        popup=(("state", "Stato"), ("amount", "Importo")),
        listed=False,  # the table of the page is not what is measured
    )
    return MapSpec(title="Interventi", layers=(layer,))


def _leaflet() -> dict[str, Path]:
    vendor = Path(__file__).parents[1] / "gisplan" / "web" / "static" / "vendor"
    names = {
        "leaflet.css": "leaflet",
        "leaflet.js": "leaflet",
        "leaflet.markercluster.js": "leaflet.markercluster",
    }
    return {name: vendor / place / name for name, place in names.items()}
