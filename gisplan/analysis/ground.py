"""What every catchment is measured against: people, places and streets, prepared once and kept until they change."""

import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from django.db import connection
from django.db.models import Model

from gisplan.accessibility.catchment import PeopleSurface, people_surface
from gisplan.analysis.inputs import Digest, PeopleInputs, PlaceInputs, digest, people_inputs, place_inputs
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import networks_by_quality
from gisplan.plan.models import PlanPlace
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    PeopleGrid,
    Population,
    RegisterCoverage,
    School,
    Station,
    TerritoryEdition,
)
from gisplan.territory.queries import coverage_of
from gisplan.territory.stamps import table_stamps
from layers.models import Version

#: Who lives where; laying cells over municipalities takes longer than all the rest.
PEOPLE_TABLES: tuple[type[Model], ...] = (
    *(TerritoryEdition, Municipality, MunicipalityBoundary, Population, PeopleGrid),
)
#: Every table that a catchment reads; a row written in any of them makes the ground be prepared again.
INPUT_TABLES: tuple[type[Model], ...] = (
    *PEOPLE_TABLES,
    Version,
    *(Station, School, Hospital, HealthSite, PlanPlace),
    *(RegisterCoverage, RegisterCoverage.municipalities.through, StreetNetwork),
)


@dataclass(frozen=True)
class SettledPeople:
    """People on municipalities and cells, and the digest's first part."""

    people: PeopleInputs
    surface: PeopleSurface
    digest: Digest


@dataclass(frozen=True)
class Ground:
    """People, places, what the registers claim, and the streets in the order in which they are tried."""

    people: PeopleInputs
    surface: PeopleSurface
    places: dict[str, PlaceInputs]
    complete: dict[str, bool]
    networks: tuple[StreetNetwork, ...]
    digest: str

    @property
    def editions(self) -> dict[str, str]:
        return {"territory": self.people.territory_edition, "people_grid": self.people.grid}

    @cached_property
    def parts(self) -> dict[str, str]:
        """Part of the inputs -> its own digest: says what has changed where the whole digest is another."""
        people = self.people
        places = {
            column: [place.points_m, place.owners, self.complete[column]]
            for column, place in self.places.items()
        }
        own: dict[str, list[object]] = {
            "boundaries": [people.codes, people.municipalities, people.in_territory],
            "people": [people.municipality_people],
            "people_cells": [people.cells, people.cell_people],
            **places,
            "streets": [(row.name, row.digest) for row in self.networks],
        }
        return {name: digest(part)[:16] for name, part in own.items()}

    @cached_property
    def _municipality_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.people.municipalities)

    def municipality_at(self, x_m: float, y_m: float) -> int | None:
        """Position of the municipality there, the neighbours in the margin included; None outside all."""
        found = self._municipality_tree.query(shapely.Point(x_m, y_m), predicate="intersects")
        return int(found.min()) if len(found) else None


_kept: dict[str, Ground] = {}
_settled: dict[str, SettledPeople] = {}
_lock = threading.Lock()


def current_ground() -> Ground:
    """The ground as the database has it now: from memory while no input has changed."""
    stamp = inputs_stamp()
    with _lock:
        if stamp not in _kept:
            ground = prepare_ground(_settled_people())
            _kept.clear()
            _kept[stamp] = ground
        return _kept[stamp]


def _settled_people() -> SettledPeople:
    """Kept while no row of people has changed and the grid's layer has the same version, whatever else has."""
    grid = PeopleGrid.objects.values_list("pk", "layer__versions__pk").filter(
        layer__versions__is_current=True
    )
    stamp = f"{connection.settings_dict['NAME']} {table_stamps(PEOPLE_TABLES)} {list(grid)}"
    if stamp not in _settled:
        settled = settle_people()
        _settled.clear()
        _settled[stamp] = settled
    return _settled[stamp]


def inputs_stamp() -> str:
    """Changes with every row written or removed in the tables of the inputs; a few milliseconds.

    PostgreSQL gives each version of a row its place and its transaction: their sum tells any change.
    """
    return f"{connection.settings_dict['NAME']} {table_stamps(INPUT_TABLES)}"


def settle_people() -> SettledPeople:
    people = people_inputs()
    surface = people_surface(
        cells=people.cells,
        cell_people=people.cell_people,
        municipalities=people.municipalities,
        municipality_people=people.municipality_people,
    )
    surface.tree.query(shapely.Point(0, 0))  # builds it, before several threads ask at once
    parts = (
        people.codes,
        people.municipalities,
        people.municipality_people,
        people.cells,
        people.cell_people,
    )
    return SettledPeople(people, surface, Digest().of(parts))


def prepare_ground(settled: SettledPeople) -> Ground:
    """Read, digest and prepare the rest; the first searches then find their indexes made."""
    people, places = settled.people, place_inputs()
    networks = tuple(networks_by_quality())
    coverages = {column: coverage_of(column, "") for column in places}
    complete = {column: row is not None and row.complete for column, row in coverages.items()}
    whole = settled.digest.of(
        [
            *(part for place in places.values() for part in (place.points_m, place.owners)),
            sorted(complete.items()),
            [(row.name, row.digest) for row in networks],  # in the order in which they are tried
            np.array([people.in_territory], dtype=bool),
        ]
    )
    return Ground(people, settled.surface, places, complete, networks, whole.text)
