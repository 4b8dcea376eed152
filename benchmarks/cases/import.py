"""Whole imports, guarded process and all, beside ogr2ogr, which builds its index and checks nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from benchmarks.frame import Bench, Row
from benchmarks.watching import Watched, watch
from gisplan.environment.lease import given_url

SEED = 32632
POINTS, POLYGONS, MANY_POINTS = 1_000_000, 200_000, 5_000_000
VERTICES = 21
WARM_REPEATS = 3
_SUMS = {
    "Point": "sum(ST_X({g})), sum(ST_Y({g}))",
    "Polygon": "sum(ST_XMin({g}) + ST_XMax({g})), sum(ST_YMin({g}) + ST_YMax({g})), sum(ST_Area({g})),"
    " sum(ST_NPoints({g}))",
}


def run(bench: Bench) -> list[Row]:
    environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    subprocess.run([*_gisplan(), "migrate", "-v0"], env=environment, check=True)
    rows = []
    for kind, count in (("Point", POINTS), ("Polygon", POLYGONS)):
        geometries = _points(count) if kind == "Point" else _polygons(count)
        bench.say_input(f"{count} of {kind}", shapely.get_coordinates(geometries))
        for suffix in ("shp", "gpkg"):
            file = bench.folder / f"{kind.lower()}.{suffix}"
            _write(file, geometries, kind)
            rows.append(_beside_peer(bench, file, kind=kind, count=count, environment=environment))
    rows += _warm(bench, environment)
    return [*rows, _many(bench, environment)] if bench.large else rows


def _gisplan() -> list[str]:
    return [sys.executable, "-m", "gisplan"]


def _points(count: int) -> NDArray[Any]:
    rng = np.random.Generator(np.random.PCG64(SEED))
    return shapely.points(rng.uniform(350_000, 450_000, count), rng.uniform(4_950_000, 5_050_000, count))


def _polygons(count: int) -> NDArray[Any]:
    """Stars without self-intersection, of a closed ring each."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    centre_m = np.stack(
        [rng.uniform(350_000, 450_000, count), rng.uniform(4_950_000, 5_050_000, count)], axis=1
    )
    radius_m = rng.uniform(10, 30, (count, VERTICES - 1))
    angle = np.linspace(0, 2 * np.pi, VERTICES - 1, endpoint=False)
    rings = np.stack([radius_m * np.cos(angle), radius_m * np.sin(angle)], axis=2) + centre_m[:, None]
    return shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))


def _write(file: Path, geometries: NDArray[Any], kind: str) -> None:
    count = len(geometries)
    rng = np.random.Generator(np.random.PCG64(SEED))
    columns = {
        "codice": np.arange(count, dtype=np.int64),
        "valore": rng.uniform(0, 1000, count).round(3),
        "nome": np.array([f"nome {number % 997}" for number in range(count)], dtype=object),
    }
    pyogrio.raw.write(
        file,
        shapely.to_wkb(geometries),
        list(columns.values()),
        list(columns),
        geometry_type=kind,
        crs="EPSG:32632",
    )


def _beside_peer(bench: Bench, file: Path, *, kind: str, count: int, environment: dict[str, str]) -> Row:
    name = f"bench_{file.stem}_{file.suffix[1:]}_{os.getpid()}"
    program = shutil.which("ogr2ogr") or "ogr2ogr"
    words = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{given_url()}", str(file), "-t_srs", "EPSG:4326"]
    words += ["--config", "PG_USE_COPY", "YES", "-nln", f"{name}_peer"]
    theirs = watch([program, *words[1:]], environment)
    ours = watch([*_gisplan(), "import_layer", file, "--name", name], environment)
    _check_agreement(name, kind, count)
    _say_memory(bench, file.name, ours)
    return Row(
        work=f"import {count:,} {kind} of a {file.suffix[1:]}",
        ours=count / ours.seconds,
        peer=count / theirs.seconds,
        peer_name="ogr2ogr",
        peer_command=" ".join([*words[:3], "PG:…", file.name, *words[5:-1], "TABLE"]),
        unit="rows/s",
        peak_mb=ours.peak_mb,
    )


def _say_memory(bench: Bench, what: str, watched: Watched) -> None:
    ours, *others = (f"{peak:.0f}" for peak in watched.peaks_mb)
    bench.say(f"{what}: {watched.seconds:.1f} s; peak MB: {ours} the import, {', '.join(others)} its readers")


def _check_agreement(name: str, kind: str, count: int) -> None:
    """A figure for other work is worth nothing: as many rows, the same coordinates and attributes."""
    found = []
    with psycopg.connect(given_url()) as connection:
        for table, column in ((f"layers.{name}_v1", "geom"), (f"public.{name}_peer", "wkb_geometry")):
            geometry = column if table.startswith("layers") else _geometry_column(connection, table)
            sums = _SUMS[kind].format(g=geometry)
            row = connection.execute(
                f"SELECT count(*), sum(codice), sum(valore), {sums} FROM {table}"  # noqa: S608
            ).fetchone()  # type: ignore[arg-type]
            found.append(np.array(row, dtype=float))
        connection.execute(f"DROP TABLE public.{name}_peer")  # type: ignore[arg-type]
    if found[0][0] != count or not np.allclose(found[0], found[1], rtol=1e-9, atol=0):
        raise RuntimeError(
            f"The peer's table differs from ours: {found[1]} and {found[0]}: not a figure to print."
        )


def _geometry_column(connection: Any, table: str) -> str:
    statement = "SELECT f_geometry_column FROM geometry_columns WHERE f_table_name = %s"
    return str(connection.execute(statement, [table.removeprefix("public.")]).fetchone()[0])


def _warm(bench: Bench, environment: dict[str, str]) -> list[Row]:
    """The municipalities of a region, in a process that has imported before."""
    shared = Path(os.environ.get("GISPLAN_SHARED", Path(__file__).parents[3] / "shared"))
    files = sorted(shared.rglob("limits_P_1_municipalities.geojson"))
    if not files:
        bench.say("the 312 municipalities: left out, their file is not at hand (GISPLAN_SHARED)")
        return []
    words = [sys.executable, "-m", "benchmarks.warm_import", str(files[0]), str(WARM_REPEATS)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    seconds = float(done.stdout.split()[-1])
    return [Row("import 312 municipalities, warm", seconds, None, "", "", "s", 0.0)]


def _many(bench: Bench, environment: dict[str, str]) -> Row:
    file = bench.folder / "many.gpkg"
    _write(file, _points(MANY_POINTS), "Point")
    ours = watch([*_gisplan(), "import_layer", file, "--name", f"bench_many_{os.getpid()}"], environment)
    _say_memory(bench, file.name, ours)
    work = f"import {MANY_POINTS:,} Point of a gpkg"
    return Row(work, MANY_POINTS / ours.seconds, None, "", "", "rows/s", ours.peak_mb)
