"""The hubs together: whom they reach, in what order they stand, where they overlap, whom none of them reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.auth.models import User

from gisplan.accessibility.catchment import mixed_people, people_by_municipality
from gisplan.accessibility.hub_quality import hub_category
from gisplan.accessibility.hub_ranking import Normalisation, Ranking, rank_hubs
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.headways import Headway, stored_headways
from gisplan.analysis.inputs import Floats, Geometries, StationInputs, station_inputs
from gisplan.analysis.models import Run
from gisplan.analysis.reaching import BandFigures, measure_bands, reach_points
from gisplan.analysis.requests import CatchmentRequest
from gisplan.analysis.results import (
    Groups,
    Table,
    by_municipality_zone_and_class,
    groups_of_territory,
    number,
)
from gisplan.analysis.runs import catchments_digest, keep_result, known_run, travel_parameters

METHOD = "hub_ranking"
NORMALISATION: Normalisation = "min_max"
#: What the score stands on unless other weights are given.
USUAL_WEIGHTS = {"people": 0.5, "people_alone": 0.3, "people_65_plus": 0.2}
TERMS = (
    *("people", "people_alone", "people_0_14", "people_15_64", "people_65_plus"),
    *("schools", "hospitals", "health_sites", "interventions"),
)


def checked_weights(weights: Mapping[str, float] | None) -> dict[str, float]:
    """The usual ones where none are given; a term that does not exist is refused by its name."""
    used = dict(weights or USUAL_WEIGHTS)
    wrong = sorted(set(used) - set(TERMS))
    if wrong:
        raise AnalysisError(
            f"--weight expects terms of {', '.join(TERMS)}, found {wrong[0]!r}: choose of them."
        )
    if not all(0 <= weight < 1e6 for weight in used.values()) or not any(used.values()):
        raise AnalysisError("--weight expects numbers of 0 or more, one above 0: correct them.")
    return used


def run_ranking(
    request: CatchmentRequest,
    *,
    weights: Mapping[str, float] | None = None,
    headways: Mapping[str, Headway] | None = None,
    user: User | None = None,
) -> Run:
    """Rank the stations, and tell overlap and access gap; the same question on the same inputs is the same Run.

    Without `headways` those that are kept decide the categories.
    """
    used = checked_weights(weights)
    known = stored_headways() if headways is None else dict(headways)
    stations, ground = station_inputs(request.codes), current_ground()
    parameters = travel_parameters(request) | {
        "stations": stations.codes,
        "all_stations": request.codes is None,
        "weights": used,
        "normalisation": NORMALISATION,
        "headways": written_headways(known),
        "headways_kept": headways is None,
    }
    input_digest = catchments_digest(stations, ground)
    kept = known_run(METHOD, parameters, input_digest)
    if kept:
        return kept
    hubs = reached_hubs(stations, request, ground)
    tables = [
        _ranking_table(stations, hubs, used, known),
        _overlap_table(stations, hubs, ground),
        *gap_tables("gap", hubs.areas, ground, groups_of_territory()),
    ]
    result = {"tables": [table.as_json() for table in tables]}
    return keep_result(
        METHOD, parameters, result, input_digest=input_digest, editions=ground.editions, user=user
    )


def written_headways(headways: Mapping[str, Headway]) -> dict[str, list[Any]]:
    return {code: [one.headway_min, one.mode_group] for code, one in sorted(headways.items())}


@dataclass(frozen=True)
class ReachedHubs:
    """The largest band of each hub, its ground, and the people whom no other hub reaches."""

    bands: list[BandFigures]
    areas: Geometries
    people_alone: Floats

    def term(self, name: str) -> Floats:
        """nan where it is not known."""
        if name == "people_alone":
            return self.people_alone
        values = [band.columns[name] for band in self.bands]
        return np.array([np.nan if value is None else value for value in values], dtype=float)


def reached_hubs(stations: StationInputs, request: CatchmentRequest, ground: Ground) -> ReachedHubs:
    figures = measure_bands(reach_points(stations.points_m, request, ground), request, ground)
    bands = [own[-1] for own in figures]
    areas = np.array([band.polygon for band in bands], dtype=object)
    return ReachedHubs(bands, areas, _people_alone(areas, ground))


def _people_alone(areas: Geometries, ground: Ground) -> Floats:
    """People in each area and in no other."""
    left, right = shapely.STRtree(areas).query(areas, predicate="intersects")
    alone = areas.copy()
    for k in range(len(areas)):
        others = areas[right[(left == k) & (right != k)]]
        if len(others):
            alone[k] = shapely.difference(areas[k], shapely.union_all(others))
    people: Floats = np.nan_to_num(mixed_people(alone, ground.surface).people[:, 0])
    return people


def _ranking_table(
    stations: StationInputs, hubs: ReachedHubs, weights: Mapping[str, float], headways: Mapping[str, Headway]
) -> Table:
    terms = {name: hubs.term(name) for name in weights}
    ranking: Ranking = rank_hubs(terms, weights, normalisation=NORMALISATION)
    columns = [
        *("rank", "station_code", "station", "score"),
        *terms,
        *(f"part_{name}" for name in terms),
        *("method", "touches_border", "headway_min", "category"),
    ]
    rows = []
    for k in ranking.order.tolist():
        band, known = hubs.bands[k].columns, headways.get(stations.codes[k])
        rows.append(
            [
                *(
                    int(ranking.rank[k]) or None,
                    stations.codes[k],
                    stations.names[k],
                    number(ranking.score[k]),
                ),
                *(number(values[k]) for values in terms.values()),
                *(number(part) for part in ranking.contributions[k]),
                *(band["method"], band["touches_border"]),
                known.headway_min if known else None,
                hub_category(known.mode_group, known.headway_min) if known else None,
            ]
        )
    return Table("ranking", columns, rows)


def _overlap_table(stations: StationInputs, hubs: ReachedHubs, ground: Ground) -> Table:
    """Pairs of hubs with people whom both reach, the most first."""
    first, second = shapely.STRtree(hubs.areas).query(hubs.areas, predicate="intersects")
    first, second = first[first < second], second[first < second]
    both = shapely.intersection(hubs.areas[first], hubs.areas[second])
    shared = np.nan_to_num(mixed_people(both, ground.surface).people[:, 0])
    own = hubs.term("people")
    rows = [
        [
            *(stations.codes[a], stations.names[a], stations.codes[b], stations.names[b]),
            *(number(people), number(people / own[a]), number(people / own[b])),
        ]
        for people, a, b in sorted(
            zip(shared, first, second, strict=True), key=lambda row: (-row[0], row[1], row[2])
        )
        if people >= 0.5 and own[a] > 0 and own[b] > 0
    ]
    columns = [
        "first_code",
        "first",
        "second_code",
        "second",
        "people_shared",
        "share_of_first",
        "share_of_second",
    ]
    return Table("overlap", columns, rows)


def gap_tables(name: str, areas: Geometries, ground: Ground, groups: Groups) -> list[Table]:
    """By municipality, zone and SNAI class: people reached by any hub, not reached, and on no known ground."""
    people, placed, reached = people_reached(areas, ground, groups)
    values = {
        "people": people,
        "reached": reached,
        "not_reached": np.maximum(placed - reached, 0),
        "not_placed": np.maximum(people - placed, 0),
    }
    return by_municipality_zone_and_class(
        name, groups, values, share=("share_not_reached", "not_reached", "people")
    )


def people_reached(
    areas: Sequence[Any] | Geometries, ground: Ground, groups: Groups
) -> tuple[Floats, Floats, Floats]:
    """Of each municipality of the territory: registered, on known ground, and within any of the areas."""
    count = len(ground.people.codes)
    position = {code: k for k, code in enumerate(ground.people.codes)}
    chosen = np.array([position[code] for code in groups.codes if code in position], dtype=np.int64)
    if len(chosen) != len(groups.codes):
        raise AnalysisError(
            f"Expected people for {len(groups.codes)} municipalities, found {len(chosen)}: "
            "run `gisplan load_territory` again."
        )
    surface = ground.surface
    inside = surface.municipality >= 0
    placed = np.zeros(count)
    np.add.at(placed, surface.municipality[inside], surface.people[inside, 0])
    whole = shapely.union_all(np.asarray(areas, dtype=object))
    reached = people_by_municipality([whole], surface, count=count)[0, :, 0]
    return ground.people.municipality_people[chosen, 0], placed[chosen], reached[chosen]
