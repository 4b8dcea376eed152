"""Five million points: memory stays what it is for one million."""

from benchmarks import imports
from benchmarks.frame import Bench, Row

COUNT = 5_000_000


def run(bench: Bench) -> list[Row]:
    with imports.database() as environment:
        path = imports.write(bench.folder / "points.gpkg", imports.points(COUNT))
        theirs = imports.run_whole(imports.peers_command(path, "peer_points", environment), environment)
        mine = imports.ours(path, "points", environment)
        imports.check_equal("layers.points", "peer_points", environment, bench)
    bench.say(f"peak {theirs.peak_mb:.0f} MB of ogr2ogr")
    return [
        Row(
            work=f"{COUNT:,} points, gpkg",
            ours=COUNT / mine.seconds,
            peer=COUNT / theirs.seconds,
            peer_name="ogr2ogr PG_USE_COPY",
            peer_command="ogr2ogr -f PostgreSQL PG:… points.gpkg -t_srs EPSG:4326 --config PG_USE_COPY YES",
            unit="rows/s",
            peak_mb=mine.peak_mb,
        )
    ]
