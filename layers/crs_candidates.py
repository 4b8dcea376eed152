"""Which system the coordinates of a file may be in: to ask the user, and to say what is wrong with a declared one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from layers import crs
from layers.crs import Box
from layers.errors import OutsideItaly
from layers.limits import stored_srid

_MOST = 3


@dataclass(frozen=True)
class Candidate:
    """`bbox` is west, south, east, north of the layer in EPSG:4326, were it in this system."""

    srid: int
    name: str
    why: str
    bbox: Box

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "bbox": list(self.bbox)}


@dataclass(frozen=True)
class _System:
    srid: int
    name: str
    why: str
    x: tuple[float, float]
    y: tuple[float, float]

    def may_hold(self, box: Sequence[float]) -> bool:
        return (
            self.x[0] <= box[0]
            and box[2] <= self.x[1]
            and self.y[0] <= box[1]
            and box[3] <= self.y[1]
            and crs.lies_in_italy((box[0], box[1], box[2], box[3]), self.srid)
        )


# Likeliest first. The ranges are those of Italy in each system, with a margin; a false easting tells most apart.
_NORTHING = (3_900_000, 5_300_000)
_SYSTEMS = (
    _System(
        4326,
        "WGS 84",
        "degrees of longitude and latitude; ETRS89 and RDN2008 differ by less than 1 m",
        (5, 20),
        (34, 48),
    ),
    _System(4806, "Monte Mario (Rome)", "degrees counted from the meridian of Rome", (-7, 7), (34, 48)),
    _System(
        3003,
        "Monte Mario / Italy zone 1",
        "false easting of 1,500 km: Gauss-Boaga west",
        (1_290_000, 1_900_000),
        _NORTHING,
    ),
    _System(
        3004,
        "Monte Mario / Italy zone 2",
        "false easting of 2,520 km: Gauss-Boaga east",
        (2_200_000, 3_000_000),
        _NORTHING,
    ),
    _System(
        7794,
        "RDN2008 / Italy zone",
        "false easting of 7,000 km: RDN2008 for all of Italy",
        (6_500_000, 7_600_000),
        _NORTHING,
    ),
    _System(
        32632,
        "WGS 84 / UTM zone 32N",
        "metres from the meridian of 9° E; 25832 and 7791 differ by less than 1 m",
        (250_000, 1_000_000),
        _NORTHING,
    ),
    _System(
        32633,
        "WGS 84 / UTM zone 33N",
        "metres from the meridian of 15° E; 25833 and 7792 differ by less than 1 m",
        (-200_000, 850_000),
        _NORTHING,
    ),
    _System(
        3035,
        "ETRS89 / LAEA Europe",
        "false easting of 4,321 km: European grids",
        (3_900_000, 5_200_000),
        (1_300_000, 2_800_000),
    ),
    _System(
        3857, "WGS 84 / Pseudo-Mercator", "metres of web maps", (700_000, 2_100_000), (4_200_000, 6_000_000)
    ),
    _System(
        23032,
        "ED50 / UTM zone 32N",
        "the same grid on the older datum: about 200 m further",
        (250_000, 1_000_000),
        _NORTHING,
    ),
)


def candidates(box: Sequence[float]) -> list[Candidate]:
    """At most three systems under which this box, as it stands in the file, lies in Italy; likeliest first."""
    fitting = [system for system in _SYSTEMS if system.may_hold(box)]
    own = stored_srid()  # of two zones that both fit, that of the territory
    fitting.sort(key=lambda system: system.srid in {crs.UTM_32N, crs.UTM_33N} - {own})
    return [
        Candidate(system.srid, system.name, system.why, _rounded(crs.bbox_lon_lat(box, system.srid)))
        for system in fitting[:_MOST]
    ]


def _rounded(box: Box) -> Box:
    west, south, east, north = (round(value, 5) for value in box)
    return west, south, east, north


def words(found: Sequence[Candidate]) -> str:
    return ", ".join(f"{candidate.srid} ({candidate.name})" for candidate in found)


def check_in_italy(box: Sequence[float], srid: int, where: str) -> None:
    """Refuse a box, in the system of this SRID, that does not touch Italy, with what seems to be wrong."""
    wrong = _what_is_wrong(box, srid)
    if wrong is not None:
        raise OutsideItaly(
            f"Expected {where} inside Italy as EPSG:{srid} ({crs.name_of(srid)}), found {wrong}."
        )
    crs.check_in_italy(crs.bbox_lon_lat(box, srid), srid, where)


def _what_is_wrong(box: Sequence[float], srid: int) -> str | None:
    west, south, east, north = box
    if crs.lies_in_italy((west, south, east, north), srid):
        return None
    found = f"the box {crs.box_text(box)}"
    if crs.lies_in_italy((south, west, north, east), srid):
        first = "latitude before longitude" if crs.is_degrees(srid) else "northing before easting"
        return f"{found}, which is {first}: swap the two coordinates in the file (east first) and import it again"
    fitting = candidates(box)
    if not fitting:
        return None
    if not crs.is_degrees(srid) and crs.is_degrees(fitting[0].srid):
        return (
            f"{found}, which is degrees and not metres: give its system, for example --srid {fitting[0].srid}"
        )
    if crs.is_degrees(srid) and not crs.is_degrees(fitting[0].srid):
        return (
            f"{found}, which is metres and not degrees: give its system, likely {words(fitting)}, with --srid"
        )
    return f"{found}, which would lie in Italy as {words(fitting)}: give the right one with --srid"
