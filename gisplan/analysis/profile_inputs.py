"""What the profile of a hub counts beside the bands: places by kind, interventions by axis, layers, school ages."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from django.db import connection

from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import Floats, PlaceInputs, digest, geometries
from gisplan.plan.models import Intervention
from gisplan.territory.models import MEASURABLE, HealthSite, Hospital, RegisterCoverage, School
from gisplan.territory.queries import REGISTERS, coverage_of
from gisplan.territory.stamps import table_stamps
from layers.models import Layer
from layers.serving.features import read_features

COUNTED_REGISTERS = ("schools", "hospitals", "health_sites")
#: Ages of a school, first and last included; the calendar year of birth decides in fact.
SCHOOL_AGES = {
    "people_3_5": (3, 5),
    "people_6_10": (6, 10),
    "people_11_13": (11, 13),
    "people_14_18": (14, 18),
}


@dataclass(frozen=True)
class CountedPlaces:
    """Places that one row of a profile counts; where the source is not complete, none means not known."""

    group: str
    name: str
    places: PlaceInputs
    complete: bool
    not_located: int = 0


@dataclass(frozen=True)
class ProfileInputs:
    services: list[CountedPlaces]
    interventions: list[CountedPlaces]
    layers: list[CountedPlaces]
    school_shares: Floats

    @property
    def digest(self) -> str:
        rows = [*self.services, *self.interventions, *self.layers]
        return digest(
            [
                *(part for row in rows for part in (row.group, row.name, row.complete, row.not_located)),
                *(part for row in rows for part in (row.places.points_m, row.places.owners)),
                self.school_shares,
            ]
        )


#: What the services stand on; an edited plan leaves them as they are.
_TABLES = (School, Hospital, HealthSite, RegisterCoverage, RegisterCoverage.municipalities.through)
_kept: dict[tuple[object, ...], list[CountedPlaces]] = {}


def profile_inputs(ground: Ground) -> ProfileInputs:
    state = (connection.settings_dict["NAME"], table_stamps(_TABLES))
    services = _kept.get(state)
    if services is None:
        services = _services()
        _kept.clear()
        _kept[state] = services
    return ProfileInputs(services, _interventions(ground), _layers(), school_shares(ground))


def _services() -> list[CountedPlaces]:
    """Every kind of each register, also those without a place."""
    found = []
    for register in COUNTED_REGISTERS:
        model, field, kinds = REGISTERS[register]
        for kind in kinds.values:
            every = model._default_manager.filter(**{field: kind})
            located = every.filter(precision__in=MEASURABLE, location__isnull=False).order_by("code")
            owners = np.fromiter(located.values_list("pk", flat=True), dtype=np.int64)
            places = PlaceInputs(shapely.get_coordinates(geometries(located, "location")), owners)
            coverage = coverage_of(register, kind)
            complete = coverage is not None and coverage.complete
            found.append(CountedPlaces(register, kind, places, complete, every.count() - len(owners)))
    return found


def _interventions(ground: Ground) -> list[CountedPlaces]:
    """By axis, of the interventions with a known place; one with several places counts once."""
    places = ground.places["interventions"]
    axes = dict(Intervention.objects.values_list("pk", "axis__code"))
    of_each = np.array([axes.get(owner, "") for owner in places.owners.tolist()], dtype=object)
    complete = ground.complete["interventions"]
    return [
        CountedPlaces(
            "axis",
            code,
            PlaceInputs(places.points_m[of_each == code], places.owners[of_each == code]),
            complete,
        )
        for code in sorted(set(axes.values()))
    ]


def _layers() -> list[CountedPlaces]:
    """The public layers of points, as they are now; what a layer does not hold is not there."""
    rows = Layer.objects.filter(
        is_public=True, versions__is_current=True, versions__geometry_type__endswith="Point"
    )
    found = []
    for row in rows.order_by("name").values_list("name", "versions__pk"):
        points_m = _points_of(*row)
        owners = np.arange(len(points_m), dtype=np.int64)
        found.append(CountedPlaces("layer", row[0], PlaceInputs(points_m, owners), complete=True))
    return found


@lru_cache(maxsize=32)
def _points_of(name: str, version: int) -> Floats:
    """Points of a version, which never changes once it is stored."""
    shapes = read_features(name, properties=[]).geometries
    usable = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    points_m: Floats = shapely.get_coordinates(shapely.centroid(usable))
    return points_m


def school_shares(ground: Ground) -> Floats:
    """Share of each municipality's people in each age of SCHOOL_AGES, in the order of the ground's codes."""
    by_age = ground.people.by_age
    counts = [by_age[:, first : last + 1].sum(axis=1) for first, last in SCHOOL_AGES.values()]
    shares: Floats = np.column_stack(counts) / np.maximum(by_age.sum(axis=1), 1)[:, None]
    return shares
