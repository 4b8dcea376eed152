"""What the system needs, one line each, with what to do where it fails."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyogrio
import pyproj
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import OperationalError, ProgrammingError, connection

from gisplan.analysis.models import StreetNetwork
from gisplan.territory.queries import loaded_provinces
from layers import gdal, uploads
from layers import health as layers_health
from layers.limits import upload_days

DRIVERS = ("ESRI Shapefile", "GPKG", "GeoJSON")
ASSETS = (
    "vendor/bootstrap-italia/css/bootstrap-italia.min.css",
    "vendor/leaflet/leaflet.js",
    "vendor/leaflet/leaflet.css",
)
FREE_DISK_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """`ok` None means: works without it, but less well."""

    need: str
    ok: bool | None
    found: str
    hint: str = ""


def examine() -> Iterator[Finding]:
    yield from _database()
    yield _drivers()
    yield _reader()
    yield _proj()
    yield _assets()
    yield _uploads()
    yield _disk()


def _database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
            server, postgis = cursor.fetchone() or ("", "")
            cursor.execute("SELECT srid FROM geometry_columns WHERE f_table_name = 'territory_station'")
            stored = cursor.fetchone()
    except (OperationalError, ProgrammingError) as error:
        first_line = str(error).splitlines()[0]
        yield Finding(
            "PostGIS", False, first_line, "run ./scripts/demo --no-serve, or set GISPLAN_DATABASE_URL"
        )
        return
    yield Finding("PostGIS", True, f"PostgreSQL {server}, PostGIS {postgis}")
    if stored is None:
        yield Finding("database tables", False, "none", "run `gisplan migrate`")
        return
    same = stored[0] == settings.STORED_SRID
    hint = "" if same else "GISPLAN_TERRITORY needs another CRS: use another GISPLAN_VAR, or --reset"
    yield Finding("stored CRS", same, f"EPSG:{stored[0]}, territory EPSG:{settings.STORED_SRID}", hint)
    yield _territory()
    yield _streets()
    for found in layers_health.examine():
        yield Finding(found.need, found.ok, found.found, found.hint)


def _territory() -> Finding:
    loaded = loaded_provinces()
    if not loaded:
        return Finding("territory", None, "none", "run `gisplan load_territory`")
    same = set(loaded) == set(settings.TERRITORY)
    hint = "" if same else f"GISPLAN_TERRITORY is {','.join(settings.TERRITORY)}: use another GISPLAN_VAR"
    return Finding("territory", same, ", ".join(loaded.values()), hint)


def _streets() -> Finding:
    networks = list(StreetNetwork.objects.filter(covers_territory=True))
    if not networks:
        return Finding(
            "street network",
            None,
            "none in the territory: catchments are circles in a straight line",
            "`gisplan load_network FILE` with an OSM extract, a GraphML or a line layer",
        )
    missing = [row.name for row in networks if not (Path(settings.NETWORKS_DIR) / row.digest).is_dir()]
    if missing:
        return Finding(
            "street network", False, f"arrays missing: {', '.join(missing)}", "load the file again"
        )
    return Finding("street network", True, ", ".join(f"{row.name} ({row.nodes} nodes)" for row in networks))


def _drivers() -> Finding:
    available = pyogrio.list_drivers()
    missing = [driver for driver in DRIVERS if driver not in available]
    version = ".".join(map(str, pyogrio.__gdal_version__))
    if missing:
        return Finding("GDAL drivers", False, f"missing {', '.join(missing)}", "run ./scripts/setup again")
    return Finding("GDAL drivers", True, f"GDAL {version}, {len(available)} drivers")


def _reader() -> Finding:
    """Which guards hold around the process that reads what users give."""
    held = gdal.guards()
    missing = [guard for guard in ("memory", "time", "files", "network") if guard not in held]
    if not missing:
        return Finding("guarded reading", True, f"limits on {', '.join(held)}")
    hint = "run on Linux 5.13 or newer with seccomp and Landlock, on x86-64 or ARM64"
    return Finding("guarded reading", None, f"no guard on {', '.join(missing)}", hint)


def _proj() -> Finding:
    folder = Path(pyproj.datadir.get_data_dir())
    present = (folder / "proj.db").is_file()
    hint = "" if present else "run ./scripts/setup again"
    return Finding("PROJ", present, f"PROJ {pyproj.proj_version_str}", hint)


def _assets() -> Finding:
    missing = [asset for asset in ASSETS if finders.find(asset) is None]
    if missing:
        return Finding("page assets", False, f"missing {missing[0]}", "run ./scripts/setup")
    return Finding("page assets", True, f"{len(ASSETS)} checked")


def _uploads() -> Finding:
    """Files that wait for their import; the next upload removes those that nobody used for long."""
    held = uploads.kept()
    megabytes = held["bytes"] / 1e6
    return Finding(
        "uploads", True, f"{held['uploads']} kept, {megabytes:,.0f} MB, for {upload_days()} days each"
    )


def _disk() -> Finding:
    try:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        free_gb = shutil.disk_usage(settings.VAR_DIR).free / 1e9
    except OSError as error:
        return Finding("disk", False, str(error), "set GISPLAN_VAR to a folder of your own")
    enough = free_gb >= FREE_DISK_GB
    hint = "" if enough else f"free at least {FREE_DISK_GB:g} GB, or move the state with GISPLAN_VAR"
    return Finding("disk", enough, f"{free_gb:.1f} GB free", hint)
