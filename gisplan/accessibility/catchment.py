"""People and places inside areas: by share of ground, from the finest zones, with the source always said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gisplan.accessibility.errors import BadPlaces, BadZones
from gisplan.accessibility.overlay import shared_ground_m2

Geometries = NDArray[np.object_] | Sequence[shapely.Geometry]
People = NDArray[np.float64]
Source = Literal["cells", "municipality", "mixed", "none"]

CELLS_SHARE = 0.99
OVERLAP_SHARE = 0.01


@dataclass(frozen=True)
class PeopleSurface:
    """Disjoint zones (metres) with their people, each from cells or from the rest of a municipality.

    Attributes
    ----------
    zones : geometries, shape (n_zones,)
    people : float64, shape (n_zones, n_groups)
        Column 0 is everyone; the others are any groups of them.
    from_cells : bool, shape (n_zones,)
    municipality : int64, shape (n_zones,)
        Position of the municipality that each zone lies in; -1 outside all of them.
    unplaced : float
        People of the municipalities who are neither in cells nor on the ground that cells leave.
    in_excess : float
        People of cells beyond what their municipality counts: they are left out.
    """

    zones: NDArray[np.object_]
    people: People
    from_cells: NDArray[np.bool_]
    municipality: NDArray[np.int64]
    unplaced: float
    in_excess: float

    @cached_property
    def area_m2(self) -> NDArray[np.float64]:
        """Ground of each zone in m², shape (n_zones,)."""
        return np.asarray(shapely.area(self.zones), dtype=np.float64)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the zones, made once: a surface that is asked again and again keeps it."""
        return shapely.STRtree(self.zones)


@dataclass(frozen=True)
class SharedGround:
    """Pairs of an area and a zone of a surface that share ground, in m²; three arrays of one length.

    Attributes
    ----------
    area, zone : int64
        Positions.
    shared_m2 : float64
    """

    area: NDArray[np.int64]
    zone: NDArray[np.int64]
    shared_m2: NDArray[np.float64]

    def of(self, area: int) -> SharedGround:
        """The pairs of one area, which is then the first (m²)."""
        own = self.area == area
        return SharedGround(np.zeros(int(own.sum()), dtype=np.int64), self.zone[own], self.shared_m2[own])

    @staticmethod
    def joined(parts: Sequence[SharedGround]) -> SharedGround:
        """Of areas in a row (m²), each part of one area."""
        lengths = [len(part.zone) for part in parts]
        return SharedGround(
            np.repeat(np.arange(len(parts)), lengths),
            np.concatenate([part.zone for part in parts]),
            np.concatenate([part.shared_m2 for part in parts]),
        )


@dataclass(frozen=True)
class PeopleReached:
    """People in each of n areas, and what the figure rests on.

    Attributes
    ----------
    people : float64, shape (n_areas, n_groups)
    source : tuple of str, length n_areas
        `cells` where cells cover at least 99 % of the area, `municipality` where they cover none, `mixed`
        between, `none` where no zone covers any of the area: then the people are nan, not 0.
    cell_share : float64, shape (n_areas,)
        Share of the area's ground covered by cells, 0 to 1.
    uncovered_share : float64, shape (n_areas,)
        Share of the ground that no zone covers: nobody is counted there.
    """

    people: People
    source: tuple[Source, ...]
    cell_share: NDArray[np.float64]
    uncovered_share: NDArray[np.float64]


def people_in_areas(areas: Geometries, zones: Geometries, people: People) -> People:
    """People in each area, shape (n_areas, n_groups): a zone gives people as it gives ground.

    Areal weighting (Goodchild and Lam 1980): people are taken as evenly spread over each zone. Over
    disjoint areas the sum never exceeds the people of the zones.

    Raises
    ------
    BadZones
        `people` has another number of rows than there are zones, or a zone has people but no ground.
    """
    zones, people = _checked(zones, people)
    zone_m2 = shapely.area(zones)
    area, zone, shared_m2 = _shared_ground(
        np.asarray(areas, dtype=object), zones, shapely.STRtree(zones), zone_m2
    )
    share = shared_m2 / zone_m2[zone]
    total = np.zeros((len(areas), people.shape[1]))
    np.add.at(total, area, share[:, None] * people[zone])
    return total


def people_surface(
    *, cells: Geometries, cell_people: People, municipalities: Geometries, municipality_people: People
) -> PeopleSurface:
    """Lay cells over municipalities: cells give the pattern, the municipality gives the total.

    Where the cells of a municipality hold more people than it counts, all of them are scaled down by one
    factor (told in `in_excess`); never up: other ground takes the people not in cells, at most as densely as
    the municipality by area, so that they are not crowded onto a sliver; those who then find no ground are
    told in `unplaced`. So over disjoint areas no sum exceeds the people of a municipality. Cells outside all
    municipalities keep their people.

    `cell_people` of shape (n_cells,) is everyone; the groups then follow the structure of the municipality
    that a piece lies in, or of all municipalities together outside them. Of shape (n_cells, n_groups) it is
    taken as it is.

    Raises
    ------
    BadZones
        Lengths that differ, invalid polygons, zones that overlap by more than 1 % of their ground.
    """
    municipalities, municipality_people = _checked(municipalities, municipality_people)
    cells, cell_people = _checked(cells, cell_people)
    _refuse_overlap(municipalities, "municipalities")
    _refuse_overlap(cells, "cells")
    structure = _structure(municipality_people)
    cell, municipality, pieces, shared_m2 = _pieces(cells, municipalities)
    share = shared_m2 / shapely.area(cells)[cell]
    piece_people = share[:, None] * _in_groups(cell_people, structure, cell=cell, municipality=municipality)
    inside = municipality >= 0
    counted = np.bincount(
        municipality[inside], weights=piece_people[inside, 0], minlength=len(municipalities)
    )
    factor = np.ones(len(municipalities) + 1)  # the last: outside all municipalities
    more = counted > municipality_people[:, 0]
    factor[:-1][more] = municipality_people[more, 0] / counted[more]
    piece_people = piece_people * factor[municipality][:, None]
    rest = _without(municipalities, pieces[inside], municipality[inside])
    left = np.maximum(municipality_people[:, 0] - counted, 0)
    placed = np.minimum(left, municipality_people[:, 0] * shapely.area(rest) / shapely.area(municipalities))
    has_ground = shapely.area(rest) > 0
    return PeopleSurface(
        zones=np.concatenate((pieces, rest[has_ground])),
        people=np.concatenate((piece_people, (placed[:, None] * structure[:-1])[has_ground])),
        from_cells=np.arange(len(pieces) + int(has_ground.sum())) < len(pieces),
        municipality=np.concatenate((municipality, np.flatnonzero(has_ground))),
        unplaced=float((left - placed).sum()),
        in_excess=float((counted - municipality_people[:, 0])[more].sum()),
    )


def shared_ground(areas: Geometries, surface: PeopleSurface) -> SharedGround:
    """The ground in m² that areas share with zones, for whoever asks several questions of the same areas."""
    shapes = np.asarray(areas, dtype=object)
    return SharedGround(*_shared_ground(shapes, surface.zones, surface.tree, surface.area_m2))


def mixed_people(
    areas: Geometries, surface: PeopleSurface, *, shared: SharedGround | None = None
) -> PeopleReached:
    """People in each area from the cells where there are any and from the municipalities for the rest.

    The figure is the same sum whatever its label, so a larger area never has fewer people. A group that is
    nan in a zone is nan in every area that shares ground with it. `shared`: where it is known already.
    """
    shapes = np.asarray(areas, dtype=object)
    ground_m2 = shapely.area(shapes)
    pairs = shared or shared_ground(areas, surface)
    area, zone, shared_m2 = pairs.area, pairs.zone, pairs.shared_m2
    people = np.zeros((len(shapes), surface.people.shape[1]))
    np.add.at(people, area, (shared_m2 / surface.area_m2[zone])[:, None] * surface.people[zone])
    covered = np.bincount(area, weights=shared_m2, minlength=len(shapes))
    by_cells = np.bincount(area, weights=shared_m2 * surface.from_cells[zone], minlength=len(shapes))
    with np.errstate(invalid="ignore", divide="ignore"):
        cell_share = np.where(ground_m2 > 0, np.clip(by_cells / ground_m2, 0, 1), 0.0)
        uncovered = np.where(ground_m2 > 0, np.clip(1 - covered / ground_m2, 0, 1), 0.0)
    unknown = (ground_m2 > 0) & (covered == 0)
    people[unknown] = np.nan
    source = tuple(map(_source, cell_share.tolist(), unknown.tolist()))
    return PeopleReached(people, source, cell_share, uncovered)


def people_by_municipality(
    areas: Geometries, surface: PeopleSurface, *, count: int, shared: SharedGround | None = None
) -> People:
    """People in each area by municipality, shape (n_areas, count, n_groups); 0 where none is reached.

    `count` is the number of municipalities that the surface was made of. Zones outside all of them are left
    out. Summed over disjoint areas, no municipality has more than its people. `shared`: where it is known already.
    """
    pairs = shared or shared_ground(areas, surface)
    inside = surface.municipality[pairs.zone] >= 0
    area, zone, shared_m2 = pairs.area[inside], pairs.zone[inside], pairs.shared_m2[inside]
    people = np.zeros((len(areas), count, surface.people.shape[1]))
    reached = (shared_m2 / surface.area_m2[zone])[:, None] * surface.people[zone]
    np.add.at(people, (area, surface.municipality[zone]), reached)
    return people


def points_in_areas(areas: Geometries, points_m: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Positions of the points (metres, shape (n, 2)) in or on the edge of each area, ascending.

    Raises
    ------
    BadPlaces
        A coordinate is nan or infinite: leave out, and count, what is not located.
    """
    bad = np.flatnonzero(~np.isfinite(points_m).all(axis=1))
    if len(bad):
        raise BadPlaces(f"Expected located points, found no coordinates at position {bad[0]}; leave it out.")
    shapes = np.asarray(areas, dtype=object)
    area, point = shapely.STRtree(shapely.points(points_m)).query(shapes, predicate="intersects")
    order = np.lexsort((point, area))
    bounds = np.searchsorted(area[order], np.arange(len(shapes) + 1))
    return [point[order[bounds[k] : bounds[k + 1]]] for k in range(len(shapes))]


def _source(cell_share: float, unknown: bool) -> Source:
    if unknown:
        return "none"
    if cell_share >= CELLS_SHARE:
        return "cells"
    return "mixed" if cell_share > 0 else "municipality"


def _checked(zones: Geometries, people: People) -> tuple[NDArray[np.object_], People]:
    zones = np.asarray(zones, dtype=object)
    people = np.asarray(people, dtype=np.float64)
    people = people[:, None] if people.ndim == 1 else people
    if len(zones) != len(people):
        raise BadZones(
            f"Expected people for each of {len(zones)} zones, found {len(people)} rows; give one a zone."
        )
    bad = np.flatnonzero(~np.isfinite(people[:, 0]) | ((people < 0) | np.isinf(people)).any(axis=1))
    if len(bad):
        raise BadZones(
            f"Expected counts of 0 or more, found {people[bad[0]].tolist()} in zone {bad[0]}; correct it."
        )
    invalid = np.flatnonzero(~shapely.is_valid(zones))
    if len(invalid):
        raise BadZones(f"Expected valid polygons, found an invalid one in zone {invalid[0]}; repair it.")
    flat = np.flatnonzero((shapely.area(zones) <= 0) & people.any(axis=1))
    if len(flat):
        raise BadZones(
            f"Expected zones with ground, found people but no area in zone {flat[0]}; repair its polygon."
        )
    return zones, people


def _shared_ground(
    areas: NDArray[np.object_],
    zones: NDArray[np.object_],
    tree: shapely.STRtree,
    zone_m2: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of area and zone that share ground, and how many m²; a zone wholly inside needs no overlay."""
    shapely.prepare(areas)
    area, zone = tree.query(areas, predicate="intersects")
    whole = shapely.contains_properly(areas[area], zones[zone])
    shared_m2 = zone_m2[zone]
    shared_m2[~whole] = shared_ground_m2(areas, zones, (area[~whole], zone[~whole]))
    kept = shared_m2 > 0
    return area[kept], zone[kept], shared_m2[kept]


def _refuse_overlap(zones: NDArray[np.object_], name: str) -> None:
    total_m2 = float(shapely.area(zones).sum())
    covered_m2 = float(shapely.area(shapely.union_all(zones))) if len(zones) else 0.0
    if total_m2 > covered_m2 * (1 + OVERLAP_SHARE):
        raise BadZones(
            f"Expected {name} that do not overlap, found {total_m2 / covered_m2 - 1:.1%} of their ground "
            "counted twice; keep one zone for each place."
        )


def _pieces(
    cells: NDArray[np.object_], municipalities: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.object_], NDArray[np.float64]]:
    """Cells cut by municipality: cell, municipality (-1 outside all), piece and its m²."""
    shapely.prepare(municipalities)
    municipality, cell = shapely.STRtree(cells).query(municipalities, predicate="intersects")
    pieces = np.array(cells)[cell]
    cut = ~shapely.contains_properly(municipalities[municipality], pieces)
    pieces[cut] = shapely.intersection(municipalities[municipality[cut]], pieces[cut])
    outside = _without(cells, pieces, cell)
    cell = np.concatenate((cell, np.arange(len(cells))))
    municipality = np.concatenate((municipality, np.full(len(cells), -1)))
    pieces = np.concatenate((pieces, outside))
    shared_m2 = shapely.area(pieces)
    kept = shared_m2 > 0
    return cell[kept], municipality[kept], pieces[kept], shared_m2[kept]


def _without(
    zones: NDArray[np.object_], pieces: NDArray[np.object_], owner: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Each zone less the pieces cut from it."""
    order = np.argsort(owner, kind="stable")
    groups = np.split(pieces[order], np.searchsorted(owner[order], np.arange(1, len(zones))))
    taken = np.array([shapely.union_all(group) for group in groups], dtype=object)
    return shapely.difference(zones, taken) if len(zones) else zones


def _structure(people: People) -> People:
    """Share of each group in each row's total; the last row (position -1) is all rows together."""
    rows = np.concatenate((people, people.sum(axis=0, keepdims=True)))
    whole = rows[:, :1]
    return np.where(whole > 0, rows / np.where(whole > 0, whole, 1), rows[-1] / max(rows[-1, 0], 1))


def _in_groups(
    cell_people: People, structure: People, *, cell: NDArray[np.int64], municipality: NDArray[np.int64]
) -> People:
    if cell_people.shape[1] == structure.shape[1]:
        return cell_people[cell]
    if cell_people.shape[1] != 1:
        raise BadZones(
            f"Expected cells with 1 or {structure.shape[1]} columns of people, found {cell_people.shape[1]}; "
            "give everyone, or the groups of the municipalities."
        )
    return cell_people[cell] * structure[municipality]
