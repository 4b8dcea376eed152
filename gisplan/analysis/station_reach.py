"""Whom the stations' kept catchments reach together: nobody who is near two of them is counted twice."""

from typing import Any

import numpy as np
import shapely
from django.contrib.auth.models import User

from gisplan.accessibility.catchment import people_by_municipality
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import Floats, Geometries, digest, geometries
from gisplan.analysis.models import Band, Run
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.results import by_municipality_zone_and_class, groups_of_territory
from gisplan.analysis.runs import keep_result, known_run
from gisplan.territory.models import Station

METHOD = "station_reach"
MODE = "walk"


def keep_station_reach(*, user: User | None = None) -> Run | None:
    """From the newest band of each station for each of the standard minutes; None where some minutes have none."""
    newest = {minutes: newest_bands(minutes) for minutes in STANDARD_MINUTES}
    if not all(newest.values()):
        return None
    ground, groups = current_ground(), groups_of_territory()
    parameters = {"mode": MODE, "minutes": list(STANDARD_MINUTES)}
    known = known_run(METHOD, parameters, reach_digest(ground, newest), to_front=False)
    if known:
        return known
    position = {code: k for k, code in enumerate(ground.people.codes)}
    missing = [code for code in groups.codes if code not in position]
    if missing:
        raise AnalysisError(
            f"Expected people for {len(groups.codes)} municipalities, found none for {', '.join(missing[:3])}: "
            "run `gisplan load_territory` again."
        )
    chosen = [position[code] for code in groups.codes]
    values: dict[str, Floats] = {"people": ground.people.municipality_people[chosen, 0]}
    for minutes, bands in newest.items():
        shapes = geometries(Band.objects.filter(pk__in=[band.pk for band in bands]), "geometry")
        values[f"within_{minutes}"] = _reached(shapes, ground)[chosen]
    values["beyond"] = np.maximum(values["people"] - values[f"within_{STANDARD_MINUTES[-1]}"], 0)
    tables = by_municipality_zone_and_class(
        METHOD, groups, values, share=("share_beyond", "beyond", "people")
    )
    last = newest[STANDARD_MINUTES[-1]]
    return keep_result(
        METHOD,
        parameters,
        {"tables": [table.as_json() for table in tables], **_counts(last)},
        input_digest=reach_digest(ground, newest),
        editions=ground.editions,
        user=user,
    )


def reach_digest(ground: Ground, newest: dict[int, list[Band]] | None = None) -> str:
    bands = newest or {minutes: newest_bands(minutes) for minutes in STANDARD_MINUTES}
    return digest([*([minutes, [band.pk for band in own]] for minutes, own in bands.items()), ground.digest])


def newest_bands(minutes: int) -> list[Band]:
    """One of each station of the territory, without its geometry."""
    rows = Band.objects.filter(minutes=minutes, mode=MODE, station__municipality__in_territory=True)
    ordered = rows.order_by("station_id", "-run__last_asked_at", "-run_id").distinct("station_id")
    return list(ordered.defer("geometry"))


def _counts(bands: list[Band]) -> dict[str, Any]:
    return {
        "stations": Station.objects.filter(municipality__in_territory=True).count(),
        "with_catchment": len(bands),
        "by_network": sum(1 for band in bands if band.method == Band.Method.NETWORK),
    }


def _reached(bands: Geometries, ground: Ground) -> Floats:
    """People of each municipality of the ground within any band; the parts of the union are apart from each other."""
    parts = shapely.get_parts(shapely.union_all(bands))
    people: Floats = people_by_municipality(parts, ground.surface, count=len(ground.people.codes)).sum(axis=0)
    return people[:, 0]
