"""All standard registers, of the territory, the plan and the streets: fetched, recognised, loaded by name."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.networks import load_network
from gisplan.plan import pnrr_catalogue
from gisplan.territory.models import Source
from gisplan.territory.standard import catalogue
from gisplan.territory.standard.addresses import streets_url
from gisplan.territory.standard.catalogue import OSM, StandardRegister
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from layers.downloads import DownloadProgress, Fetched, fetch


def _load_streets(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    loaded = load_network(request.path, only_in_territory=True)
    load.added, load.same = (loaded.row.edges, 0) if loaded.is_new else (0, loaded.row.edges)
    load.notes.append(
        f"street network {loaded.row.name}, {loaded.row.nodes:,} nodes, {loaded.row.edges:,} edges"
    )


STREETS = StandardRegister(
    "osm_streets",
    "Rete stradale di OpenStreetMap",
    OSM,
    "ODbL 1.0",
    _load_streets,
    url=streets_url(),
    page="https://osmit-estratti.wmcloud.org",
    is_layer=True,
)
REGISTERS = {one.name: one for one in (*catalogue.REGISTERS, STREETS, *pnrr_catalogue.REGISTERS)}


def register_named(name: str) -> StandardRegister:
    if name not in REGISTERS:
        raise AnalysisError(
            f"Expected a standard register ({', '.join(REGISTERS)}), found {name!r}: choose one."
        )
    return REGISTERS[name]


def recognised_table(columns: Iterable[str]) -> StandardRegister | None:
    """The register whose columns a text table has."""
    columns = list(columns)
    return next((one for one in REGISTERS.values() if not one.is_layer and one.matches(columns)), None)


def address_of(register: StandardRegister) -> str:
    """The official address, or the file of the same name below GISPLAN_REGISTERS_MIRROR."""
    if not register.url:
        raise AnalysisError(
            f"{register.name} has no address of one file: fetch it in a browser from {register.page} and load it"
            f" with `gisplan load_register {register.name} FILE`."
        )
    mirror = str(settings.REGISTERS_MIRROR).rstrip("/")
    return f"{mirror}/{register.url.rsplit('/', 1)[-1]}" if mirror else register.url


def place_of(register: StandardRegister, folder: Path | None = None) -> Path:
    """Where its file is kept."""
    return (folder or Path(settings.DOWNLOADS_DIR)) / address_of(register).rsplit("/", 1)[-1]


def fetch_register(
    name: str,
    *,
    folder: Path | None = None,
    sha256: str | None = None,
    progress: DownloadProgress | None = None,
) -> Fetched:
    register = register_named(name)
    target = place_of(register, folder)
    return fetch(address_of(register), target, sha256=sha256, progress=progress, headers=register.headers)


def load_register(name: str, request: LoadRequest) -> RegisterLoad:
    return register_named(name).load(request)
