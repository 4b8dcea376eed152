"""Runs: results that are kept. A Run says from what, how and by which engine it was made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

import shapely
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction

from gisplan import __version__
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import StationInputs, digest, station_inputs
from gisplan.analysis.models import Band, Run
from gisplan.analysis.reaching import BandFigures, measure_bands, reach_points
from gisplan.analysis.requests import MAX_MINUTES, RULES, SPEEDS_KMH, CatchmentRequest, catchment_request
from gisplan.network.profiles import DEFAULT_KMH, Mode, speed_table
from gisplan.network.service_area import DETOUR_FACTOR

__all__ = ["MAX_MINUTES", "SPEEDS_KMH", "CatchmentRequest", "catchment_request", "run_catchments"]


def run_catchments(request: CatchmentRequest, *, user: User | None = None, to_front: bool = True) -> Run:
    """Compute the catchments and keep them; the same request on the same inputs is the same Run.

    `to_front`: a known run becomes the newest, which the pages show, as if it had been computed now.
    """
    stations, ground = station_inputs(request.codes), current_ground()
    parameters = travel_parameters(request) | {"stations": stations.codes}
    input_digest = catchments_digest(stations, ground)
    known = known_run("catchments", parameters, input_digest, to_front=to_front)
    if known:
        return known
    figures = measure_bands(reach_points(stations.points_m, request, ground), request, ground)
    bands = [
        _band(one, station_id) for station_id, own in zip(stations.ids, figures, strict=True) for one in own
    ]
    with transaction.atomic():
        run = Run.objects.create(
            method="catchments",
            parameters=parameters,
            editions=ground.editions,
            input_digest=input_digest,
            content_digest=digest(_content(bands)),
            engine_version=__version__,
            inputs=ground.parts,
            created_by=user,
        )
        for band in bands:
            band.run = run
        Band.objects.bulk_create(bands)
    return run


def travel_parameters(request: CatchmentRequest) -> dict[str, Any]:
    """What every catchment depends on beside its inputs: mode, minutes, speed, the rules of the engine."""
    return {
        "mode": request.mode,
        "minutes": list(request.minutes),
        "speed_kmh": request.speed_kmh,
        "speeds": speeds_used(request.mode, request.speed_kmh),
        "rules": asdict(RULES),
        "detour_factor": DETOUR_FACTOR,
    }


def speeds_used(mode: Mode, speed_kmh: float | None) -> list[dict[str, str | float]]:
    """Every speed that a result rests on, with its source: the profile, the settings, or whoever asked for another."""
    rows = speed_table(mode, speed_kmh)
    if speed_kmh is None or speed_kmh == DEFAULT_KMH[mode]:
        return rows
    is_usual = mode in SPEEDS_KMH and speed_kmh == SPEEDS_KMH[mode][1]
    origin = f"set by GISPLAN_{mode.upper()}_KMH" if is_usual else "given with the request"
    return [row | {"source": f"{speed_kmh:g} km/h {origin}; {row['source']}"} for row in rows]


def catchments_digest(stations: StationInputs, ground: Ground) -> str:
    return digest([stations.codes, stations.points_m, ground.digest])


def known_run(
    method: str, parameters: Mapping[str, Any], input_digest: str, *, to_front: bool = True
) -> Run | None:
    """The run that answers the same question on the same inputs by the same engine, if one is kept."""
    same = {"method": method, "input_digest": input_digest, "engine_version": __version__}
    known = Run.objects.filter(**same, parameters=parameters).first()
    if known and to_front and known != Run.objects.first():
        known.save(update_fields=["last_asked_at"])
    return known


def keep_result(
    method: str,
    parameters: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    input_digest: str,
    editions: Mapping[str, str],
    user: User | None = None,
) -> Run:
    """Keep a result of tables and features; the same question on the same inputs is the same Run."""
    known = known_run(method, parameters, input_digest)
    if known:
        return known
    return Run.objects.create(
        method=method,
        parameters=parameters,
        editions=editions,
        input_digest=input_digest,
        content_digest=result_digest(result),
        engine_version=__version__,
        result=result,
        inputs=parts_now(),
        created_by=user,
    )


def parts_now() -> dict[str, str]:
    """The digest of each part of the ground; none where no territory is loaded."""
    try:
        return current_ground().parts
    except AnalysisError:
        return {}


def result_digest(result: Mapping[str, Any]) -> str:
    return digest([json.dumps(result, sort_keys=True, ensure_ascii=False)])


def _band(figures: BandFigures, station_id: int) -> Band:
    return Band(station_id=station_id, geometry=_multipolygon(figures.polygon), **figures.columns)


def _multipolygon(polygon: shapely.Geometry) -> MultiPolygon:
    parts = shapely.multipolygons(shapely.get_parts(polygon))
    return cast(MultiPolygon, GEOSGeometry(memoryview(shapely.to_wkb(parts)), srid=settings.STORED_SRID))


def _content(bands: list[Band]) -> Iterator[object]:
    for band in bands:
        yield from (band.station_id, band.minutes, band.method, band.people, band.geometry.wkb.tobytes())


def catchment_note(run: Run) -> str:
    """One line for the terminal: how many bands, and on what they stand."""
    bands = Band.objects.filter(run=run)
    by_network = bands.filter(method=Band.Method.NETWORK).count()
    return (
        f"run {run.pk}: {bands.count()} bands, {by_network} on the street network, "
        f"{bands.count() - by_network} in a straight line; "
        f"{run.parameters['mode']} at {run.parameters['speed_kmh']:g} km/h"
    )
