"""A question about a hub, from JSON or from the address of the page; what cannot be used is one sentence."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.requests import CatchmentRequest, catchment_request, checked_position
from gisplan.web.wording import NOT_COMPUTED

MAX_BANDS = 6
MOST = 1e9
MAX_BYTES = 10_000
REQUIRED = ("lon", "lat", "mode", "minutes")
FIELDS = (*REQUIRED, "speed_kmh")


@dataclass(frozen=True)
class HubQuestion:
    lon: float
    lat: float
    request: CatchmentRequest

    @property
    def query(self) -> dict[str, str]:
        """The fields of the page's address that ask the same."""
        return {
            "lon": f"{self.lon:.6f}",
            "lat": f"{self.lat:.6f}",
            "modo": self.request.mode,
            "minuti": ",".join(map(str, self.request.minutes)),
        }


def from_json(body: bytes) -> HubQuestion:
    """{"lon": …, "lat": …, "mode": …, "minutes": […]} and, if asked for, "speed_kmh"."""
    if len(body) > MAX_BYTES:
        _refuse("body", found=f"{len(body)} byte", expected=f"{MAX_BYTES} byte")
    try:
        asked = json.loads(body, parse_constant=lambda word: _refuse("body", found=word, expected="JSON"))
    except (ValueError, RecursionError) as error:
        if isinstance(error, RequestRefused):
            raise
        _refuse("body", found=_("altro"), expected="JSON")
    if not isinstance(asked, dict):
        _refuse("body", found=type(asked).__name__, expected='{"lon": …, "lat": …}')
    for name in asked:
        if name not in FIELDS:
            _refuse("field", found=str(name)[:40], expected=", ".join(FIELDS))
    for name in REQUIRED:
        if name not in asked:
            _refuse("missing", found=name, expected=", ".join(REQUIRED))
    return _question(asked)


def from_query(query: Mapping[str, str], *, second: bool = False) -> HubQuestion | None:
    """?lon=…&lat=…&modo=walk&minuti=5,10,15; None where no position is given. The second hub has lon2 and lat2."""
    lon, lat = ("lon2", "lat2") if second else ("lon", "lat")
    if not query.get(lon) or not query.get(lat):
        return None
    written = query.get("minuti", "").replace(" ", "") or ",".join(map(str, STANDARD_MINUTES))
    asked: dict[str, Any] = {
        "lon": number_of("lon", query[lon]),
        "lat": number_of("lat", query[lat]),
        "mode": query.get("modo", "walk"),
        "minutes": [int(word) if _is_whole(word) else word for word in written.split(",")],
    }
    return _question(asked)


def _question(asked: Mapping[str, Any]) -> HubQuestion:
    lon, lat = (_checked_number(name, asked[name]) for name in ("lon", "lat"))
    lon, lat = checked_position(lon, lat)
    minutes = asked["minutes"] if isinstance(asked["minutes"], list) else [asked["minutes"]]
    for value in minutes:
        if isinstance(value, bool) or not isinstance(value, int):
            _refuse("minutes", found=str(value)[:40], expected="1–120")
    if len(set(minutes)) > MAX_BANDS:
        _refuse("bands", found=str(len(set(minutes))), expected=str(MAX_BANDS))
    speed = asked.get("speed_kmh")
    speed_kmh = None if speed is None else _checked_number("speed_kmh", speed)
    request = catchment_request(minutes, mode=str(asked["mode"])[:40], speed_kmh=speed_kmh)
    return HubQuestion(lon, lat, request)


def _checked_number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST:
        _refuse(name, found=str(value)[:40], expected=_("un numero"))
    return float(value)


def number_of(name: str, written: str) -> float:
    """As typed: a decimal comma is a decimal point."""
    try:
        value = float(written.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not abs(value) <= MOST:
        _refuse(name, found=written[:40], expected=_("un numero"))
    return value


def _is_whole(word: str) -> bool:
    return word.isascii() and word.lstrip("-").isdigit() and len(word) < 10


def _refuse(field: str, *, found: str, expected: str) -> NoReturn:
    raise RequestRefused(
        f"{field} expects {expected}, found {found}: correct the request.",
        field=field,
        found=found,
        expected=expected,
    )


def sentence(error: RequestRefused) -> str:
    """The refusal in the reader's language: what was expected, what was found, what to do."""
    words = {"found": error.found, "expected": error.expected}
    sentences = {
        "lon": _(
            "La longitudine dev'essere in gradi (%(expected)s), non %(found)s: scegli un punto sulla mappa."
        ),
        "lat": _(
            "La latitudine dev'essere in gradi (%(expected)s), non %(found)s: scegli un punto sulla mappa."
        ),
        "position": _(
            "Il punto %(found)s è fuori da %(expected)s e dai comuni confinanti: scegline uno all'interno."
        ),
        "place": _("Nessuna stazione e nessun comune si chiama «%(found)s»: scegline uno dell'elenco."),
        "mode": _("Il modo dev'essere uno fra %(expected)s, non %(found)s: scegline uno."),
        "minutes": _("I minuti devono essere numeri interi (%(expected)s), non %(found)s: correggili."),
        "headway": _(
            "L'intervallo fra i passaggi dev'essere in minuti (%(expected)s), non %(found)s: correggilo."
        ),
        "bands": _("Le fasce possono essere al massimo %(expected)s, non %(found)s: togline qualcuna."),
        "speed_kmh": _("La velocità in km/h dev'essere %(expected)s, non %(found)s: correggila."),
        "body": _("La richiesta dev'essere %(expected)s, non %(found)s: correggila."),
        "field": _("I campi sono %(expected)s, non %(found)s: togli quello che non serve."),
        "missing": _("Servono i campi %(expected)s, e manca %(found)s: aggiungilo."),
    }
    return (sentences[error.field] % words) if error.field in sentences else str(NOT_COMPUTED)
