"""Torino with its plan and three catchments, loaded once for this folder; a server and a browser to read it with.

The server answers from its own threads, so the rows are committed, and taken away when the folder is done.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, override_settings
from django.utils.translation import override
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from gisplan.analysis.networks import load_network
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.environment import browser as chromium
from gisplan.environment.assets import AXE_SCRIPT, VENDOR
from gisplan.plan.loading import load_plan
from gisplan.plan.rights import GIS_OFFICER
from gisplan.territory.loading import load_territory
from gisplan.web.kept import pages

from .import_steps import signed_in, user

SHARED = Path(os.environ.get("GISPLAN_SHARED", settings.BASE_DIR.parent / "shared"))
COLLEGNO_STREETS = SHARED / "data" / "network" / "collegno.graphml"
# Codes of osm_stations.csv: the railway station and the two metro stations of Collegno.
COLLEGNO, FERMI, PARADISO = "osm-1597711071", "osm-1481306407", "osm-332648897"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def seed_rows(table: str) -> list[dict[str, str]]:
    with (settings.SEED_DIR / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="package", autouse=True)
def page_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files straight from the source folders, networks in a folder of their own.

    An open browser keeps an event loop in this thread, in which Django would refuse every query.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with override_settings(
        STORAGES=storages,
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        NETWORKS_DIR=tmp_path_factory.mktemp("networks"),
        ALLOWED_HOSTS=["*"],
    ):
        yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def torino(page_settings: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        load_territory(["001"])
        load_plan()
        if COLLEGNO_STREETS.exists():
            load_network(COLLEGNO_STREETS)
        run_catchments(catchment_request([5, 10, 15], codes=[COLLEGNO, FERMI, PARADISO]))
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="package")
def site(torino: None) -> Iterator[str]:
    connections["default"].settings_dict["CONN_MAX_AGE"] = 0  # or the server's threads keep the database open
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@dataclass
class Visit:
    """A page, and what went wrong while it was read."""

    page: Any
    site: str
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("response", self._note_refusal)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_failure(self, request: Any) -> None:
        """But for what the browser gave up, as when a page is left while its icon or a script still comes."""
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(request.url)

    def _note_refusal(self, response: Any) -> None:
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def go(self, address: str) -> "Visit":
        self.page.goto(self.site + address)
        return self

    @property
    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.site, "data:"))]


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium. While its event loop runs, Django keeps other connections in this thread than before it."""
    found = chromium.find()
    if found is None:
        unavailable("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    connections.close_all()
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(found), args=CHROMIUM_ARGS)
        yield opened
        opened.close()
        connections.close_all()


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Visit]:
    if not VENDOR.is_dir():
        unavailable("the front-end assets are not in gisplan/web/static/vendor: run the setup")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield Visit(context.new_page(), site)
    context.close()


@pytest.fixture
def axe_script() -> Path:
    if not AXE_SCRIPT.is_file():
        unavailable("axe-core is not in node_modules: run the setup for tests")
    return AXE_SCRIPT


def unavailable(reason: str) -> NoReturn:
    """Skip on a desk, fail in continuous integration, where nothing may be left out in silence."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def uploads_folder(settings: Any, tmp_path: Path) -> Path:
    settings.LAYERS_UPLOADS_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture(autouse=True)
def language_of_another_test() -> Iterator[None]:
    """A request leaves its language behind: each test begins in Italian and leaves none to the next."""
    with override("it"):
        yield


@pytest.fixture(autouse=True)
def no_page_of_another_test() -> None:
    """What another test asked for is made anew, so that an answer has a context to look at."""
    pages.clear()


@pytest.fixture
def officer(db: None) -> Client:
    return signed_in(user(GIS_OFFICER))
