"""Who may use a street and how fast: walk, bike and car read from OpenStreetMap tags.

Sources, each named where it decides:

- OSM wiki, "OSM tags for routing/Access restrictions" (default table by highway class) and "Key:access"
  (the more specific key wins: foot, bicycle, motorcar over motor_vehicle over vehicle over access).
- Italian highway code (D.Lgs. 285/1992): art. 175 closes motorways and main extra-urban roads (trunk) to
  people on foot and on bicycles; art. 3 lets bicycles into pedestrian areas.
- GraphHopper's foot profile: people walk on cycleways (the wiki leaves them to a `foot` tag that most lack).
- OSRM profiles `car.lua` (km/h by highway class, 0.8 of a stated limit) and `bicycle.lua` (km/h by surface,
  of a default of 15).
- OpenTripPlanner's `stairsTimeFactor` of 3, after Fujiyama and Tyler (2010), Predicting the walking speed of
  pedestrians on stairs, Transportation Planning and Technology 33(2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gisplan.network.errors import BadParameter, UnknownMode

Mode = Literal["walk", "bike", "car"]
MODES: tuple[Mode, ...] = get_args(Mode)

DEFAULT_KMH: dict[Mode, float | None] = {"walk": 4.8, "bike": 12.0, "car": None}
MAX_KMH = 130.0
STAIRS_TIME_FACTOR = 3.0

SPEED_SOURCES: dict[Mode, str] = {
    "walk": "4.8 km/h: half a mile in ten minutes; steps a third (Fujiyama and Tyler 2010); slope by Tobler (1993)",
    "bike": "12 km/h, less on rough surfaces (OSRM bicycle.lua)",
    "car": "0.8 of the stated limit, else by street class (OSRM car.lua)",
}
"""Where the speeds of a mode come from, in a line to be printed with a result."""

CONNECTOR_KMH = 4.8
"""Walking speed between a point and its street, whatever the mode; settable in the rules of each question."""

Tags = Mapping[str, str | None]
Directed = tuple[float, float]  # km/h forward and backward along the way, 0.0 where not allowed
Speeds = tuple[Directed, Directed, Directed]  # walk, bike, car

TAG_KEYS: tuple[str, ...] = (
    "highway", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "motorroad", "oneway",
    "oneway:bicycle", "oneway:foot", "junction", "maxspeed", "surface", "cycleway", "cycleway:left",
    "cycleway:right", "cycleway:both", "bridge", "tunnel", "covered", "speed_kmh",
)  # fmt: skip
"""The tags that decide anything; `speed_kmh` is what a layer says that cars drive. A reader need not keep others."""


@dataclass(frozen=True)
class HighwayClass:
    """One row of the default table: who may use the class, and the car's free speed in km/h."""

    walk: bool
    bike: bool
    car_kmh: float | None


MOTOR_ROAD_KMH = {"motorway": 90.0, "motorway_link": 45.0, "trunk": 85.0, "trunk_link": 40.0}
STREET_KMH = {
    "primary": 65.0, "primary_link": 30.0, "secondary": 55.0, "secondary_link": 25.0, "tertiary": 40.0,
    "tertiary_link": 20.0, "unclassified": 25.0, "residential": 25.0, "road": 25.0, "living_street": 10.0,
    "service": 15.0,
}  # fmt: skip
WALK_AND_BIKE = ("track", "path", "pedestrian", "cycleway")
WALK_ONLY = ("footway", "steps", "corridor", "platform", "elevator")

HIGHWAYS: dict[str, HighwayClass] = {
    **{name: HighwayClass(walk=False, bike=False, car_kmh=kmh) for name, kmh in MOTOR_ROAD_KMH.items()},
    **{name: HighwayClass(walk=True, bike=True, car_kmh=kmh) for name, kmh in STREET_KMH.items()},
    **{name: HighwayClass(walk=True, bike=True, car_kmh=None) for name in WALK_AND_BIKE},
    **{name: HighwayClass(walk=True, bike=False, car_kmh=None) for name in WALK_ONLY},
}
"""Classes left out (construction, proposed, raceway, …) are open to nobody unless a tag opens them."""

UNTAGGED = HighwayClass(walk=True, bike=True, car_kmh=None)
"""A street of a plain line layer: walked and cycled both ways, no claim for cars."""

OPENED_CAR_KMH = 15.0  # a class closed to cars that a tag opens: OSRM's speed of `service`
UNTAGGED_CAR_KMH = 25.0  # a street without class whose layer allows cars: OSRM's `unclassified`
MAXSPEED_SHARE = 0.8  # OSRM: the speed held on a road is 0.8 of its limit

REFUSED = frozenset(
    {
        "no",
        "private",
        "agricultural",
        "forestry",
        "military",
        "emergency",
        "permit",
        "use_sidepath",
        "dismount",
    }
)
ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})

ACCESS_KEYS: dict[Mode, tuple[str, ...]] = {
    "walk": ("foot",),
    "bike": ("bicycle", "vehicle"),
    "car": ("motorcar", "motor_vehicle", "vehicle"),
}

BIKE_SURFACE_KMH = {
    "wood": 10, "metal": 10, "cobblestone:flattened": 10, "paving_stones": 10, "compacted": 10,
    "cobblestone": 7, "unpaved": 6, "fine_gravel": 10, "gravel": 6, "pebblestone": 6, "grass_paver": 6,
    "ground": 10, "dirt": 8, "earth": 6, "grass": 6, "mud": 3, "sand": 3, "woodchips": 3, "sett": 9,
}  # fmt: skip
BIKE_SURFACE_DEFAULT_KMH = 15

IMPLIED_MAXSPEED_KMH = {
    "it:urban": 50.0,
    "it:rural": 90.0,
    "it:trunk": 110.0,
    "it:motorway": 130.0,
    "walk": 5.0,
}

_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_BOTH = frozenset({"no", "false", "0"})


def mode_index(mode: str) -> int:
    """Position of a mode in the speed tables; `UnknownMode` names the modes there are."""
    if mode not in MODES:
        raise UnknownMode(f"Expected a mode among {', '.join(MODES)}, found {mode!r}; choose one of these.")
    return MODES.index(mode)


def speed_ratio(mode: Mode, speed_kmh: float | None) -> float:
    """Ratio (no unit) of the asked speed to the profile's, by which every time of the mode is divided."""
    mode_index(mode)
    default_kmh = DEFAULT_KMH[mode]
    if speed_kmh is None:
        return 1.0
    if default_kmh is None:
        raise BadParameter(f"Cars go at the speed of each street, found speed_kmh={speed_kmh}; leave it out.")
    if not 0 < speed_kmh <= MAX_KMH:
        raise BadParameter(
            f"Expected a {mode} speed above 0 and at most {MAX_KMH:g} km/h, found {speed_kmh}; correct it."
        )
    return speed_kmh / default_kmh


def speed_table(mode: Mode, speed_kmh: float | None = None) -> list[dict[str, str | float]]:
    """Every speed (km/h) that a result of the mode rests on, with its source, as rows to be kept beside it.

    Those on rough ground and on steps follow the asked speed in proportion.
    """
    ratio = speed_ratio(mode, speed_kmh)
    usual_kmh = DEFAULT_KMH[mode]
    by_kind: dict[str, float] = {}
    if mode == "walk" and usual_kmh is not None:
        by_kind = {"walk": usual_kmh, "walk on steps": usual_kmh / STAIRS_TIME_FACTOR}
    elif mode == "bike" and usual_kmh is not None:
        by_kind = {"bike": usual_kmh} | {
            f"bike on {surface}": usual_kmh * kmh / BIKE_SURFACE_DEFAULT_KMH
            for surface, kmh in BIKE_SURFACE_KMH.items()
            if kmh != BIKE_SURFACE_DEFAULT_KMH
        }
    else:
        by_kind = {f"car on {name}": kmh for name, kmh in (MOTOR_ROAD_KMH | STREET_KMH).items()}
    return [
        {"speed": kind, "km/h": round(kmh * ratio, 3), "source": SPEED_SOURCES[mode]}
        for kind, kmh in by_kind.items()
    ]


def street_speeds(tags: Tags) -> Speeds:
    """Speed in km/h of walk, bike and car, forward and backward, at the default speeds; 0.0 = not allowed.

    A tag with several values ("residential;footway", "30;50") is a street of parts in sequence: it is open
    only where every part is open, and as fast as its slowest part.
    """
    clean = {key: value.strip().lower() for key, value in tags.items() if value}
    return _walk(clean), _bike(clean), _car(clean)


def _walk(tags: dict[str, str]) -> Directed:
    kmh = (DEFAULT_KMH["walk"] or 0.0) if _open(tags, "walk") else 0.0
    if "steps" in _values(tags, "highway"):
        kmh /= STAIRS_TIME_FACTOR
    return _directed(kmh, tags.get("oneway:foot"))


def _bike(tags: dict[str, str]) -> Directed:
    if not _open(tags, "bike"):
        return 0.0, 0.0
    surfaces = [BIKE_SURFACE_KMH.get(value, BIKE_SURFACE_DEFAULT_KMH) for value in _values(tags, "surface")]
    slowest = min(surfaces, default=BIKE_SURFACE_DEFAULT_KMH)
    kmh = (DEFAULT_KMH["bike"] or 0.0) * slowest / BIKE_SURFACE_DEFAULT_KMH
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any(tags.get(side, "").startswith("opposite") for side in sides):
        return kmh, kmh
    return _directed(kmh, tags.get("oneway:bicycle") or _oneway(tags))


def _car(tags: dict[str, str]) -> Directed:
    if not _open(tags, "car"):
        return 0.0, 0.0
    stated_kmh = _maxspeed_kmh(tags.get("speed_kmh", ""))
    if stated_kmh:
        return _directed(stated_kmh, _oneway(tags))
    limits = [kmh for kmh in (_maxspeed_kmh(value) for value in _values(tags, "maxspeed")) if kmh]
    if limits:
        return _directed(MAXSPEED_SHARE * min(limits), _oneway(tags))
    fallback_kmh = OPENED_CAR_KMH if "highway" in tags else UNTAGGED_CAR_KMH
    return _directed(min(row.car_kmh or fallback_kmh for row in _classes(tags)), _oneway(tags))


def _open(tags: dict[str, str], mode: Mode) -> bool:
    if mode != "car" and tags.get("motorroad") == "yes":
        return False
    for key in ACCESS_KEYS[mode]:
        values = _values(tags, key)
        if any(value in REFUSED for value in values):
            return False
        if values and all(value in ALLOWED for value in values):
            return True
    if any(value in REFUSED for value in _values(tags, "access")):
        return False
    if mode == "car" and "highway" not in tags:
        return "maxspeed" in tags or "speed_kmh" in tags
    return all(_class_open(row, mode) for row in _classes(tags))


def _class_open(row: HighwayClass, mode: Mode) -> bool:
    if mode == "walk":
        return row.walk
    return row.bike if mode == "bike" else row.car_kmh is not None


def _classes(tags: dict[str, str]) -> list[HighwayClass]:
    closed = HighwayClass(walk=False, bike=False, car_kmh=None)
    return [HIGHWAYS.get(value, closed) for value in _values(tags, "highway")] or [UNTAGGED]


def _values(tags: dict[str, str], key: str) -> list[str]:
    return [part for part in (value.strip() for value in tags.get(key, "").split(";")) if part]


def _oneway(tags: dict[str, str]) -> str | None:
    if tags.get("oneway"):
        return tags["oneway"]
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return "yes" if implied else None


def _directed(kmh: float, oneway: str | None) -> Directed:
    """`oneway` as OSM writes it; a reversible lane is closed, since its direction depends on the hour."""
    if oneway is None or oneway in _BOTH:
        return kmh, kmh
    if oneway in _FORWARD:
        return kmh, 0.0
    if oneway in _BACKWARD:
        return 0.0, kmh
    return (0.0, 0.0) if oneway in {"reversible", "alternating"} else (kmh, kmh)


def _maxspeed_kmh(value: str) -> float | None:
    if value in IMPLIED_MAXSPEED_KMH:
        return IMPLIED_MAXSPEED_KMH[value]
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|mph)?", value)
    if number is None:
        return None
    return min(float(number[1]) * (1.609344 if number[2] == "mph" else 1.0), MAX_KMH) or None
