"""From the database to a siting problem: people of an age group, sites of today, candidates, minutes between them."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray

from gisplan.analysis.access_inputs import demand_points
from gisplan.analysis.coverage_ground import coverage_demand
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import Floats, digest
from gisplan.analysis.networks import open_network
from gisplan.analysis.reaching import batched
from gisplan.analysis.requests import MAX_MINUTES
from gisplan.analysis.road_times import municipal_centres, road_times
from gisplan.analysis.services import Services, published_layers, services_named
from gisplan.analysis.siting_request import CELLS, MUNICIPALITIES, SitingRequest
from gisplan.network.od import od_matrix
from gisplan.network.snap import SnapStatus, snap
from gisplan.network.travel import Travel
from layers.models import Layer
from layers.serving.features import read_features

ORIGINS_A_CALL = 256
#: Code, name, municipality and metres of a site.
Row = tuple[str, str, str, tuple[float, float]]
_NAMES = ("name", "nome", "title", "titolo", "denominazione")


@dataclass(frozen=True)
class People:
    """Who is to be served: a row a municipality or cell, the municipality of each, people of the age group."""

    municipalities: list[str]
    points_m: Floats
    weights: Floats


@dataclass(frozen=True)
class Sites:
    """Where the service stands today and where it may: codes, names, municipality, metres, cost (nan: not asked).

    `exact`: the position is the place's own and not the centre of its municipality.
    """

    codes: list[str]
    names: list[str]
    municipalities: list[str]
    points_m: Floats
    costs: Floats
    exact: NDArray[np.bool_]
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(cls, rows: list[Row], *, costs: Floats | None = None, left_out: int = 0) -> "Sites":
        points = np.array([at for *_head, at in rows], dtype=np.float64).reshape(-1, 2)
        codes, names, municipalities = ([str(row[k]) for row in rows] for k in range(3))
        own = np.full(len(rows), np.nan) if costs is None else costs
        exact = np.isfinite(points[:, 0] + points[:, 1])
        return cls(codes, names, municipalities, points, own, exact, left_out)

    def placed(self, ground: Ground) -> "Sites":
        """Those without a position of their own, at the centre of their municipality."""
        missing = np.flatnonzero(~self.exact)
        if not len(missing):
            return self
        centres_m = _centres(ground)
        points_m = self.points_m.copy()
        points_m[missing] = [centres_m[self.municipalities[k]] for k in missing]
        return replace(self, points_m=points_m)


@dataclass(frozen=True)
class SitingInputs:
    """`od_min` has a row for each of `people` and a column for each existing site, then each candidate."""

    people: People
    existing: Sites
    candidates: Sites
    od_min: Floats
    method: str
    parameters: dict[str, Any]
    digest: str
    complete: bool
    editions: dict[str, str] = field(default_factory=dict)


_kept_centres: dict[str, dict[str, list[float]]] = {}


def _centres(ground: Ground) -> dict[str, list[float]]:
    """Metres of the centre of each municipality of the ground, from memory while the ground is the same."""
    if ground.digest not in _kept_centres:
        people = ground.people
        points_m, _ = municipal_centres(people.codes, people.municipalities, settings.STORED_SRID)
        _kept_centres.clear()
        _kept_centres[ground.digest] = dict(zip(people.codes, points_m.tolist(), strict=True))
    return _kept_centres[ground.digest]


def siting_inputs(request: SitingRequest, ground: Ground) -> SitingInputs:
    services = services_named(request.service, ground, public=request.public)
    people = people_of(request, ground)
    existing = _existing(services, request, ground).placed(ground) if request.existing else Sites.of([])
    candidates = _candidates(request, ground, existing)
    if not len(candidates):
        raise RequestRefused(
            "Expected a place where a new site may stand, found none that is free and located: name a layer of "
            "candidates, or ask with --no-existing.",
            field="candidates",
            found="0",
            expected="1",
        )
    od_min, method, stated = matrix_of(request, ground, people, (existing, candidates))
    known = services.complete_codes(ground.people.codes, ground.people.in_territory.tolist())
    complete = bool(known[ground.people.in_territory].all()) and services.nowhere == 0
    return SitingInputs(
        people,
        existing,
        candidates,
        od_min,
        method,
        {
            "existing_sites": len(existing),
            "existing_left_out": existing.left_out + services.nowhere,
            "candidate_sites": len(candidates),
            "candidates_left_out": candidates.left_out,
            "register_complete": complete,
            **stated,
        },
        siting_digest(request, ground),
        complete,
        ground.editions,
    )


def siting_digest(request: SitingRequest, ground: Ground) -> str:
    """Of all that goes in, without the matrix that follows from it."""
    services = services_named(request.service, ground, public=request.public)
    parts: list[object] = [services.codes, services.municipalities, services.points_m, services.nowhere]
    if request.candidates != MUNICIPALITIES:
        layer = _layer(request)
        parts += [layer.name, layer.current.pk if layer.current else 0]
    demand = coverage_demand(ground)
    parts += [demand.codes, demand.by_age, demand.groups["snai_class"], demand.groups["zone"]]
    return digest([*parts, road_times().digest if request.mode == "car" else "", ground.digest])


def people_of(request: SitingRequest, ground: Ground) -> People:
    """People of the age group; in cells each municipality's ages are those of all its people."""
    demand = coverage_demand(ground)
    wanted = demand.people(request.group)
    if request.demand == CELLS:
        cells = demand_points("cells", ground)
        owners = [code[:6] for code in cells.codes]
        share = np.divide(wanted, demand.everyone, out=np.zeros(len(wanted)), where=demand.everyone > 0)
        own = dict(zip(demand.codes, share, strict=True))
        people = People(owners, cells.points_m, cells.people * np.array([own[code] for code in owners]))
    else:
        centres_m = _centres(ground)
        people = People(demand.codes, np.array([centres_m[code] for code in demand.codes]), wanted)
    if not people.weights.any():
        raise RequestRefused(
            f"Expected people aged {request.group} in the territory, found none: choose other ages.",
            field="nobody",
            found=request.group,
        )
    return people


def sites_of_today(request: SitingRequest, ground: Ground) -> Sites:
    services = services_named(request.service, ground, public=request.public)
    return _existing(services, request, ground).placed(ground)


def _existing(services: Services, request: SitingRequest, ground: Ground) -> Sites:
    """By car one site a municipality, for all its places are as near; else each place with a measurable position."""
    if request.mode != "car":
        usable = np.flatnonzero(services.measurable)
        rows = [_row(services, int(k)) for k in usable]
        return Sites.of(rows, left_out=len(services) - len(rows))
    known = set(road_times().codes) & set(ground.people.codes)
    first: dict[str, tuple[str, str, str, tuple[float, float]]] = {}
    more: dict[str, int] = {}
    for k, code in enumerate(services.municipalities):
        if code in known:
            more[code] = more.get(code, -1) + 1
            first.setdefault(code, _row(services, k))
    rows = [
        (code, name + (f" (+{more[own]})" if more[own] else ""), own, at)
        for code, name, own, at in first.values()
    ]
    return Sites.of(rows, left_out=sum(code not in known for code in services.municipalities))


def _row(services: Services, k: int) -> Row:
    x, y = services.points_m[k]
    return services.codes[k], services.names[k], services.municipalities[k], (float(x), float(y))


def _candidates(request: SitingRequest, ground: Ground, existing: Sites) -> Sites:
    if request.candidates != MUNICIPALITIES:
        return _of_layer(request, ground)
    demand = coverage_demand(ground)
    taken = set(existing.municipalities) if request.mode == "car" else set()
    free = [(code, name) for code, name in zip(demand.codes, demand.names, strict=True) if code not in taken]
    return Sites.of([(code, name, code, (np.nan, np.nan)) for code, name in free]).placed(ground)


def _of_layer(request: SitingRequest, ground: Ground) -> Sites:
    """A point on each feature; by car what lies in no municipality that is loaded is left out and counted."""
    layer = _layer(request)
    known = {entry["name"] for entry in layer.current.columns} if layer.current else set()
    name_column = next((name for name in _NAMES if name in known), None)
    if request.cost_field and request.cost_field not in known:
        raise RequestRefused(
            f"--cost-field expects a column of {layer.name} ({', '.join(sorted(known))}), found "
            f"{request.cost_field!r}: choose one.",
            field="cost_field",
            found=request.cost_field[:40],
            expected=", ".join(sorted(known)),
        )
    wanted = [name for name in (name_column, request.cost_field) if name]
    features = read_features(layer, properties=wanted)
    shapes = features.geometries
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    rows: list[Row] = []
    costs: list[float] = []
    for k in np.flatnonzero(usable).tolist():
        (x, y) = shapely.get_coordinates(shapely.point_on_surface(shapes[k]))[0].tolist()
        at = ground.municipality_at(x, y)
        if at is None:
            continue
        named = features.columns[name_column][k] if name_column else None
        rows.append(
            (f"{layer.name}-{k + 1}", str(named or f"{layer.name} {k + 1}"), ground.people.codes[at], (x, y))
        )
        costs.append(
            _cost(features.columns[request.cost_field][k], k, request) if request.cost_field else np.nan
        )
    return Sites.of(rows, costs=np.array(costs, dtype=np.float64), left_out=len(shapes) - len(rows))


def _layer(request: SitingRequest) -> Layer:
    name, known = request.candidates, published_layers(public=request.public)
    if name not in known:
        raise RequestRefused(
            f"--candidates expects municipalities or a published layer ({', '.join(known) or 'none is'}), found "
            f"{name!r}: choose one.",
            field="candidates_layer",
            found=name[:60],
            expected=", ".join([MUNICIPALITIES, *known]),
        )
    return Layer.objects.get(name=name)


def _cost(value: Any, k: int, request: SitingRequest) -> float:
    try:
        cost = float(value)
    except (TypeError, ValueError):
        cost = np.nan
    if not 0 <= cost < np.inf:
        raise RequestRefused(
            f"--cost-field expects a cost of 0 or more in each feature, found {value!r} in feature {k + 1} of "
            f"{request.candidates}: complete the column.",
            field="cost",
            found=str(value)[:40],
            expected=request.cost_field,
        )
    return cost


def matrix_of(
    request: SitingRequest, ground: Ground, people: People, sites: tuple[Sites, Sites]
) -> tuple[Floats, str, dict[str, Any]]:
    """Minutes from the people to both kinds of sites, by which method, and on what it stands."""
    if request.mode == "car":
        return _by_car(people, *sites)
    return _over_streets(request, ground, people, sites)


def _by_car(people: People, existing: Sites, candidates: Sites) -> tuple[Floats, str, dict[str, Any]]:
    """Between the centres of the municipalities, 0 within one."""
    times = road_times()
    wanted = [*existing.municipalities, *candidates.municipalities]
    different = sorted(set(wanted))
    column = {code: k for k, code in enumerate(different)}
    minutes = times.minutes(people.municipalities, different)
    return minutes[:, [column[code] for code in wanted]], times.method, {"road_times": times.parameters}


def _over_streets(
    request: SitingRequest, ground: Ground, people: People, sites: tuple[Sites, Sites]
) -> tuple[Floats, str, dict[str, Any]]:
    """On the network near whose streets most people live; a point too far from any street reaches nothing."""
    travel = Travel(mode=request.mode, minutes=float(MAX_MINUTES))  # type: ignore[arg-type]
    best, most = None, 0.0
    for row in ground.networks:
        snaps = snap(open_network(row.digest), people.points_m, mode=travel.mode)
        near = np.array([status is not SnapStatus.TOO_FAR for status in snaps.status])
        if float(people.weights[near].sum()) > most:
            best, most = row, float(people.weights[near].sum())
    if best is None:
        raise AnalysisError(
            f"Expected a street network open to {request.mode} near the people of this territory, found none: "
            "run `gisplan load_network FILE` with its streets, or ask by car."
        )
    points = np.concatenate([sites[0].points_m, sites[1].points_m])
    streets = open_network(best.digest)
    rows = [
        od_matrix(streets, people.points_m[chunk], points, travel).od_min
        for chunk in batched(range(len(people.points_m)), ORIGINS_A_CALL)
    ]
    stated = {"speed_kmh": travel.used_kmh, "snap_cap_m": travel.snap.cap_m, "network": best.name}
    return np.vstack(rows), "network", stated
