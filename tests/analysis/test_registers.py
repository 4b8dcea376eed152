"""`fetch`, `load_register` and what `./scripts/demo --full` adds, from a server on the loopback address."""

import http.server
import io
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyogrio
import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError
from osmium.osm.mutable import Node, Way
from pytest_django import Settings

from gisplan.__main__ import main
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.folder import load_folder
from gisplan.analysis.full import FULL, load_full
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.registers import REGISTERS, address_of, place_of, register_named
from gisplan.analysis.transfer import TransferLine
from gisplan.plan.models import PnrrLocalisation, PnrrProject
from gisplan.territory.models import Municipality, PeopleGrid, School
from layers.errors import DownloadRefused
from tests.analysis.conftest import CENTRE_M, TO_DEGREES

pytestmark = pytest.mark.django_db

PLACES = (
    "Codice Univoco submisura,CUP,Codice Locale Progetto,Descrizione Comune,COD_ISTAT_COMUNE\n"
    "M2C1I1.01.00,CUP1,CUP1,PONENTE,001999\nM2C1I1.01.00,CUP2,CUP2,PONENTE,001999\n"
)
PROJECTS = (
    "CUP,Codice Locale Progetto,Missione,Titolo progetto,Finanziamento Totale,Data aggiornamento\n"
    "CUP1,CUP1,M2,Parco,1000.00,2023-02-21\n"
)
SCHOOLS = (
    "PROVINCIA,CODICESCUOLA,DENOMINAZIONESCUOLA,DESCRIZIONECOMUNE,DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA\n"
    "TORINO,TOXX00001,LEVANTE,PONENTE,LICEO CLASSICO\nTORINO,TOXX00002,SUD,ATLANTIDE,LICEO CLASSICO\n"
)


def write_streets(path: Path) -> None:
    """Two streets that cross in the middle of Ponente."""
    x, y = CENTRE_M
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (dx, dy) in enumerate([(-500, 0), (0, 0), (500, 0), (0, -500), (0, 500)], start=1):
            writer.add_node(Node(id=number, location=TO_DEGREES.transform(x + dx, y + dy)))
        for number, nodes in ((1, (1, 2, 3)), (2, (4, 2, 5))):
            writer.add_way(Way(id=number, nodes=nodes, tags={"highway": "residential"}))


def zipped_sections(folder: Path, cells: list[shapely.Geometry]) -> bytes:
    """A zip with a shapefile two folders deep, as ISTAT packs its sections."""
    inner = folder / "R01_21" / "WGS84"
    inner.mkdir(parents=True)
    pyogrio.raw.write(
        inner / "R01_21_WGS84.shp",
        geometry=shapely.to_wkb(cells),
        field_data=[np.array([1, 2]), np.array([10, 0])],
        fields=["SEZ21_ID", "POP21"],
        geometry_type="Polygon",
        crs="EPSG:32632",
    )
    return Path(shutil.make_archive(str(folder / "sections"), "zip", folder, "R01_21")).read_bytes()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with a small file under the name of each official one."""
    folder = tmp_path / "published"
    folder.mkdir()
    x, y = CENTRE_M
    cells = [shapely.box(x, y, x + 500, y + 500), shapely.box(x + 500, y, x + 1000, y + 500)]
    contents = (zipped_sections(tmp_path, cells), PLACES.encode(), PROJECTS.encode())
    write_streets(folder / register_named("osm_streets").url.rsplit("/", 1)[-1])
    for name, content in zip(FULL[1:], contents, strict=True):
        (folder / register_named(name).url.rsplit("/", 1)[-1]).write_bytes(content)
    (folder / register_named("mim_schools").url.rsplit("/", 1)[-1]).write_text(SCHOOLS)
    return folder


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal of the tests."""


@pytest.fixture
def mirror(published: Path, settings: Settings, tmp_path: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(published)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.REGISTERS_MIRROR = f"http://127.0.0.1:{server.server_port}"
    settings.DOWNLOADS_DIR = tmp_path / "downloads"
    yield settings.REGISTERS_MIRROR
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def closed(settings: Settings, tmp_path: Path) -> None:
    """An address where nobody listens, as in a closed network."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Quiet)
    settings.REGISTERS_MIRROR = f"http://127.0.0.1:{server.server_port}"
    settings.DOWNLOADS_DIR = tmp_path / "downloads"
    server.server_close()


def full() -> list[str]:
    return list(load_full(lambda name: None))


def command(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_full_demo_fetches_and_loads_streets_sections_and_pnrr(
    territory: Municipality, mirror: str
) -> None:
    told = full()
    assert [line.split(":")[0] for line in told] == list(FULL)
    assert StreetNetwork.objects.get().nodes == 5
    assert PeopleGrid.objects.get().people_column == "pop21"
    assert (PnrrLocalisation.objects.count(), PnrrProject.objects.count()) == (2, 1)
    assert "1 pairs of CUP and local code have a place and no project (1 rows)" in told[3]


def test_the_full_demo_again_fetches_and_changes_nothing(territory: Municipality, mirror: str) -> None:
    full()
    assert all(" 0 added, 0 changed, " in line for line in full())


def test_in_a_closed_network_the_full_demo_says_so_in_one_line(territory: Municipality, closed: None) -> None:
    told = full()
    assert len(told) == 1
    assert told[0].startswith(f"Not fetched ({', '.join(FULL)}): 127.0.0.1 cannot be reached")
    assert "\n" not in told[0]


def test_in_a_closed_network_what_was_fetched_before_is_loaded(
    territory: Municipality, closed: None, published: Path, settings: Settings
) -> None:
    folder = Path(settings.DOWNLOADS_DIR)
    folder.mkdir()
    for name in ("pnrr_localisations", "pnrr_projects"):
        place = place_of(register_named(name))
        (published / place.name).rename(place)
    told = full()
    assert len(told) == 3
    assert told[-1].startswith("Not fetched (osm_streets, census_sections): ")
    assert PnrrProject.objects.count() == 1


def test_a_file_that_is_missing_or_wrong_does_not_stop_the_others(
    territory: Municipality, mirror: str, published: Path
) -> None:
    (published / place_of(register_named("osm_streets")).name).unlink()
    (published / place_of(register_named("census_sections")).name).write_text("<html>Login</html>")
    told = full()
    assert told[0].startswith("osm_streets: not fetched: Expected a file at http://127.0.0.1")
    assert told[1].startswith("census_sections: not loaded: Expected ")
    assert PnrrProject.objects.count() == 1


def test_fetch_and_load_register_tell_what_they_did(
    territory: Municipality, mirror: str, tmp_path: Path
) -> None:
    said = command("fetch", "mim_schools", "--to", str(tmp_path / "here"))
    path = next((tmp_path / "here").glob("*.csv"))
    assert f"gisplan load_register mim_schools {path}" in said
    assert "already here, unchanged" in command("fetch", "mim_schools", "--to", str(tmp_path / "here"))
    loaded = command("load_register", "mim_schools", str(path))
    assert loaded.startswith("mim_schools: 1 added, 0 changed, 0 same, 1 not located, 1 rows refused\n")
    assert "  row 3: no municipality of the territory is 'ATLANTIDE'" in loaded
    assert School.objects.get(code="TOXX00001").municipality == territory


def test_a_wrong_checksum_is_refused(mirror: str) -> None:
    with pytest.raises(DownloadRefused, match="Expected SHA-256"):
        command("fetch", "mim_schools", "--sha256", "0" * 64)


def test_a_closed_network_is_the_environments_fault(closed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "mim_schools"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("127.0.0.1 cannot be reached (Connection refused): in a closed network, fetch")
    assert said.err.count("\n") == 1


def test_fetch_without_a_name_lists_every_register() -> None:
    listed = command("fetch")
    assert [line.split()[0] for line in listed.splitlines()] == list(REGISTERS)


def test_a_register_without_an_address_says_where_its_file_is() -> None:
    with pytest.raises(AnalysisError, match=r"fetch it in a browser from https://www\.datiopen\.it"):
        address_of(register_named("osm_stations"))


def test_an_unknown_register_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    for words in (("fetch", "scuole"), ("load_register", "scuole", str(tmp_path))):
        with pytest.raises(
            AnalysisError, match=r"Expected a standard register .istat_boundaries, .*found 'scuole'"
        ):
            command(*words)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Expected a file at .*nothing\.csv, found none"):
        command("load_register", "mim_schools", str(tmp_path / "nothing.csv"))


def test_every_address_is_https_or_that_of_istats_census() -> None:
    plain = [one.name for one in REGISTERS.values() if one.url.startswith("http:")]
    assert plain == ["census_sections"]
    assert all(one.url or one.page for one in REGISTERS.values())


def test_a_folder_knows_the_tables_of_the_registers(territory: Municipality, published: Path) -> None:
    told = {outcome.path.name: str(outcome) for outcome in load_folder(published)}
    assert told[place_of(register_named("pnrr_projects")).name].startswith("loaded: pnrr_projects: 1 added")
    assert told[place_of(register_named("mim_schools")).name].startswith("loaded: mim_schools: 1 added")
    assert PnrrLocalisation.objects.filter(project__isnull=False).count() == 1


def test_a_transfer_moves_on_a_terminal_and_is_rare_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 1.1, 3.0])
    monkeypatch.setattr("gisplan.analysis.transfer.time.monotonic", lambda: next(clock))
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    line = TransferLine("x", terminal)
    for here in (1_000_000, 1_500_000, 4_000_000):
        line(here, 4_000_000)
    assert terminal.getvalue().split("\r")[1:] == [
        "x: 1.0 of 4.0 MB (25%), 0.0 MB/s   ",
        "x: 4.0 of 4.0 MB (100%), 1.0 MB/s   \n",
    ]
    clock = iter([0.0, 1.0, 1.1, 3.0])
    elsewhere = io.StringIO()
    line = TransferLine("x", elsewhere)
    for here in (1_000_000, 1_500_000, 4_000_000):
        line(here, 4_000_000)
    assert elsewhere.getvalue() == ""
