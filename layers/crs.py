"""All that the project knows of coordinate reference systems. x is always east (or longitude), y north."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from layers.errors import CrsUnknown, NoOperation, OutsideItaly

WGS84 = 4326  # WGS 84, degrees: what maps, GeoJSON and OpenStreetMap speak; not for measuring
WEB_MERCATOR = 3857  # WGS 84 pseudo-Mercator, metres stretched by 1.4 at 45° N: for map tiles only
UTM_32N = 32632  # WGS 84 UTM zone 32, metres: stored CRS of territories west of 12° E
UTM_33N = 32633  # WGS 84 UTM zone 33, metres: stored CRS of territories east of 12° E
LAEA_EUROPE = (
    3035  # ETRS89 Lambert equal area, metres: all Italy, statistical grids; EPSG lists it north-east
)
ETRS89_UTM_32N = 25832  # ETRS89 UTM zone 32, metres: regional cartography of the north west
ETRS89_UTM_33N = 25833  # ETRS89 UTM zone 33, metres: regional cartography of the east
RDN2008_UTM_32N = 7791  # RDN2008 UTM zone 32, metres: the legal Italian frame, east-north
RDN2008_UTM_32N_NE = 6707  # the same, listed north-east by EPSG; files still hold east first
MONTE_MARIO_1 = (
    3003  # Monte Mario / Gauss-Boaga west, metres: Italian maps before 2012; needs its datum shift
)
MONTE_MARIO_2 = 3004  # Monte Mario / Gauss-Boaga east, metres: the same, false easting 2520 km
MONTE_MARIO = 4265  # Monte Mario in degrees from Greenwich
MONTE_MARIO_ROME = 4806  # the same, in degrees from the meridian of Rome
ED50_UTM_32N = 23032  # ED50 UTM zone 32, metres: IGM 1:25,000 sheets of the 1980s

ITALY_LON_LAT = (6.6, 35.4, 18.6, 47.1)  # west, south, east, north of the land of Italy
_BOX_MARGIN_DEG = 0.1  # a layer may reach this far over the box of Italy or of an operation
_EQUIVALENT = 70  # PROJ's mark for "the same parameters under another name"; below it is only a resemblance

Box = tuple[float, float, float, float]
Geometries = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Transformed:
    """Geometries in the target CRS, the operation that took them there, and its accuracy in metres."""

    geometries: Geometries
    operation: str
    accuracy_m: float | None


@dataclass(frozen=True)
class Operation:
    """A named way from one system to another: out of a projection, a datum shift of EPSG, into a projection."""

    name: str
    accuracy_m: float | None
    steps: tuple[Transformer, ...]

    def apply(self, geometries: Geometries) -> Transformed:
        with self._refusing():
            moved = np.asarray(shapely.transform(geometries, self._move)) if self.steps else geometries
        return Transformed(moved, self.name, self.accuracy_m)

    def apply_points(self, points: Floats) -> Floats:
        """Rows of x, y."""
        with self._refusing():
            return self._move(points)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except ProjError as error:
            raise OutsideItaly(
                f"Expected coordinates that {self.name!r} can transform, found some that it cannot ({error}):"
                " the declared system is not the one of the file, give the right one with --srid."
            ) from error

    def apply_xy(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        for step in self.steps:
            x, y = step.transform(x, y, errcheck=True)
        return x, y

    def _move(self, coordinates: Floats) -> Floats:
        return np.column_stack(self.apply_xy(coordinates[:, 0], coordinates[:, 1]))


def checked_srid(srid: int) -> int:
    _crs(srid)
    return srid


def srid_from_text(text: str, *, where: str) -> int:
    """SRID of a WKT or of "EPSG:n"; only an exact or a single equivalent entry of EPSG is accepted."""
    try:
        crs = CRS.from_user_input(text.strip().lstrip("\ufeff"))
    except CRSError as error:
        raise CrsUnknown(
            f"Expected a coordinate reference system in {where}, found text that PROJ cannot read"
            f" ({text.strip()[:60]!r}): correct it or give the SRID with --srid."
        ) from error
    if crs.source_crs is not None and crs.type_name == "Bound CRS":
        crs = crs.source_crs  # the TOWGS84 of a .prj is one of several operations; crs.py chooses its own
    declared = crs.to_json_dict().get("id", {})
    if declared.get("authority") == "EPSG":
        return checked_srid(int(declared["code"]))
    return _identified(crs, where)


def is_wgs84(text: str) -> bool:
    """Whether PROJ reads a text as WGS 84 in degrees, whichever axis it lists first."""
    try:
        return bool(CRS.from_user_input(text).equals(CRS.from_epsg(WGS84), ignore_axis_order=True))
    except CRSError:
        return False


def _identified(crs: CRS, where: str) -> int:
    exact = crs.to_epsg(min_confidence=100)
    if exact is not None:
        return exact
    codes = {int(m.code) for m in crs.list_authority(auth_name="EPSG", min_confidence=_EQUIVALENT)}
    if len(codes) == 1:
        return codes.pop()
    found = f"{len(codes)} candidates ({', '.join(map(str, sorted(codes)))})" if codes else "none"
    raise CrsUnknown(
        f"Expected the system {crs.name!r} of {where} to match one entry of EPSG, found {found}:"
        " give the right one with --srid."
    )


def described(text: str) -> str:
    """ "EPSG:n" where the text names one, else the name it gives, else its first words."""
    try:
        return f"EPSG:{srid_from_text(text, where='the source')}"
    except CrsUnknown:
        return text.strip()[:60]


def utm_srid_for(lon: float, lat: float = 45.0) -> int:
    """WGS 84 UTM, in metres, of a place; Italy uses zone 32 west of 12° E and zone 33 east of it."""
    if touches_italy(np.array([[lon, lat, lon, lat]]))[0]:
        return UTM_32N if lon < 12 else UTM_33N
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise NoOperation(f"Expected a place between 80° S and 84° N for metres of UTM, found {lon}, {lat}.")
    return (32601 if lat >= 0 else 32701) + min(int((lon + 180) // 6), 59)


def transform_xy(x: Floats, y: Floats, from_srid: int, to_srid: int) -> tuple[Floats, Floats]:
    """Coordinates with the best operation for where they lie; a ballpark operation is refused."""
    box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return operation_for(box, from_srid, to_srid).apply_xy(x, y)


def transform(geometries: Geometries, from_srid: int, to_srid: int) -> Transformed:
    """Move geometries with the best operation for where they lie; a ballpark operation is refused."""
    box = tuple(shapely.total_bounds(geometries).tolist())
    return operation_for(box, from_srid, to_srid).apply(geometries)


def operation_for(box: Sequence[float], from_srid: int, to_srid: int) -> Operation:
    """The most accurate operation of EPSG whose area holds this box (in the source CRS)."""
    if from_srid == to_srid:
        return Operation("none (same system)", 0.0, ())
    source, target = _crs(from_srid), _crs(to_srid)
    named: list[tuple[str, Transformer]] = []
    if source.is_projected:
        named.append((f"Inverse of {_projection(source)}", _between(source, _geographic(source))))
    below = from_srid
    if (
        _geographic(source).to_epsg() == MONTE_MARIO_ROME
    ):  # no operation of EPSG starts there for the mainland
        below = MONTE_MARIO
        turned = _between(_geographic(source), _crs(below))
        named.append((_short(turned.description), turned))
    shift = _datum_shift(bbox_lon_lat(box, from_srid), below, to_srid)
    if shift is not None:
        named.append((_short(shift.description), shift))
    if target.is_projected:
        named.append((_projection(target), _between(_geographic(target), target)))
    name = " + ".join(name for name, _ in named)
    accuracy_m = 0.0 if shift is None else _accuracy_m(shift)
    return Operation(name, accuracy_m, tuple(step for _, step in named))


def _datum_shift(area: Box, from_srid: int, to_srid: int) -> Transformer | None:
    """Between the geographic systems below both; asked for the target itself, PROJ leaves out what its zone lacks."""
    source, target = _geographic(_crs(from_srid)), _geographic(_crs(to_srid))
    if source.equals(target, ignore_axis_order=True):
        return None
    group = TransformerGroup(
        source,
        target,
        always_xy=True,
        area_of_interest=AreaOfInterest(*area),  # type: ignore[arg-type]  # the stub names its private twin
        allow_ballpark=False,
    )
    fitting = [candidate for candidate in group.transformers if _covers(candidate.area_of_use, area)]
    if not fitting:
        raise NoOperation(
            f"Expected one operation from EPSG:{from_srid} to EPSG:{to_srid} for all of {box_text(area)},"
            f" found {len(group.transformers)} that cover a part of it: split the layer by area (mainland,"
            " Sardinia, Sicily) and import the parts."
        )
    return min(fitting, key=_preference)


def _geographic(crs: CRS) -> CRS:
    below = crs.geodetic_crs
    return crs if below is None else below


def _between(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _projection(crs: CRS) -> str:
    return crs.name if crs.coordinate_operation is None else crs.coordinate_operation.name


def _short(description: str) -> str:
    return " + ".join(part for part in description.split(" + ") if not part.startswith("axis order change"))


def _accuracy_m(candidate: Transformer) -> float | None:
    return candidate.accuracy if candidate.accuracy is not None and candidate.accuracy >= 0 else None


def _preference(candidate: Transformer) -> tuple[bool, float, float]:
    """Made for Italy first (the French box of ED50 holds Torino), then accuracy, then the smaller area."""
    area = candidate.area_of_use
    named = any(word in area.name for word in ("Italy", "World", "Europe"))
    accuracy_m = _accuracy_m(candidate)
    west, south, east, north = area.bounds
    return (not named, np.inf if accuracy_m is None else accuracy_m, (east - west) * (north - south))


def _covers(area_of_use: Any, box: Box) -> bool:
    if area_of_use is None:
        return False
    west, south, east, north = area_of_use.bounds
    margin = _BOX_MARGIN_DEG
    return bool(
        west - margin <= box[0]
        and south - margin <= box[1]
        and box[2] <= east + margin
        and box[3] <= north + margin
    )


def bbox_lon_lat(box: Sequence[float], srid: int) -> Box:
    """The box in EPSG:4326; good to some hundred metres, enough to say where a layer lies."""
    transformer = _to_lon_lat(srid)
    try:
        moved = transformer.transform_bounds(box[0], box[1], box[2], box[3], errcheck=True)
    except ProjError as error:
        raise _does_not_fit(box, srid) from error
    if not np.isfinite(moved).all():
        raise _does_not_fit(box, srid)
    west, south, east, north = (float(value) for value in moved)
    return west, south, east, north


def _does_not_fit(box: Sequence[float], srid: int) -> OutsideItaly:
    return OutsideItaly(
        f"Expected coordinates of EPSG:{srid} ({_crs(srid).name}), found the box {box_text(box)}, which that"
        " system cannot hold: the declared system is not the one of the file, give the right one with --srid."
    )


def boxes_lon_lat(boxes: Floats, srid: int) -> Floats:
    """Rows of x_min, y_min, x_max, y_max in EPSG:4326, by corners; inf where there is no such place."""
    if srid == WGS84:
        exists = np.less_equal(np.abs(boxes), (180, 90, 180, 90)).min(axis=1, keepdims=True)
        return np.where(exists, boxes, np.inf)
    transformer = _to_lon_lat(srid)
    lon, lat = transformer.transform(boxes[:, [0, 0, 2, 2]], boxes[:, [1, 3, 1, 3]])
    moved = np.column_stack([lon.min(axis=1), lat.min(axis=1), lon.max(axis=1), lat.max(axis=1)])
    return np.where(np.isfinite(moved).all(axis=1)[:, None], moved, np.inf)


def hull_lon_lat(boxes: Floats, srid: int) -> Floats:
    """One row: the box in EPSG:4326 of what lies in these boxes; tighter than that of their common box."""
    if srid == WGS84:
        return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])[None]
    hull = shapely.convex_hull(shapely.linestrings(boxes[:, [0, 1, 0, 3, 2, 1, 2, 3]].reshape(-1, 2)))
    lon, lat = _to_lon_lat(srid).transform(*shapely.get_coordinates(hull).T)
    return np.array([[lon.min(), lat.min(), lon.max(), lat.max()]])


def lies_in_italy(box: Box, srid: int) -> bool:
    """Whether the whole box, in the system of this SRID, lies in the box of Italy."""
    if not np.isfinite(box).all():
        return False
    west, south, east, north = boxes_lon_lat(np.asarray([box], dtype=float), srid)[0]
    limit, margin = ITALY_LON_LAT, _BOX_MARGIN_DEG
    return bool(
        west >= limit[0] - margin
        and south >= limit[1] - margin
        and east <= limit[2] + margin
        and north <= limit[3] + margin
    )


def check_in_italy(box: Box, srid: int, where: str) -> None:
    """Refuse a layer whose box (EPSG:4326) does not touch Italy."""
    if not touches_italy(np.asarray([box]))[0]:
        west, south, east, north = ITALY_LON_LAT
        raise OutsideItaly(
            f"Expected {where} inside Italy ({west}–{east} E, {south}–{north} N), found the box"
            f" {box_text(box)}"
            f" with EPSG:{srid}: the layer lies elsewhere or its system is another one (give it with --srid)."
        )


def is_degrees(srid: int) -> bool:
    return bool(_crs(srid).is_geographic)


def name_of(srid: int) -> str:
    return str(_crs(srid).name)


def touches_italy(boxes: Floats) -> npt.NDArray[np.bool_]:
    """For rows of west, south, east, north in degrees: which touch the box of Italy."""
    west, south, east, north = ITALY_LON_LAT
    margin = _BOX_MARGIN_DEG
    inside: npt.NDArray[np.bool_] = (
        (boxes[:, 0] <= east + margin)
        & (boxes[:, 2] >= west - margin)
        & (boxes[:, 1] <= north + margin)
        & (boxes[:, 3] >= south - margin)
    )
    return inside


def box_text(box: Sequence[float]) -> str:
    return "(" + ", ".join(f"{value:.6g}" for value in box) + ")"


@lru_cache(maxsize=64)
def _to_lon_lat(srid: int) -> Transformer:
    return _between(_crs(srid), _crs(WGS84))


@lru_cache(maxsize=64)
def _crs(srid: int) -> CRS:
    try:
        return CRS.from_epsg(srid)
    except CRSError as error:
        raise CrsUnknown(f"Expected an SRID of the EPSG register such as 32632, found {srid}.") from error
