"""Catchments with people and places on the generated city: in the process, over HTTP, and of 115 hubs at once."""

import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cities import SEED, each_s, new_points
from benchmarks.frame import Bench, Row, peak_mb, taken_s
from benchmarks.own_product import Server, load_ground, own_database, own_server, post
from benchmarks.watching import cpu_s
from gisplan.network import StreetNetwork

POINTS = 121
WARMING = 12  # so that each of the server's workers has answered before the clock runs
MODES = ("walk", "bike")


def hub_rows(bench: Bench, network: StreetNetwork) -> list[Row]:
    with own_database(bench.folder):
        bench.say(f"people and places: {load_ground(network, bench.folder, seed=SEED)}")
        rows = [row for mode in MODES for row in _in_process(network, mode)]
        rows.append(_hubs_at_once(network))
        with own_server(bench.folder) as server:
            for mode in MODES:
                for asked in _asked(network, WARMING, mode):
                    server.connection.close()  # the next request may then meet the other worker
                    post(server.connection, asked)
            for mode in MODES:
                rows += _over_http(server, network, mode)
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


def _over_http(server: Server, network: StreetNetwork, mode: str) -> list[Row]:
    """Seconds until the answer is read; the processor's time is the mean of the server's a request."""
    asked = np.array(_asked(network, POINTS, mode), dtype=object)
    before_s = cpu_s(server.pid)
    taken = each_s(lambda one: post(server.connection, one), asked)
    taken[:, 1] = (cpu_s(server.pid) - before_s) / POINTS
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
    wall_s, cpu_s = taken_s(both, repeats=2)
    sys.stderr.write(f"{work}: ours {wall_s:.3g} s (cpu {cpu_s:.3g}); load {os.getloadavg()[0]:.1f}\n")
    return Row(work, wall_s, None, "", "", "s", peak_mb(), cpu_s)


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


def _rows(work: str, taken: NDArray[np.float64]) -> list[Row]:
    rows = []
    for share in (50, 95):
        wall_ms, cpu_ms = (np.percentile(taken, share, axis=0) * 1000).tolist()
        load = f"load {os.getloadavg()[0]:.1f}"
        sys.stderr.write(f"{work}, p{share}: ours {wall_ms:.4g} ms (cpu {cpu_ms:.4g}); {load}\n")
        rows.append(Row(f"{work}, p{share}", wall_ms, None, "", "", "ms", peak_mb(), cpu_ms))
    return rows
