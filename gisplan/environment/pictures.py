"""Take the pictures: run by `./scripts/screenshots` in the environment that has playwright."""

import os
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize, sync_playwright

DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
QUALITY = 82
PAGES = {
    "home": "/",
    "axis-3": "/assi/3/",
    "axis-5": "/assi/5/",
    "municipality": "/comuni/001090/",
    "station": "/stazioni/osm-1597711071/",
    "hub": "/analisi/hub/?lon=7.5787&lat=45.0789&modo=walk&minuti=5,10,15",
    "coverage": "/analisi/copertura/?servizio=hospitals&minuti=30&modo=car",
    "inner-areas": "/analisi/aree-interne/",
    "compare": "/confronto/?tipo=comuni&a=001090&b=001219",
    "difference": "/confronto/?tipo=comuni&a=001090&b=001219",
}
#: Where the map is what says something, and stands below a form.
AT_THE_MAP = {"axis-3", "axis-5", "hub", "coverage", "inner-areas", "compare", "difference"}
AT_THE_LAST_MAP = {"difference"}
#: Whose map is beside the words on a desk, and below them on a phone.
BESIDE = {"home"}
TO_THE_MAP = "e => window.scrollTo(0, e.getBoundingClientRect().top + window.scrollY - 70)"
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


def main(address: str, folder: Path, names: list[str]) -> None:
    wanted = {name: page for name, page in PAGES.items() if not names or name in names}
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=os.environ.get("GISPLAN_CHROMIUM"), args=FLAGS)
        for suffix, window in (("", DESKTOP), ("-phone", PHONE)):
            context = opened.new_context(viewport=window, locale="it-IT")
            for name, page in wanted.items():
                _take(context.new_page(), address + page, folder / f"{name}{suffix}.jpg")
            context.close()
        opened.close()


def _take(page: Any, address: str, path: Path) -> None:
    answer = page.goto(address, wait_until="networkidle")
    if answer is None or not answer.ok:
        sys.exit(f"{address} answers {answer.status if answer else 'nothing'}: no picture of it is taken.")
    name = path.stem.removesuffix("-phone")
    if name in AT_THE_MAP or (name in BESIDE and name != path.stem):
        maps = page.locator(".map-frame")
        (maps.last if name in AT_THE_LAST_MAP else maps.first).evaluate(TO_THE_MAP)
    page.wait_for_timeout(300)  # fonts and the fade of the tiles
    page.screenshot(path=path, type="jpeg", quality=QUALITY)
    page.close()
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
