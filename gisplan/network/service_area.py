"""Service areas: what can be reached from each origin within each time, as edge parts and as polygons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gisplan.network.barriers import barrier_index
from gisplan.network.cores import on_all_cores, shares_of
from gisplan.network.errors import BadParameter
from gisplan.network.graph import StreetNetwork
from gisplan.network.outline import (
    barrier_marks,
    blank_field,
    bounds_of,
    grid_over,
    outline,
    paint,
    part_of,
    window_of,
)
from gisplan.network.parts import EdgeParts, Start, lengths_m, reached_parts
from gisplan.network.paths import checked_minutes
from gisplan.network.profiles import CONNECTOR_KMH, DEFAULT_KMH, MAX_KMH, Mode, speed_ratio
from gisplan.network.snap import Points, SnapRules, Snaps, SnapStatus, checked_points, snap

Method = Literal["network", "straight_line"]

DETOUR_FACTOR = 1.3
NO_PARTS = EdgeParts(np.zeros(0, dtype=np.int32), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class AreaRules:
    """How points are joined to streets and how the reached streets become ground.

    Attributes
    ----------
    snap : SnapRules
    connector_kmh : float
        Walking speed between the point and the street, whatever the mode.
    buffer_m : float
        Ground counted on each side of a reached street.
    keep_holes_wider_than_m : float
        A hole into which a circle of this diameter fits is always kept; holes of less area than that circle
        are filled.
    cell_m : float
        Grid of the outline; it is doubled, and the buffer with it, where an area needs more than
        `max_nodes` nodes.
    max_nodes : int
    """

    snap: SnapRules = field(default_factory=SnapRules)
    connector_kmh: float = CONNECTOR_KMH
    buffer_m: float = 25.0
    keep_holes_wider_than_m: float = 100.0
    cell_m: float = 5.0
    max_nodes: int = 16_000_000

    def __post_init__(self) -> None:
        if not 0 < self.connector_kmh <= MAX_KMH:
            raise BadParameter(f"Expected connector_kmh above 0, found {self.connector_kmh}; correct it.")
        if not (0 < self.cell_m <= self.buffer_m < np.inf and 0 <= self.keep_holes_wider_than_m < np.inf):
            raise BadParameter(
                f"Expected 0 < cell_m <= buffer_m and a hole width of 0 m or more, found {self.cell_m}, "
                f"{self.buffer_m} and {self.keep_holes_wider_than_m}; correct them."
            )


@dataclass(frozen=True)
class Band:
    """What is reached within `minutes`, counted from 0 (cumulative).

    Attributes
    ----------
    minutes : float
    parts : EdgeParts
        Reached stretches of edges; empty for a straight-line area.
    length_m : float
        Their length together.
    polygon : MultiPolygon in metres
        Valid, and inside the polygon of every longer band; empty where the connector alone takes the whole
        time.
    touches_border : bool
        The polygon reaches the edge of the ground the network covers, so the figure may be cut.
    """

    minutes: float
    parts: EdgeParts
    length_m: float
    polygon: shapely.MultiPolygon
    touches_border: bool


@dataclass(frozen=True)
class ServiceArea:
    """The bands of one origin, shortest first, with how it was joined to the streets and at what speed.

    `connector_m` is inf where too far; `speed_kmh` is None for cars, which go at each street's speed;
    `buffer_m` and `cell_m` are those the polygons were drawn with, None for circles.
    """

    status: SnapStatus
    connector_m: float
    speed_kmh: float | None
    method: Method
    bands: tuple[Band, ...]
    passed_over: bool = False
    buffer_m: float | None = None
    cell_m: float | None = None


def service_areas(
    network: StreetNetwork,
    points_m: Points,
    *,
    minutes: Sequence[float],
    mode: Mode,
    speed_kmh: float | None = None,
    rules: AreaRules | None = None,
) -> list[ServiceArea]:
    """Service area of each point (metres, shape (n, 2)) within each of `minutes`, in the order of the points.

    The time of the connector, walked, counts. A point too far from any street gets no band, one on an
    isolated part of the network gets the area of that part; neither stops the others.

    Raises
    ------
    BadPoint
        A coordinate is nan or infinite.
    BadParameter
        No minutes, minutes out of range, a speed out of range.
    UnknownMode
        A mode without a profile.
    """
    rules = rules or AreaRules()
    limits_min = _limits(minutes)
    ratio = speed_ratio(mode, speed_kmh)
    default_kmh = DEFAULT_KMH[mode]
    used_kmh = None if default_kmh is None else default_kmh * ratio
    snaps = snap(network, points_m, mode=mode, rules=rules.snap)
    network.arcs(mode), barrier_index(network, mode)  # made once, before the threads ask for them

    def work(share: slice) -> list[ServiceArea]:
        return [
            _area(network, snaps, origin=k, limits_min=limits_min, travel=(mode, used_kmh), rules=rules)
            for k in range(share.start, share.stop)
        ]

    found = on_all_cores(work, shares_of(len(snaps.status), 1))
    return [_with_border(network, area) for areas in found for area in areas]


def straight_line_areas(
    points_m: Points, *, minutes: Sequence[float], speed_kmh: float, detour_factor: float = DETOUR_FACTOR
) -> list[ServiceArea]:
    """Circles of radius speed * time / detour factor in metres, only for points too far from any street.

    Raises
    ------
    BadPoint, BadParameter
        As in `service_areas`; a detour factor below 1.
    """
    limits_min = _limits(minutes)
    speed_ratio("walk", speed_kmh)
    if not 1 <= detour_factor < np.inf:
        raise BadParameter(f"Expected a detour factor of 1 or more, found {detour_factor}; correct it.")
    radii_m = np.array(limits_min) * speed_kmh * (1000 / 60) / detour_factor
    centers = shapely.points(checked_points(points_m))
    circles = shapely.buffer(centers[:, None], radii_m[None, :], quad_segs=32)
    return [
        ServiceArea(
            status=SnapStatus.TOO_FAR,
            connector_m=np.inf,
            speed_kmh=speed_kmh,
            method="straight_line",
            bands=tuple(
                Band(limit_min, NO_PARTS, 0.0, shapely.multipolygons([circle]), touches_border=False)
                for limit_min, circle in zip(limits_min, row, strict=True)
            ),
        )
        for row in circles
    ]


def _limits(minutes: Sequence[float]) -> list[float]:
    limits_min = sorted({checked_minutes(limit) for limit in minutes})
    if not limits_min:
        raise BadParameter("Expected at least one time in minutes, found none; give one, such as 15.")
    return limits_min


def _area(
    network: StreetNetwork,
    snaps: Snaps,
    *,
    origin: int,
    limits_min: list[float],
    travel: tuple[Mode, float | None],
    rules: AreaRules,
) -> ServiceArea:
    mode, speed_kmh = travel
    if snaps.status[origin] is SnapStatus.TOO_FAR:
        return ServiceArea(SnapStatus.TOO_FAR, np.inf, speed_kmh, "network", bands=())
    connector_m = float(snaps.connector_m[origin])
    connector_min = connector_m / (rules.connector_kmh * 1000 / 60)
    start = Start(int(snaps.edge[origin]), float(snaps.fraction[origin]), connector_min)
    parts = reached_parts(network, start, minutes=limits_min, mode=mode, speed_kmh=speed_kmh)
    polygons, (buffer_m, cell_m) = _polygons(network, parts, rules, mode=mode)
    return ServiceArea(
        status=snaps.status[origin],
        connector_m=connector_m,
        speed_kmh=speed_kmh,
        method="network",
        bands=tuple(
            _band(network, limit_min, parts=reached, polygon=polygon)
            for limit_min, reached, polygon in zip(limits_min, parts, polygons, strict=True)
        ),
        passed_over=bool(snaps.passed_over[origin]),
        buffer_m=buffer_m,
        cell_m=cell_m,
    )


def _band(
    network: StreetNetwork, limit_min: float, *, parts: EdgeParts, polygon: shapely.MultiPolygon
) -> Band:
    return Band(limit_min, parts, float(lengths_m(network, parts).sum()), polygon, touches_border=False)


def _with_border(network: StreetNetwork, area: ServiceArea) -> ServiceArea:
    """Mark the bands that leave the extent; by one thread, since GEOS prepares a geometry for one."""
    extent = network.extent
    shapely.prepare(extent)
    bands = (
        replace(band, touches_border=not band.polygon.is_empty and not shapely.covers(extent, band.polygon))
        for band in area.bands
    )
    return replace(area, bands=tuple(bands))


def _polygons(
    network: StreetNetwork, parts: list[EdgeParts], rules: AreaRules, *, mode: Mode
) -> tuple[list[shapely.MultiPolygon], tuple[float, float]]:
    """One polygon a band, all on one grid, and the (buffer_m, cell_m) they were drawn with."""
    if not len(parts[-1].edge):
        return [shapely.MultiPolygon() for _ in parts], (rules.buffer_m, rules.cell_m)
    barriers = barrier_index(network, mode)
    shapes = (network.coords_m, network.coord_offsets, network.edge_length_m, barriers)
    bounds_m = bounds_of(shapes[:2], parts[-1].edge)
    grid = grid_over(bounds_m, margin_m=rules.buffer_m, cell_m=rules.cell_m, max_nodes=rules.max_nodes)
    buffer_m = rules.buffer_m * grid.cell_m / rules.cell_m
    if buffer_m > rules.buffer_m:
        grid = grid_over(bounds_m, margin_m=buffer_m, cell_m=grid.cell_m, max_nodes=4 * rules.max_nodes)
    fill_below_m2 = math.pi / 4 * rules.keep_holes_wider_than_m**2
    distance_sq, marks = blank_field(grid), barrier_marks(grid, barriers)
    painted = np.zeros(network.n_edges, dtype=bool)
    polygons = []
    for band in parts:
        if not len(band.edge):
            polygons.append(shapely.MultiPolygon())
            continue
        paint(distance_sq, grid, shapes, _fresh(band, painted), buffer_m + grid.cell_m)
        window = window_of(grid, bounds_of(shapes[:2], band.edge), buffer_m + grid.cell_m)
        polygons.append(
            outline(
                distance_sq[window],
                part_of(grid, window),
                buffer_m=buffer_m,
                fill_below_m2=fill_below_m2,
                barriers=None if marks is None else marks[window],
            )
        )
    return polygons, (buffer_m, grid.cell_m)


def _fresh(band: EdgeParts, painted: NDArray[np.bool_]) -> EdgeParts:
    """The parts not painted whole before; marks those that are whole now."""
    fresh = ~painted[band.edge]
    painted[band.edge[(band.start <= 0) & (band.end >= 1)]] = True
    return EdgeParts(band.edge[fresh], band.start[fresh], band.end[fresh])
