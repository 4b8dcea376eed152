"""Car minutes between municipalities: on the roads that are loaded, or on a schematic network where there are none."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.inputs import Floats, Geometries, digest, geometries
from gisplan.analysis.models import StreetNetwork
from gisplan.network.contiguity import Pairs, border_pairs
from gisplan.network.schematic import Centres, schematic_network
from gisplan.network.schematic_rules import SchematicRules, read_rules
from gisplan.territory.models import Municipality, MunicipalityBoundary, Population, TerritoryEdition
from gisplan.territory.seeds import rows
from gisplan.territory.stamps import table_stamps
from layers import crs

SCHEMATIC = "schematic"


class Network(Protocol):
    """What gives minutes between positions, unreachable inf."""

    def minutes(self, origins: Sequence[int], destinations: Sequence[int]) -> Floats: ...


@dataclass(frozen=True, eq=False)
class RoadTimes:
    """Car minutes between the municipalities of a territory and its margin, named by ISTAT code."""

    codes: tuple[str, ...]
    network: Network
    method: str
    parameters: dict[str, Any]
    digest: str
    edition: str
    neighbours: Pairs  # positions of codes with a common border

    def minutes(self, origins: Iterable[str], destinations: Iterable[str]) -> Floats:
        """Shape (n_origins, n_destinations), not to be written in; inf where no way leads, 0 from one to itself."""
        return _searched(self, tuple(origins), tuple(destinations))

    def search(self, origins: Iterable[str], destinations: Iterable[str]) -> Floats:
        """The same, searched for anew."""
        return self.network.minutes(self._positions(origins), self._positions(destinations))

    def _positions(self, codes: Iterable[str]) -> list[int]:
        place = {code: position for position, code in enumerate(self.codes)}
        wanted = list(codes)
        unknown = [code for code in wanted if code not in place]
        if unknown:
            raise RequestRefused(
                f"Expected ISTAT codes of the territory and its margin, found {', '.join(unknown[:5])}: "
                "choose municipalities that have a boundary.",
                field="codes",
                found=", ".join(unknown[:5]),
            )
        return [place[code] for code in wanted]


@dataclass(frozen=True)
class MunicipalFacts:
    """What the schematic network is built from, in the order of the codes; areas in metres of one CRS."""

    codes: tuple[str, ...]
    inside: tuple[bool, ...]  # in the territory, not in its margin
    areas: Geometries
    centres_m: Floats
    seats: int  # how many centres are a known seat and not the middle of the area
    altitude_m: Floats
    zone: np.ndarray[Any, np.dtype[np.int64]]
    people: Floats
    edition: str


@lru_cache(maxsize=8)
def _searched(times: RoadTimes, origins: tuple[str, ...], destinations: tuple[str, ...]) -> Floats:
    """The questions of one page, and of the next ones, ask for the same times again and again."""
    found = times.search(origins, destinations)
    found.flags.writeable = False
    return found


_kept: dict[str, RoadTimes] = {}
_lock = threading.Lock()


def road_times() -> RoadTimes:
    """Of the loaded territory with its margin, from memory while its municipalities and roads have not changed."""
    stamp = _stamp()
    with _lock:
        if stamp not in _kept:
            facts = territory_facts()
            found = times_on_roads(facts) or schematic_times(facts)
            _kept.clear()
            _kept[stamp] = found
        return _kept[stamp]


def schematic_times(facts: MunicipalFacts, rules: SchematicRules | None = None) -> RoadTimes:
    """On the network that the boundaries, people and terrain of the municipalities give."""
    rules = rules or read_rules()
    centres = Centres(
        points_m=facts.centres_m,
        altitude_m=facts.altitude_m,
        zone=facts.zone,
        people=facts.people,
        area_km2=shapely.area(facts.areas) / 1e6,
    )
    neighbours = border_pairs(facts.areas)
    motorways = known_motorways(facts.codes)
    network = schematic_network(centres, neighbours, rules, motorways=motorways)
    parameters = {
        "method": SCHEMATIC,
        "territory_edition": facts.edition,
        "municipalities": len(facts.codes),
        "seats_known": facts.seats,
        "motorway_legs": len(network.legs),
        "terrain_known": int((facts.zone > 0).sum()),
        **rules.as_parameters,
    }
    inputs = (facts.codes, facts.areas, facts.centres_m, facts.altitude_m, facts.zone, facts.people)
    whole = digest([*inputs, motorways, sorted(parameters.items())])
    return RoadTimes(facts.codes, network, SCHEMATIC, parameters, whole, facts.edition, neighbours)


def times_on_roads(facts: MunicipalFacts) -> RoadTimes | None:
    """On the best loaded network with street classes that reaches every municipality of the territory, if any does.

    Those of the margin that it does not reach are unreachable.
    """
    from gisplan.analysis.municipal_roads import METHOD, roads_between  # and with it all of the engine

    found = roads_between(facts.centres_m, np.array(facts.inside))
    if found is None:
        return None
    roads, name = found
    parameters = {
        "method": METHOD,
        "territory_edition": facts.edition,
        "municipalities": len(facts.codes),
        "network": name,
        "municipalities_on_network": int(roads.near.sum()),
        "seats_known": facts.seats,
        **roads.parameters,
    }
    whole = digest([facts.codes, facts.centres_m, roads.digest, sorted(parameters.items())])
    neighbours = border_pairs(facts.areas)
    return RoadTimes(facts.codes, roads, METHOD, parameters, whole, facts.edition, neighbours)


def territory_facts() -> MunicipalFacts:
    """Of the latest edition that has boundaries."""
    edition = TerritoryEdition.objects.filter(boundaries__isnull=False).order_by("-valid_from").first()
    if edition is None:
        raise RequestRefused(
            "Expected a loaded territory, found none: run `gisplan load_territory` first.", field="territory"
        )
    boundaries = MunicipalityBoundary.objects.filter(edition=edition).order_by("municipality__istat_code")
    fields = ("istat_code", "in_territory", "altitude_m", "altimetric_zone")
    named = boundaries.values_list(*(f"municipality__{field}" for field in fields))
    codes, inside, altitudes, zones = zip(*named, strict=True)
    newest = Population.objects.order_by("reference_date").values_list("municipality__istat_code", "people")
    people = dict(newest)  # the latest date of each is the last written
    areas = geometries(boundaries, "geometry")
    centres_m, seats = municipal_centres(codes, areas, settings.STORED_SRID)
    return MunicipalFacts(
        codes=tuple(codes),
        inside=tuple(inside),
        areas=areas,
        centres_m=centres_m,
        seats=seats,
        altitude_m=np.array([np.nan if one is None else one for one in altitudes], dtype=np.float64),
        zone=np.array([zone or 0 for zone in zones], dtype=np.int64),
        people=np.array([people.get(code, np.nan) for code in codes], dtype=np.float64),
        edition=edition.code,
    )


def municipal_centres(codes: Sequence[str], areas: Geometries, srid: int) -> tuple[Floats, int]:
    """The known seat of each, and how many have one; else the centroid, or a point inside where it lies outside."""
    middle = shapely.centroid(areas)
    outside = ~shapely.contains(areas, middle)
    middle[outside] = shapely.point_on_surface(areas[outside])
    place = {code: position for position, code in enumerate(codes)}
    seats = [row for row in rows(settings.SEED_DIR, "municipal_seats") if row["istat_code"] in place]
    if seats:
        positions = np.array([place[row["istat_code"]] for row in seats])
        lon_lat = np.array([(row.number_in("lon"), row.number_in("lat")) for row in seats])
        points = shapely.points(*crs.transform_xy(lon_lat[:, 0], lon_lat[:, 1], crs.WGS84, srid))
        inside = shapely.intersects(areas[positions], points)
        middle[positions[inside]] = points[inside]
        seats = [row for row, used in zip(seats, inside.tolist(), strict=True) if used]
    return np.asarray(shapely.get_coordinates(middle), dtype=np.float64), len(seats)


def known_motorways(codes: Sequence[str]) -> Pairs:
    """Positions of the municipalities that the seeds say a motorway joins, shape (m, 2)."""
    place = {code: position for position, code in enumerate(codes)}
    ends = [
        (row["from_istat_code"], row["to_istat_code"]) for row in rows(settings.SEED_DIR, "motorway_legs")
    ]
    known = [(place[one], place[other]) for one, other in ends if one in place and other in place]
    return np.array(known, dtype=np.int64).reshape(-1, 2)


def _stamp() -> str:
    """Changes with every row written in the tables that are read."""
    tables = (TerritoryEdition, Municipality, MunicipalityBoundary, Population, StreetNetwork)
    return f"{connection.settings_dict['NAME']} {table_stamps(tables)}"
