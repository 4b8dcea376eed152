"""The services whose coverage is asked for: places of a register, interventions of the plan, features of a layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db.models import Q

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import Floats
from gisplan.plan.models import Intervention, PlanPlace
from gisplan.plan.queries import default_edition
from gisplan.territory.models import MEASURABLE, Hospital, Place, RegisterCoverage
from gisplan.territory.queries import REGISTERS
from layers.models import Layer
from layers.serving.features import read_features

INTERVENTIONS, LAYER = "interventions", "layer"
#: Words for several kinds of one register; without a kind, hospitals leave private clinics aside as elsewhere.
SHORT_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "hospitals": {
        "": (Hospital.Kind.PUBLIC, Hospital.Kind.OTHER),
        "public": (Hospital.Kind.PUBLIC,),
        "all": tuple(Hospital.Kind.values),
    }
}


@dataclass(frozen=True)
class Services:
    """Places of one kind: metres where they can be measured (nan where not), ISTAT code ("" beyond the margin).

    Those with neither a municipality nor a position are in no row, but counted in `nowhere`. `kinds` are those whose
    register must say that it is complete; without any nobody says so.
    """

    name: str
    codes: list[str]
    names: list[str]
    municipalities: list[str]
    points_m: Floats
    nowhere: int
    register: str = ""
    kinds: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def measurable(self) -> Any:
        """Which rows have a position good enough for a walk, shape (n,)."""
        return np.isfinite(self.points_m).all(axis=1)

    def complete_codes(self, codes: Sequence[str], inside: Sequence[bool]) -> Any:
        """Which municipalities have a register that says it is complete, for every kind; shape (len(codes),)."""
        complete = np.full(len(codes), bool(self.kinds))
        for kind in self.kinds:
            complete &= _claimed(self.register, kind, codes, inside)
        return complete


def service_names(*, public: bool = False) -> list[str]:
    """What may be asked for now; `public`: by anyone."""
    names = register_names()
    edition = default_edition()
    axes = edition.axes.values_list("code", flat=True) if edition else []
    names += [INTERVENTIONS, *(f"{INTERVENTIONS}:{code}" for code in axes)] if edition else []
    return names + [f"{LAYER}:{name}" for name in published_layers(public=public)]


def register_names() -> list[str]:
    """What may always be asked for: each register, and its kinds."""
    names = []
    for register, (_, _, kinds) in REGISTERS.items():
        words = [*SHORT_KINDS.get(register, {}), *kinds.values]
        names += [register, *(f"{register}:{word}" for word in words if word)]
    return names


def published_layers(*, public: bool) -> list[str]:
    found = Layer.objects.filter(versions__is_current=True).order_by("name")
    return list((found.filter(is_public=True) if public else found).values_list("name", flat=True))


def services_named(name: str, ground: Ground, *, public: bool = False) -> Services:
    """The places of that name; a name that is not there is refused with those that are."""
    register, _, kind = name.partition(":")
    if name not in register_names() and name not in (known := service_names(public=public)):
        raise RequestRefused(
            f"--service expects one of {', '.join(known)}, found {name!r}: choose one.",
            field="service",
            found=name[:60],
            expected=", ".join(known),
        )
    if register == LAYER:
        return _of_layer(name, Layer.objects.get(name=kind), ground)
    if register == INTERVENTIONS:
        return _of_plan(name, kind, ground)
    return _of_register(name, register, kind, ground)


def kinds_of(register: str, kind: str) -> tuple[str, ...]:
    """The kinds that a name stands for: one, some, or all of the register."""
    short = SHORT_KINDS.get(register, {})
    if kind in short:
        return tuple(map(str, short[kind]))
    return (kind,) if kind else tuple(map(str, REGISTERS[register][2].values))


def _of_register(name: str, register: str, kind: str, ground: Ground) -> Services:
    model, field, _ = REGISTERS[register]
    kinds = kinds_of(register, kind)
    places = model._default_manager.filter(**{f"{field}__in": kinds}).order_by("code")
    rows: list[Place] = list(places.select_related("municipality"))
    points = _points_of([row.location for row in rows])
    usable = np.array([row.precision in MEASURABLE for row in rows], dtype=bool)
    codes = [row.municipality.istat_code if row.municipality else "" for row in rows]
    return _services(
        name,
        [(row.code, row.name) for row in rows],
        codes=_located(codes, points, ground),
        points_m=np.where(usable[:, None], points, np.nan),
        claims=(register, kinds),
    )


def _of_plan(name: str, axis: str, ground: Ground) -> Services:
    """Each place of each intervention of the plan's own register; zones and unlisted groups are nowhere."""
    asked = Q(
        intervention__axis__edition=default_edition(), intervention__register=Intervention.Register.PLAN
    )
    if axis:
        asked &= Q(intervention__axis__code=axis)
    places = PlanPlace.objects.filter(asked, intervention__outside_territory=False).order_by(
        "intervention__code", "pk"
    )
    rows = list(
        places.select_related("municipality", "intervention", "station", "school", "health_site", "hospital")
    )
    found = [row.registered.location if row.registered else row.geometry for row in rows]
    points = _points_of(found)
    usable = np.array([row.precision in MEASURABLE for row in rows], dtype=bool)
    codes = [row.municipality.istat_code if row.municipality else "" for row in rows]
    return _services(
        name,
        [(row.intervention.code, row.intervention.area_text) for row in rows if row.intervention],
        codes=_located(codes, points, ground),
        points_m=np.where(usable[:, None], points, np.nan),
    )


def _of_layer(name: str, layer: Layer, ground: Ground) -> Services:
    """A point on each feature."""
    shapes = read_features(layer, properties=[]).geometries
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = np.full((len(shapes), 2), np.nan)
    points[usable] = shapely.get_coordinates(shapely.point_on_surface(shapes[usable]))
    heads = [(f"{layer.name}-{k + 1}", f"{layer.name} {k + 1}") for k in range(len(shapes))]
    return _services(name, heads, codes=_located([""] * len(shapes), points, ground), points_m=points)


def _services(
    name: str,
    heads: Sequence[tuple[str, str]],
    *,
    codes: Sequence[str],
    points_m: Floats,
    claims: tuple[str, tuple[str, ...]] = ("", ()),
) -> Services:
    points_m = points_m.reshape(-1, 2)
    kept = [k for k, code in enumerate(codes) if code or np.isfinite(points_m[k]).all()]
    return Services(
        name,
        [heads[k][0] for k in kept],
        [heads[k][1] for k in kept],
        [codes[k] for k in kept],
        points_m[kept],
        len(heads) - len(kept),
        *claims,
    )


def _points_of(shapes: Sequence[Any]) -> Floats:
    """A point on each geometry, metres; nan where there is none."""
    points = np.full((len(shapes), 2), np.nan)
    known = [k for k, shape in enumerate(shapes) if shape is not None]
    drawn = shapely.from_wkb([bytes(shapes[k].wkb) for k in known])
    points[known] = shapely.get_coordinates(shapely.point_on_surface(np.asarray(drawn, dtype=object)))
    return points


def _located(codes: Sequence[str], points_m: Floats, ground: Ground) -> list[str]:
    """The codes, with that of the municipality where the point lies for those that name none; "" outside all."""
    found = list(codes)
    wanted = np.flatnonzero(
        np.array([not code for code in codes], dtype=bool) & np.isfinite(points_m).all(axis=1)
    )
    tree = shapely.STRtree(ground.people.municipalities)
    at, municipality = tree.query(shapely.points(points_m[wanted]), predicate="intersects")
    for k, place in sorted(zip(at.tolist(), municipality.tolist(), strict=True), reverse=True):
        found[int(wanted[k])] = ground.people.codes[place]
    return found


def _claimed(register: str, kind: str, codes: Sequence[str], inside: Sequence[bool]) -> Any:
    """Where the statement that applies says complete: that of the kind before that of the whole register."""
    complete = np.zeros(len(codes), dtype=bool)
    for row in RegisterCoverage.objects.filter(register=register, kind__in=["", kind]).order_by("kind"):
        areas = list(row.municipalities.values_list("istat_code", flat=True))
        complete[np.isin(codes, areas) if areas else np.asarray(inside, dtype=bool)] = row.complete
    return complete
