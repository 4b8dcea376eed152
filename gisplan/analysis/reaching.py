"""From points to bands with their people and places: the one place that asks the engine for catchments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from tqdm import tqdm

from gisplan.accessibility.catchment import SharedGround, mixed_people, points_in_areas, shared_ground
from gisplan.analysis.errors import NoStreet
from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import AGE_GROUPS, Floats, Geometries, PlaceInputs
from gisplan.analysis.networks import open_network
from gisplan.analysis.requests import RULES, CatchmentRequest
from gisplan.network.graph import StreetNetwork
from gisplan.network.service_area import DETOUR_FACTOR, ServiceArea, service_areas, straight_line_areas

#: Points a call, between two steps of the bar; fewer points than these have no bar.
BATCH, BAR_FROM = 16, 10

#: The columns of the layer `bands`, in order; `connector_m` and what follows qualify the figures.
BAND_COLUMNS = (
    "mode",
    "speed_kmh",
    "minutes",
    "method",
    *AGE_GROUPS,
    "people_source",
    "schools",
    "hospitals",
    "health_sites",
    "interventions",
    "connector_m",
    "cell_share",
    "network_name",
    "touches_border",
)


@dataclass(frozen=True)
class Reached:
    """The area that one point reaches, and the name of the network it was reached on."""

    area: ServiceArea
    network_name: str = ""


@dataclass(frozen=True)
class BandFigures:
    """One band of one point: the columns of `bands`, its ground in metres of the stored CRS, the zones below it."""

    columns: dict[str, Any]
    polygon: shapely.MultiPolygon
    zones: SharedGround


def reach_points(
    points_m: Floats,
    request: CatchmentRequest,
    ground: Ground,
    *,
    streets: Mapping[str, StreetNetwork] | None = None,
) -> list[Reached]:
    """Each point on the first network that has a street within the cap; a circle where none has.

    `streets` stand in for the loaded networks of their digests: the links of a scenario. A mode without a speed
    of its own (cars) has no circle: its points need a street.
    """
    reached: dict[int, Reached] = {}
    with tqdm(total=len(points_m), unit="hub", disable=None if len(points_m) >= BAR_FROM else True) as bar:
        for row in ground.networks:
            network = (streets or {}).get(row.digest) or open_network(row.digest)
            left = [i for i in range(len(points_m)) if i not in reached]
            for chunk in batched(left, BATCH):
                areas = service_areas(
                    network,
                    points_m[chunk],
                    minutes=request.minutes,
                    mode=request.mode,
                    speed_kmh=request.speed_kmh,
                    rules=RULES,
                )
                found = zip(chunk, areas, strict=True)
                new = {i: Reached(area, row.name) for i, area in found if area.bands}
                reached |= new
                bar.update(len(new))
        left = [i for i in range(len(points_m)) if i not in reached]
        if left and request.speed_kmh is None:
            raise NoStreet(
                f"Expected a loaded street open to {request.mode} within {RULES.snap.cap_m:g} m of each point, found "
                f"none near {len(left)}: load the streets there."
            )
        if left and request.speed_kmh is not None:
            circles = straight_line_areas(
                points_m[left],
                minutes=request.minutes,
                speed_kmh=request.speed_kmh,
                detour_factor=DETOUR_FACTOR,
            )
            reached |= {i: Reached(area) for i, area in zip(left, circles, strict=True)}
            bar.update(len(left))
    return [reached[i] for i in range(len(points_m))]


def batched(items: Sequence[int], size: int) -> Iterator[list[int]]:
    for first in range(0, len(items), size):
        yield list(items[first : first + size])


def measure_bands(
    reached: Sequence[Reached], request: CatchmentRequest, ground: Ground
) -> list[list[BandFigures]]:
    """People and places in the bands of each point, from the smallest band."""
    areas = np.array([band.polygon for one in reached for band in one.area.bands], dtype=object)
    shared = shared_ground(areas, ground.surface)
    found = mixed_people(areas, ground.surface, shared=shared)
    counts = {
        column: _known_counts(areas, points, complete=ground.complete[column])
        for column, points in ground.places.items()
    }
    figures: list[list[BandFigures]] = [[] for _ in reached]
    for k, polygon in enumerate(areas):
        point, minute = divmod(k, len(request.minutes))
        one = reached[point]
        columns = {
            "mode": request.mode,
            "speed_kmh": request.speed_kmh,
            "minutes": request.minutes[minute],
            "method": one.area.method,
            **{group: _number(found.people[k, i]) for i, group in enumerate(AGE_GROUPS)},
            "people_source": found.source[k],
            **{column: count[k] for column, count in counts.items()},
            "connector_m": _number(one.area.connector_m),
            "cell_share": float(found.cell_share[k]),
            "network_name": one.network_name,
            "touches_border": one.area.bands[minute].touches_border,
        }
        figures[point].append(BandFigures(columns, polygon, shared.of(k)))
    return figures


def _known_counts(areas: Geometries, places: PlaceInputs, *, complete: bool) -> list[int | None]:
    """Owners with a place inside; none in a register that is not complete is 'not known', never 0."""
    inside = points_in_areas(areas, places.points_m)
    counts = [len(np.unique(places.owners[at])) for at in inside]
    return [count if count or complete else None for count in counts]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
