"""Demand and supply of the measures of accessibility: points in metres with their people or amounts."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.db.models import Model, QuerySet

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import Floats, geometries, located_stations
from gisplan.territory.models import MEASURABLE, Hospital, School
from layers.models import Layer
from layers.serving.features import read_features

SUPPLIES = ("hospitals", "schools", "stations")
LAYER_PREFIX = "layer:"


@dataclass(frozen=True)
class Demand:
    codes: list[str]
    names: list[str]
    points_m: Floats
    people: Floats


@dataclass(frozen=True)
class Supply:
    """`left_out`: places without a known position or amount; they are counted and never guessed."""

    codes: list[str]
    points_m: Floats
    amounts: Floats
    unit: str
    left_out: int


def demand_points(kind: str, ground: Ground) -> Demand:
    """The municipalities, each at a point inside it (not its town hall), or the cells and the rests of their ground."""
    people = ground.people
    if kind == "municipalities":
        chosen = np.flatnonzero(people.in_territory)
        points = shapely.point_on_surface(people.municipalities[chosen])
        return Demand(
            [people.codes[k] for k in chosen],
            [people.names[k] for k in chosen],
            shapely.get_coordinates(points),
            people.municipality_people[chosen, 0],
        )
    surface = ground.surface
    inside = surface.municipality >= 0
    inside[inside] = people.in_territory[surface.municipality[inside]]
    chosen = np.flatnonzero(inside & (surface.people[:, 0] > 0))
    owners = surface.municipality[chosen]
    return Demand(
        [f"{people.codes[owner]}-{k}" for owner, k in zip(owners, chosen, strict=True)],
        [people.names[owner] for owner in owners],
        shapely.get_coordinates(shapely.point_on_surface(surface.zones[chosen])),
        surface.people[chosen, 0],
    )


def supply_points(name: str) -> Supply:
    """hospitals (beds; private clinics left aside), schools, stations (one each), or layer:NAME (a feature each)."""
    if name == "hospitals":
        found = Hospital.objects.exclude(kind=Hospital.Kind.PRIVATE_CLINIC)
        usable = _located(found).filter(beds__isnull=False)
        beds = np.array(usable.values_list("beds", flat=True), dtype=float)
        return _supply(name, usable, beds, unit="beds", every=found.count())
    if name == "schools":
        usable_schools = _located(School.objects.all())
        ones = np.ones(usable_schools.count())
        return _supply(name, usable_schools, ones, unit="schools", every=School.objects.count())
    if name == "stations":
        stations = located_stations()
        return _supply(name, stations, np.ones(stations.count()), unit="stations", every=stations.count())
    if name.startswith(LAYER_PREFIX):
        return _of_layer(name.removeprefix(LAYER_PREFIX))
    raise AnalysisError(f"--supply expects {', '.join(SUPPLIES)} or layer:NAME, found {name!r}: choose one.")


def _located(places: QuerySet[Model]) -> QuerySet[Model]:
    return places.filter(precision__in=MEASURABLE, location__isnull=False).order_by("code")


def _supply(name: str, usable: QuerySet[Model], amounts: Floats, *, unit: str, every: int) -> Supply:
    codes = list(usable.values_list("code", flat=True))
    if not codes:
        raise AnalysisError(
            f"Expected {name} with a known position and amount, found none of {every}: load or complete the register."
        )
    points_m = shapely.get_coordinates(geometries(usable, "location"))
    return Supply(codes, points_m, amounts, unit, every - len(codes))


def _of_layer(name: str) -> Supply:
    layer = Layer.objects.filter(name=name).first()
    if layer is None or layer.current is None:
        known = ", ".join(Layer.objects.values_list("name", flat=True)) or "none"
        raise AnalysisError(
            f"Expected the name of a published layer, found {name!r} (there are: {known}): choose one."
        )
    shapes = read_features(layer, properties=[]).geometries
    usable = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not len(usable):
        raise AnalysisError(
            f"Expected features with a position in layer {name}, found none: import another layer."
        )
    return Supply(
        [f"{layer.current.pk}-{k}" for k in range(len(usable))],
        shapely.get_coordinates(shapely.point_on_surface(usable)),
        np.ones(len(usable)),
        "features",
        len(shapes) - len(usable),
    )
