"""What is asked of the engine, with the defaults filled in; a value out of range is refused by its name."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings

from gisplan.analysis.errors import RequestRefused
from gisplan.network.profiles import Mode
from gisplan.network.service_area import AreaRules

RULES = AreaRules()
MAX_MINUTES = 120
#: Slowest, usual and fastest by mode; a speed beyond them is a slip of the keyboard.
SPEEDS_KMH = {"walk": (1.0, settings.WALK_KMH, 10.0), "bike": (4.0, settings.BIKE_KMH, 45.0)}


@dataclass(frozen=True)
class CatchmentRequest:
    """Cumulative bands of minutes around stations (all of them without codes); see `catchment_request`.

    `speed_kmh` is None for cars, which go at the speed of each street.
    """

    minutes: tuple[int, ...]
    mode: Mode
    speed_kmh: float | None
    codes: tuple[str, ...] | None = None


def catchment_request(
    minutes: Sequence[int],
    *,
    mode: str = "walk",
    speed_kmh: float | None = None,
    codes: Sequence[str] | None = None,
) -> CatchmentRequest:
    """The request that these words make."""
    wrong = [value for value in minutes if not 1 <= value <= MAX_MINUTES]
    if wrong or not minutes:
        found = ", ".join(map(str, wrong)) or "none"
        raise RequestRefused(
            f"--minutes expects whole numbers from 1 to {MAX_MINUTES}, found {found}: give others.",
            field="minutes",
            found=found,
            expected=f"1–{MAX_MINUTES}",
        )
    if mode not in SPEEDS_KMH:
        modes = " or ".join(SPEEDS_KMH)
        raise RequestRefused(
            f"--mode expects {modes}, found {mode!r}: choose one.",
            field="mode",
            found=mode,
            expected=", ".join(SPEEDS_KMH),
        )
    slowest, usual, fastest = SPEEDS_KMH[mode]
    kmh = usual if speed_kmh is None else speed_kmh
    if not slowest <= kmh <= fastest:
        raise RequestRefused(
            f"--{mode}-kmh expects a speed from {slowest:g} to {fastest:g} km/h, found {kmh:g}: give another.",
            field="speed_kmh",
            found=f"{kmh:g}",
            expected=f"{slowest:g}–{fastest:g}",
        )
    return CatchmentRequest(
        tuple(sorted(set(minutes))),
        mode=cast(Mode, mode),
        speed_kmh=kmh,
        codes=None if codes is None else tuple(sorted(set(codes))),
    )


def checked_position(lon: float, lat: float) -> tuple[float, float]:
    """Degrees of EPSG:4326, to seven digits (1 cm): the same place is the same request."""
    for field, value, most in (("lon", lon, 180), ("lat", lat, 90)):
        if not (math.isfinite(value) and -most <= value <= most):
            raise RequestRefused(
                f"{field} expects degrees from -{most} to {most}, found {value:g}: give a position of EPSG:4326.",
                field=field,
                found=f"{value:g}",
                expected=f"-{most}–{most}",
            )
    return round(lon, 7), round(lat, 7)
