"""A layer of 200,000 polygons from the click on upload to the map of its axis, in Chromium, as two people have it.

An officer uploads, imports and publishes, as fast as forms can be filled; a stranger with an empty cache then opens
the axis.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.frame import Bench, Row
from benchmarks.own_product import new_database
from benchmarks.watching import Watched, watch, watching
from benchmarks.web_site import Site, chromium_at_hand, environment, gisplan, running, site
from gisplan.environment.lease import given_url

OFFICER, PASSWORD = "bench", "una-frase-abbastanza-lunga"
TITLE, CLASSES = "Poligoni in classi", 5
LIMIT_MS = 600_000
_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_WINDOW = {"width": 1280, "height": 900}
_MAKE_OFFICER = f"""
from django.contrib.auth.models import Group, User
from gisplan.plan.rights import GIS_OFFICER, create_groups
create_groups()
User.objects.create_user({OFFICER!r}, password={PASSWORD!r}).groups.add(Group.objects.get(name=GIS_OFFICER))
"""
#: No tile is awaited any more, and those that are there are not blank.
_DRAWN = """() => {
  const map = document.querySelector('.folium-map[data-tiles="ready"]');
  return map !== null && [...map.querySelectorAll('canvas.leaflet-tile-loaded')].some(tile =>
    tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data.some(value => value > 0));
}"""


def wizard_rows(bench: Bench, file: Path) -> list[Row]:
    """Seconds of the whole way and of its parts; the peer is the import alone."""
    found = chromium_at_hand(bench)
    if found is None:
        return []
    from playwright.sync_api import sync_playwright

    with _own_site(bench) as (here, worker), sync_playwright() as playwright:
        peer = _import_alone(file)
        chromium = playwright.chromium.launch(executable_path=str(found), args=_ARGS)
        with watching(here.pid, worker) as held:
            taken = [*_published(chromium, here.address, file), _drawn(chromium, here.address)]
        chromium.close()
    parts = ("until its report", "publishing", "the axis page from an empty cache until drawn")
    work = "200,000 polygons through the wizard"
    return [
        Row(
            f"{work} until drawn on the axis map",
            *(sum(taken), peer.seconds, "ogr2ogr, the import alone", _PEER, "s", held.peak_mb),
            peer_mb=peer.peak_mb,
        ),
        *(
            Row(f"{work}: {part}", seconds, None, "", "", "s", held.peak_mb)
            for part, seconds in zip(parts, taken, strict=True)
        ),
    ]


@contextmanager
def _own_site(bench: Bench) -> Iterator[tuple[Site, int]]:
    """A site with the plan and the territory that the product ships, an officer, and the worker's number."""
    state = bench.folder / "wizard"
    state.mkdir()
    with new_database():
        for words in (
            ["migrate", "-v0"],
            ["collectstatic", "--noinput", "-v0"],
            ["load_territory"],
            ["load_plan"],
        ):
            gisplan(state, *words)
        gisplan(state, "shell", "-v0", "-c", _MAKE_OFFICER)
        worker = [sys.executable, "-m", "gisplan", "worker"]
        with running(worker, environment(state), state / "worker.log") as pid, site(state) as here:
            yield here, pid


_PEER = "ogr2ogr -f PostgreSQL PG:… polygons.gpkg --config PG_USE_COPY YES -nln TABLE"


def _import_alone(file: Path) -> Watched:
    address = f"PG:{given_url()}"
    program = shutil.which("ogr2ogr") or "ogr2ogr"
    words = [
        program,
        "-f",
        "PostgreSQL",
        address,
        str(file),
        "--config",
        "PG_USE_COPY",
        "YES",
        "-nln",
        "peer",
    ]
    return watch(words, os.environ)


def _published(chromium: Any, address: str, file: Path) -> tuple[float, float]:
    """Seconds from the click on upload to the report, and from there to the word that the layer is published."""
    page = chromium.new_context(viewport=_WINDOW).new_page()
    page.set_default_timeout(LIMIT_MS)
    page.goto(f"{address}/accesso/?next=/strati/importa/")
    page.fill("#id_username", OFFICER)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#upload-form")
    page.set_input_files("#files", [str(file)])
    started = time.perf_counter()
    page.get_by_role("button", name="Carica", exact=True).click()
    page.wait_for_url("**/strati/importa/caricati/**", wait_until="commit")
    page.get_by_role("button", name="Importa", exact=True).click()
    page.wait_for_selector('button:has-text("Pubblica")')
    reported = time.perf_counter()
    page.fill("#id_title", TITLE)
    page.get_by_label("2. Transizione ecologica").first.check()
    page.select_option("#id_how", "quantile")
    page.select_option("#id_column", "valore")
    page.fill("#id_count", str(CLASSES))
    page.check("#id_is_public")
    page.get_by_role("button", name="Pubblica", exact=True).click()
    page.wait_for_selector("text=La versione 1 è pubblicata.")
    published = time.perf_counter()
    page.context.close()
    return reported - started, published - reported


def _drawn(chromium: Any, address: str) -> float:
    """Seconds from asking for the axis page to the first frame that has its tiles, beside a legend that names them."""
    page = chromium.new_context(viewport=_WINDOW).new_page()
    page.set_default_timeout(LIMIT_MS)
    started = time.perf_counter()
    page.goto(f"{address}/assi/2/", wait_until="commit")
    page.wait_for_function(_DRAWN)
    seconds = time.perf_counter() - started
    legend = page.locator(".map-legend").inner_text()
    if TITLE not in legend:
        raise RuntimeError(f"Expected {TITLE!r} in the legend, found {legend!r}: not a figure to print.")
    page.context.close()
    return seconds
