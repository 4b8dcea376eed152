"""A database, a state folder and a web server of the bench's own, with a generated territory on generated streets."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import psycopg
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from gisplan.environment.lease import URL_VARIABLE, given_url
from gisplan.network import StreetNetwork, save_network

SRID = 32632
MUNICIPALITY_M, CELL_M = 8_000.0, 500.0
PEOPLE_PER_CELL = 150
SCHOOLS, HOSPITALS, HEALTH_SITES = 2_000, 60, 400
START_TIMEOUT_S = 120


class Server(NamedTuple):
    """A connection that stays open, and the process whose descendants answer."""

    connection: http.client.HTTPConnection
    pid: int


@contextmanager
def new_database() -> Iterator[str]:
    """The address of an empty database, given to every program of the block, and dropped at the end."""
    url, name = given_url(), f"gisplan_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    os.environ[URL_VARIABLE] = own = urlsplit(url)._replace(path=f"/{name}").geturl()
    try:
        yield own
    finally:
        os.environ[URL_VARIABLE] = url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def own_database(folder: Path) -> Iterator[None]:
    """Django on a new database; the state lies in the bench's folder."""
    with new_database():
        os.environ |= {
            "GISPLAN_VAR": str(folder / "var"),
            "GISPLAN_CATCHMENTS_PER_MINUTE": "1000000",
            "DJANGO_SETTINGS_MODULE": "gisplan.settings",
        }
        subprocess.run([sys.executable, "-m", "gisplan", "migrate", "-v0"], check=True)
        import django

        django.setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()


def load_ground(network: StreetNetwork, folder: Path, *, seed: int) -> str:
    """Municipalities of 8 km, cells of 500 m and places drawn over the network's box; says what there is."""
    from django.conf import settings

    from gisplan.analysis.folder import load_folder

    box = (*network.coords_m.min(axis=0), *network.coords_m.max(axis=0))
    municipalities = _squares(box, MUNICIPALITY_M)
    _load_municipalities(municipalities)
    cells = _squares(box, CELL_M)
    cells_folder = folder / "cells"
    cells_folder.mkdir()
    people = np.random.default_rng(seed).poisson(PEOPLE_PER_CELL, len(cells))
    pyogrio.raw.write(
        cells_folder / "cells.gpkg",
        shapely.to_wkb(cells),
        [np.array([f"cell {k}" for k in range(len(cells))], dtype=object), people.astype(np.int64)],
        ["GRD_ID", "TOT_P_2021"],
        geometry_type="Polygon",
        crs=f"EPSG:{SRID}",
    )
    told = "; ".join(str(one) for one in load_folder(cells_folder))
    save_network(network, Path(settings.NETWORKS_DIR) / network.digest)
    _load_places(box, seed)
    _name_network(network, box)
    return f"{len(municipalities)} municipalities, {len(cells)} cells ({told}), {SCHOOLS} schools"


def _squares(box: tuple[float, ...], side_m: float) -> NDArray[np.object_]:
    """Squares aligned to whole sides that cover the box."""
    low_x, low_y, high_x, high_y = (value // side_m for value in box)
    x, y = np.meshgrid(np.arange(low_x, high_x + 1) * side_m, np.arange(low_y, high_y + 1) * side_m)
    return np.asarray(shapely.box(x, y, x + side_m, y + side_m), dtype=object).ravel()


def _load_municipalities(squares: NDArray[np.object_]) -> None:
    from gisplan.territory.models import (
        AGES,
        Municipality,
        MunicipalityBoundary,
        Population,
        Source,
        TerritoryEdition,
    )

    source = Source.objects.create(code="bench", title="Generated", publisher="gisplan", licence="CC0")
    edition = TerritoryEdition.objects.create(
        code="2023", valid_from=date(2023, 1, 1), source=source, input_digest="0"
    )
    each = int(PEOPLE_PER_CELL * (MUNICIPALITY_M / CELL_M) ** 2 / AGES / 2)
    for number, square in enumerate(squares):
        municipality = Municipality.objects.create(
            istat_code=f"{number + 1:06}",
            name=f"Comune {number}",
            province_code="001",
            province_name="Torino",
            in_territory=True,
        )
        MunicipalityBoundary.objects.create(
            municipality=municipality,
            edition=edition,
            geometry=_geos(shapely.multipolygons([square])),
            area_km2=square.area / 1e6,
        )
        Population.objects.create(
            municipality=municipality,
            edition=edition,
            reference_date=date(2023, 1, 1),
            females=[each] * AGES,
            males=[each] * AGES,
            people=2 * each * AGES,
            source=source,
        )


def _load_places(box: tuple[float, ...], seed: int) -> None:
    from gisplan.territory.models import HealthSite, Hospital, Precision, School, Source

    source = Source.objects.get()
    draw = np.random.default_rng(seed + 2)
    kinds: list[tuple[Any, int, dict[str, Any]]] = [
        (School, SCHOOLS, {"level": "primaria", "is_state": True}),
        (Hospital, HOSPITALS, {"kind": "public_hospital"}),
        (HealthSite, HEALTH_SITES, {"kind": "territorial"}),
    ]
    for model, count, more in kinds:
        at_m = draw.uniform(box[:2], box[2:], (count, 2))
        model.objects.bulk_create(
            model(
                code=f"{model.__name__}-{k}",
                name=f"{model.__name__} {k}",
                location=_geos(shapely.Point(at_m[k])),
                precision=Precision.EXACT,
                source=source,
                **more,
            )
            for k in range(count)
        )


def _name_network(network: StreetNetwork, box: tuple[float, ...]) -> None:
    from gisplan.analysis.models import StreetNetwork as NetworkRow

    NetworkRow.objects.create(
        name="generated",
        kind="osm",
        digest=network.digest,
        srid=SRID,
        nodes=network.n_nodes,
        edges=network.n_edges,
        components=1,
        extent=_geos(shapely.box(*box)).transform(4326, clone=True),
        covers_territory=True,
    )


def _geos(shape: shapely.Geometry) -> Any:
    from django.contrib.gis.geos import GEOSGeometry

    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=SRID)


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """The product's server on the loopback, with as many workers and threads as the demo's; ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "gunicorn", "gisplan.wsgi", "--bind", f"127.0.0.1:{port}"]
    words += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--keep-alive", "60"]
    with (folder / "server.log").open("w") as log:
        child = subprocess.Popen([*words, "--no-control-socket"], stdout=log, stderr=subprocess.STDOUT)
        try:
            yield Server(_connected(port), child.pid)
        finally:
            child.terminate()
            child.wait(30)


def _connected(port: int) -> http.client.HTTPConnection:
    until = time.monotonic() + START_TIMEOUT_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT_S)
        try:
            connection.connect()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return connection


def post(connection: http.client.HTTPConnection, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer of POST /analysis/catchment, read whole."""
    connection.request(
        "POST", "/analysis/catchment", json.dumps(asked), headers={"Content-Type": "application/json"}
    )
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"Expected a catchment over HTTP, found {response.status}: {body[:200]!r}")
    answer: dict[str, Any] = json.loads(body)
    return answer
