"""Street networks: from a file to arrays in the state folder, and back into memory."""

import json
import shutil
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, Polygon

from gisplan import network as engine
from gisplan.analysis.errors import OutsideTerritory
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.progress import Steps
from gisplan.analysis.street_files import StreetOptions, raw_streets, read_lines, streets_digest
from gisplan.territory.models import MunicipalityBoundary, Station
from layers import crs
from layers.street_lines import Railways, StreetLines

REPORT = "report.json"
RAILWAYS = "railways.npz"


@dataclass(frozen=True)
class LoadedNetwork:
    row: StreetNetwork
    is_new: bool
    stations_inside: int

    @property
    def warning(self) -> str:
        if self.row.covers_territory:
            return ""
        return (
            f"{self.row.name} covers no place of {settings.TERRITORY_NAME}: it is loaded, "
            "and no catchment of this territory will use it."
        )


def load_network(
    path: Path,
    *,
    name: str | None = None,
    options: StreetOptions | None = None,
    only_in_territory: bool = False,
) -> LoadedNetwork:
    """Read a street file, build the network and keep it; known streets, under any name, change nothing."""
    name, options = name or path.name.split(".")[0], options or StreetOptions()
    digest = streets_digest(path, options)
    known = StreetNetwork.objects.filter(name=name, file_digest=digest).first()
    if known and network_folder(known.digest).is_dir():
        return LoadedNetwork(known, is_new=False, stations_inside=_stations_inside(known))
    with Steps(("read", "build", "keep")) as step:
        step("read")
        lines = read_lines(path, options)
        extent = _extent(lines)
        covers_territory = _touches_territory(extent)
        if only_in_territory and not covers_territory:
            raise OutsideTerritory(f"{path.name} has streets, but none in {settings.TERRITORY_NAME}.")
        # Within the territory every network has the stored CRS; elsewhere the metres of its own UTM zone.
        middle = extent.centroid
        network_srid = settings.STORED_SRID if covers_territory else crs.utm_srid_for(middle.x, middle.y)
        step("build")
        built, report = engine.build_network(raw_streets(lines, options, srid=network_srid))
        known = StreetNetwork.objects.filter(digest=built.digest).exclude(name=name).first()
        if known and network_folder(known.digest).is_dir():
            return LoadedNetwork(known, is_new=False, stations_inside=_stations_inside(known))
        step("keep")
        digest_of_arrays = _keep_arrays(built, report)
        _keep_railways(lines.railways, network_folder(built.digest), srid=network_srid)
        row, _ = StreetNetwork.objects.update_or_create(
            name=name,
            defaults={
                "kind": lines.kind,
                "file_name": path.name,
                "file_digest": digest,
                "digest": digest_of_arrays,
                "srid": network_srid,
                "nodes": report.nodes,
                "edges": report.edges,
                "components": report.components,
                "dropped": {why: n for why, n in (lines.dropped | report.dropped).items() if n},
                "extent": extent,
                "covers_territory": covers_territory,
            },
        )
        return LoadedNetwork(row, is_new=True, stations_inside=_stations_inside(row))


def _extent(lines: StreetLines) -> Polygon:
    """The convex hull of the nodes, in EPSG:4326; some metres wider, so that one street has an area."""
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([lines.lon, lines.lat])))
    return cast(Polygon, GEOSGeometry(memoryview(shapely.to_wkb(hull.buffer(0.0001))), srid=crs.WGS84))


def network_folder(digest: str) -> Path:
    return Path(settings.NETWORKS_DIR) / digest


def _keep_arrays(built: engine.StreetNetwork, report: engine.BuildReport) -> str:
    """Save beside, then move into place: a half-written folder never has a network's name."""
    target = network_folder(built.digest)
    if not target.is_dir():
        partial = target.with_name(f"{built.digest}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        engine.save_network(built, partial)
        (partial / REPORT).write_text(json.dumps(asdict(report), indent=2), encoding="utf-8")
        partial.rename(target)
    return built.digest


def _keep_railways(railways: Railways, folder: Path, *, srid: int) -> None:
    """Beside the arrays of the streets, which do not depend on them."""
    path = folder / RAILWAYS
    if not len(railways.kinds):
        path.unlink(missing_ok=True)
        return
    places_m = np.column_stack(
        crs.transform_xy(railways.places[:, 0].copy(), railways.places[:, 1].copy(), crs.WGS84, srid)
    )
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, places_m=places_m, offsets=railways.offsets, kinds=railways.kinds)
    partial.replace(path)


def build_report(row: StreetNetwork) -> dict[str, Any]:
    """The counts of the network's build (`BuildReport`); empty for one that was built before they were kept."""
    path = network_folder(row.digest) / REPORT
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


@lru_cache(maxsize=8)
def open_network(digest: str) -> engine.StreetNetwork:
    return engine.load_network(network_folder(digest))


def networks_by_quality() -> list[StreetNetwork]:
    """Networks of this territory: those with street classes first, bare lines last, then the newest."""
    rows = StreetNetwork.objects.filter(covers_territory=True)
    return sorted(rows, key=lambda row: (row.kind == "lines", -row.loaded_at.timestamp(), row.name))


def _stations_inside(row: StreetNetwork) -> int:
    extent = row.extent.transform(settings.STORED_SRID, clone=True)
    return Station.objects.filter(location__within=extent).count()


def _touches_territory(extent: Polygon) -> bool:
    return MunicipalityBoundary.objects.filter(
        municipality__in_territory=True,
        geometry__intersects=extent.transform(settings.STORED_SRID, clone=True),
    ).exists()
