"""Car minutes between municipal centres on a loaded street network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.gis.geos import MultiPoint, Point
from numpy.typing import NDArray

from gisplan.analysis.inputs import Floats
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import networks_by_quality, open_network
from gisplan.network.od import od_matrix
from gisplan.network.paths import MAX_MINUTES
from gisplan.network.schematic_rules import read_rules
from gisplan.network.snap import SnapRules, SnapStatus, snap
from gisplan.network.travel import Travel

METHOD = "network"
#: A centre may lie in streets that are closed to cars.
CAP_M = 1000.0


@dataclass(frozen=True)
class MunicipalRoads:
    """Centres (metres, shape (n, 2)) on a network, and which of them have a street open to cars nearby."""

    digest: str
    centres_m: Floats
    near: NDArray[np.bool_]
    travel: Travel

    @property
    def parameters(self) -> dict[str, Any]:
        return {"snap_cap_m": self.travel.snap.cap_m, "connector_kmh": self.travel.connector_kmh}

    def minutes(self, origins: Sequence[int], destinations: Sequence[int]) -> Floats:
        """Shape (n_origins, n_destinations); 0 to itself, inf where no road leads within the longest time."""
        rows, columns = np.asarray(origins, dtype=np.int64), np.asarray(destinations, dtype=np.int64)
        if not len(rows) or not len(columns):
            return np.zeros((len(rows), len(columns)))
        streets = open_network(self.digest)
        od_min = od_matrix(streets, self.centres_m[rows], self.centres_m[columns], self.travel).od_min.copy()
        od_min[rows[:, None] == columns[None, :]] = 0.0
        return od_min


def roads_between(centres_m: Floats, inside: NDArray[np.bool_]) -> tuple[MunicipalRoads, str] | None:
    """The first network, by quality, with a street near every centre inside; and its name."""
    travel = Travel(
        mode="car",
        minutes=MAX_MINUTES,
        connector_kmh=read_rules().town_speed_kmh,
        snap=SnapRules(cap_m=CAP_M),
    )
    for row in networks_by_quality():
        if row.kind == "lines" or not _may_reach(row, centres_m[inside]):
            continue
        statuses = snap(open_network(row.digest), centres_m, mode="car", rules=travel.snap).status
        near = np.array([status is SnapStatus.SNAPPED for status in statuses])
        if near[inside].all():
            return MunicipalRoads(row.digest, centres_m, near, travel), row.name
    return None


def _may_reach(row: StreetNetwork, centres_m: Floats) -> bool:
    """Whether the extent holds the centres, give or take the cap: a small network is not even opened."""
    points = MultiPoint([Point(x, y) for x, y in centres_m.tolist()], srid=settings.STORED_SRID)
    extent = row.extent.transform(settings.STORED_SRID, clone=True)
    return bool(extent.buffer(CAP_M).covers(points.convex_hull))
