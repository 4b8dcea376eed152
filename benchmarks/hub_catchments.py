"""Catchments with people and places on the generated city: in the process, over HTTP, and of 115 hubs at once."""

import os
import sys
from typing import Any

import numpy as np

from benchmarks.cities import SEED, each_s, new_points
from benchmarks.frame import Bench, Row, median_s, peak_mb
from benchmarks.own_product import load_ground, own_database, own_server, post
from gisplan.network import StreetNetwork

POINTS = 121
WARMING = 12  # so that each of the server's workers has answered before the clock runs
MODES = ("walk", "bike")


def hub_rows(bench: Bench, network: StreetNetwork) -> list[Row]:
    with own_database(bench.folder):
        bench.say(f"people and places: {load_ground(network, bench.folder, seed=SEED)}")
        rows = [row for mode in MODES for row in _in_process(network, mode)]
        rows.append(_hubs_at_once(network))
        with own_server(bench.folder) as connection:
            for _ in range(WARMING):
                for mode in MODES:
                    connection.close()  # the next request may then meet the other worker
                    post(connection, _asked(network, WARMING, mode)[_])
            for mode in MODES:
                rows += _over_http(connection, network, mode)
    return rows


def _in_process(network: StreetNetwork, mode: str) -> list[Row]:
    from gisplan.analysis.hubs import hub_catchment
    from gisplan.analysis.requests import catchment_request

    request = catchment_request((15,), mode=mode)
    lon_lat = np.array([(one["lon"], one["lat"]) for one in _asked(network, POINTS, mode)])

    def catchment(at: Any) -> None:
        (band,) = hub_catchment(float(at[0]), float(at[1]), request).bands
        if not band.columns["people"]:
            raise RuntimeError(f"Expected people around {at}, found {band.columns}: not a figure to print.")

    return _rows(
        f"catchment with people and places, {mode} 15 min, in the process", each_s(catchment, lon_lat)
    )


def _over_http(connection: Any, network: StreetNetwork, mode: str) -> list[Row]:
    asked = np.array(_asked(network, POINTS, mode), dtype=object)
    taken = each_s(lambda one: post(connection, one), asked)
    return _rows(f"catchment_http, people and places, {mode} 15 min", taken)


def _hubs_at_once(network: StreetNetwork) -> Row:
    from gisplan.analysis.ground import current_ground
    from gisplan.analysis.reaching import measure_bands, reach_points
    from gisplan.analysis.requests import catchment_request

    points_m, ground = new_points(network, 115, seed=SEED + 1), current_ground()

    def both() -> None:
        for mode in MODES:
            request = catchment_request((5, 10, 15), mode=mode)
            measure_bands(reach_points(points_m, request, ground), request, ground)

    work = "115 hubs x 3 bands x walk and bike, people and places"
    seconds = median_s(both, repeats=3)
    sys.stderr.write(f"{work}: ours {seconds:.3g} s; load {os.getloadavg()[0]:.1f}\n")
    return Row(work, seconds, None, "", "", "s", peak_mb())


def _asked(network: StreetNetwork, count: int, mode: str) -> list[dict[str, Any]]:
    """What the page asks while a hub is dragged, each time at another place."""
    from django.conf import settings

    from layers import crs

    points_m = new_points(network, count, seed=SEED + 3)
    lon, lat = crs.transform_xy(points_m[:, 0].copy(), points_m[:, 1].copy(), settings.STORED_SRID, crs.WGS84)
    return [
        {"lon": x, "lat": y, "mode": mode, "minutes": [15]}
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]


def _rows(work: str, taken: list[float]) -> list[Row]:
    p50_ms, p95_ms = np.percentile(taken, [50, 95]) * 1000
    sys.stderr.write(f"{work}: p50 {p50_ms:.4g} ms, p95 {p95_ms:.4g} ms; load {os.getloadavg()[0]:.1f}\n")
    return [
        Row(f"{work}, {name}", float(value), None, "", "", "ms", peak_mb())
        for name, value in (("p50", p50_ms), ("p95", p95_ms))
    ]
