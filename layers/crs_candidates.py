"""Where the coordinates of a file without a system would lie under each system that Italian offices use."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyproj import CRS

from layers import crs
from layers.errors import LayersError

# Likeliest first; systems of the same datum that differ by less than a metre stand once.
_USUAL: tuple[tuple[int, str], ...] = (
    (crs.WGS84, "degrees of longitude and latitude"),
    (crs.UTM_32N, "metres of zone 32, west of 12° E"),
    (crs.UTM_33N, "metres of zone 33, east of 12° E"),
    (crs.MONTE_MARIO_1, "Gauss-Boaga west, Italian maps before 2012"),
    (crs.MONTE_MARIO_2, "Gauss-Boaga east, Italian maps before 2012"),
    (crs.ED50_UTM_32N, "ED50, sheets of the 1980s, about 200 m away"),
    (crs.WEB_MERCATOR, "metres of web maps"),
    (crs.LAEA_EUROPE, "European statistical grids"),
)
MOST = 3


@dataclass(frozen=True)
class Candidate:
    """`bbox` is west, south, east, north in EPSG:4326."""

    srid: int
    name: str
    why: str
    bbox: tuple[float, float, float, float]


def candidates(box: Sequence[float]) -> list[Candidate]:
    """The systems under which a box lies in Italy, likeliest first; none is chosen."""
    found = []
    for srid, why in _USUAL:
        try:
            inside = crs.lies_in_italy((box[0], box[1], box[2], box[3]), srid)
            bbox = crs.bbox_lon_lat(box, srid) if inside else None
        except LayersError:
            continue
        if bbox is not None:
            found.append(Candidate(srid, CRS.from_epsg(srid).name, why, bbox))
    return found[:MOST]
