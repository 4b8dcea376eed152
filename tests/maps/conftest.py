"""The Leaflet files of the checkout, and a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def leaflet_files() -> dict[str, Path]:
    """Stylesheet and script of Leaflet, from the setup or from the folder that GISPLAN_LEAFLET names."""
    places = [Path(os.environ["GISPLAN_LEAFLET"])] if "GISPLAN_LEAFLET" in os.environ else []
    places += [path.parent for path in sorted(ROOT.glob("gisplan/web/static/vendor/**/leaflet.js"))]
    if not places:
        _unavailable("Leaflet is not in gisplan/web/static/vendor: run the setup")
    return {name: places[0] / name for name in ("leaflet.css", "leaflet.js")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        _unavailable("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


def _unavailable(reason: str) -> NoReturn:
    """Skip on a desk, fail in continuous integration, where nothing may be left out in silence."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
