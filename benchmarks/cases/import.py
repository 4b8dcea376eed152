"""Whole imports: points and polygons, shapefile and GeoPackage, beside ogr2ogr, which indexes and checks nothing."""

import statistics
import sys
from pathlib import Path

import shapely

from benchmarks import imports
from benchmarks.frame import Bench, Row

COUNTS = {"points": 1_000_000, "polygons": 200_000}
MAKE = {"points": imports.points, "polygons": imports.polygons}
REPEATS = 3


def run(bench: Bench) -> list[Row]:
    with imports.database() as environment:
        rows = [_warm(bench, environment)]
        for kind, count in COUNTS.items():
            geometries = MAKE[kind](count)
            bench.say_input(kind, shapely.get_coordinates(geometries))
            for suffix in (".shp", ".gpkg"):
                path = imports.write(bench.folder / f"{kind}{suffix}", geometries)
                rows.append(_beside(bench, path, count, environment))
    return rows


def _beside(bench: Bench, path: Path, count: int, environment: dict[str, str]) -> Row:
    """Each by turns, on an empty database; the medians."""
    name, peer = f"{path.stem}_{path.suffix[1:]}", f"peer_{path.stem}_{path.suffix[1:]}"
    command = imports.peers_command(path, peer, environment)
    mine, theirs = [], []
    for number in range(REPEATS):
        imports.drop(environment, peer)
        theirs.append(imports.run_whole(command, environment))
        mine.append(imports.ours(path, name, environment))
        if not number:
            imports.check_equal(f"layers.{name}", peer, environment, bench)
    bench.say(f"{path.name}: peak {max(ran.peak_mb for ran in theirs):.0f} MB of ogr2ogr")
    return Row(
        work=f"{count:,} {path.stem}, {path.suffix[1:]}",
        ours=count / statistics.median(ran.seconds for ran in mine),
        peer=count / statistics.median(ran.seconds for ran in theirs),
        peer_name="ogr2ogr PG_USE_COPY",
        peer_command=f"ogr2ogr -f PostgreSQL PG:… {path.name} -t_srs EPSG:4326 --config PG_USE_COPY YES",
        unit="rows/s",
        peak_mb=max(ran.peak_mb for ran in mine),
    )


def _warm(bench: Bench, environment: dict[str, str]) -> Row:
    """The municipalities of the province of Torino, in a process that has imported before."""
    found = imports.municipalities()
    path = imports.write(bench.folder / "municipalities_pol.gpkg", found)
    with_peer = imports.run_whole(imports.peers_command(path, "peer_pol", environment), environment)
    seconds = imports.output([sys.executable, "-m", "benchmarks.warm_import", str(path)], environment)
    return Row(
        f"{len(found)} municipalities, warm", float(seconds), with_peer.seconds, "ogr2ogr, whole process",
        f"ogr2ogr -f PostgreSQL PG:… {path.name} -t_srs EPSG:4326 --config PG_USE_COPY YES", "s", 0.0,
    )  # fmt: skip
