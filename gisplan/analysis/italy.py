"""All municipalities of Italy, of which only the package's boundaries and people and a register's terrain are known."""

from dataclasses import dataclass

import numpy as np
from django.conf import settings

from gisplan.analysis.inputs import digest
from gisplan.analysis.road_times import MunicipalFacts, municipal_centres
from gisplan.network.schematic_rules import read_rules
from gisplan.territory import istat
from gisplan.territory.models import Municipality, MunicipalTerrain
from gisplan.territory.seeds import rows

YEAR = 2022  # the newest with a boundary for nearly every municipality that the poles of 2020 name
SRID = 3035  # metres for the whole country


@dataclass(frozen=True)
class Italy:
    """The municipalities with a boundary, their names, and whatever does not match between the tables."""

    facts: MunicipalFacts
    names: tuple[str, ...]
    unmatched: list[tuple[str, str, str]]  # code, name, reason


def read_italy() -> Italy:
    found = istat.read_italy(YEAR, srid=SRID)
    terrain = known_terrain()
    centres_m, seats = municipal_centres(found.codes, found.areas, SRID)
    altitudes = [terrain.get(code, (np.nan, 0)) for code in found.codes]
    facts = MunicipalFacts(
        codes=found.codes,
        inside=(True,) * len(found.codes),
        areas=found.areas,
        centres_m=centres_m,
        seats=seats,
        altitude_m=np.array([altitude for altitude, _ in altitudes], dtype=np.float64),
        zone=np.array([zone for _, zone in altitudes], dtype=np.int64),
        people=found.people,
        edition=str(YEAR),
    )
    unmatched = [(one.istat_code, one.name, one.kind) for one in found.problems]
    if MunicipalTerrain.objects.exists():  # the register of Italy, not the territory's own altitudes
        named = zip(found.codes, found.names, strict=True)
        unmatched += [(code, name, "no_terrain") for code, name in named if code not in terrain]
    return Italy(facts, found.names, unmatched)


def known_terrain() -> dict[str, tuple[float, int]]:
    """Code -> altitude in metres and zone: the register of Italy, and over it what the territory has."""
    fields = ("istat_code", "altitude_m", "altimetric_zone")
    own = Municipality.objects.filter(altitude_m__isnull=False, altimetric_zone__isnull=False)
    rows = [*MunicipalTerrain.objects.values_list(*fields), *own.values_list(*fields)]
    return {code: (float(altitude), int(zone)) for code, altitude, zone in rows}


def italy_digest() -> str:
    """Of all that goes in, without reading the boundaries."""
    seeds = [
        [sorted(row.cells.items()) for row in rows(settings.SEED_DIR, table)]
        for table in ("municipal_seats", "motorway_legs")
    ]
    return digest(
        [istat.package_digest(), sorted(known_terrain().items()), read_rules().as_parameters, seeds]
    )
