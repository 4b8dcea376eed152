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
    """Leaflet and its clusters as the setup leaves them."""
    vendor = ROOT / "gisplan" / "web" / "static" / "vendor"
    if not vendor.is_dir():
        _unavailable("Leaflet is not in gisplan/web/static/vendor: run the setup")
    own = {name: vendor / "leaflet" / name for name in ("leaflet.css", "leaflet.js")}
    clusters = "leaflet.markercluster.js"
    return own | {clusters: vendor / "leaflet.markercluster" / clusters}


@pytest.fixture
def axe_script() -> Path:
    """The accessibility checker, a development package of the setup."""
    script = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        _unavailable("axe-core is not in node_modules: run the setup for tests")
    return script


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
