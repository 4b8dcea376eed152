"""A place that is not located gets its position from an editor: with precision, source, author, and a way back."""

import json
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import transaction
from django.utils.translation import gettext as _

from gisplan.plan import rights
from gisplan.plan.errors import PlacingRefused
from gisplan.plan.models import PlanPlace
from gisplan.plan.seeds import take_over
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    Place,
    Precision,
    School,
    Station,
)
from layers.crs import WGS84

#: Word of the address -> the rows that can be placed.
KINDS: dict[str, type[PlanPlace] | type[Place]] = {
    "intervento": PlanPlace,
    "stazione": Station,
    "ospedale": Hospital,
    "sede-sanitaria": HealthSite,
    "scuola": School,
}
PRECISIONS = (Precision.EXACT, Precision.ADDRESS)
Placeable = PlanPlace | Place


@dataclass(frozen=True)
class Position:
    """Where, in degrees (EPSG:4326), how well it is known, and from what."""

    lon: float
    lat: float
    precision: str
    source: str


@dataclass(frozen=True)
class Placing:
    """One entry of the history; `can_be_undone` where the row still is as this entry left it."""

    entry: LogEntry
    before: dict[str, Any]
    after: dict[str, Any]
    source: str
    can_be_undone: bool


def may_place(visitor: rights.Visitor, place: Placeable) -> bool:
    """A place of the plan: who edits its intervention; a place of a register: who edits the registers."""
    if isinstance(place, PlanPlace):
        if place.intervention is None:
            return rights.may_edit_plan(visitor)
        return rights.may_edit_intervention(visitor, place.intervention)
    return rights.may_edit_territory(visitor)


def put(place: Placeable, position: Position, *, user: User, anywhere: bool = False) -> Placing:
    """Store the position; outside the municipality only where `anywhere` says that this is meant."""
    point = _checked(position)
    municipality = place.municipality
    if not anywhere and not lies_in(point, municipality):
        raise PlacingRefused(
            _(
                "Attesa una posizione in %(expected)s, trovata %(found)s: sposta il punto, o conferma che è giusta."
            )
            % {
                "expected": municipality.name if municipality else settings.TERRITORY_NAME,
                "found": _where(point),
            },
            outside=True,
        )
    after = {"geometry": point.ewkt, "precision": position.precision}
    return _write(place, after, user=user, source=position.source.strip()[:300])


def undo(place: Placeable, entry_pk: int, *, user: User) -> Placing:
    """Back to what an entry found; what somebody has changed since is not overwritten."""
    found = next((one for one in history(place) if one.entry.pk == entry_pk), None)
    if found is None or not found.can_be_undone:
        raise PlacingRefused(
            _("Attesa l'ultima modifica della posizione, trovata una già superata: riapri la pagina.")
        )
    return _write(
        place, found.before, user=user, source=_("annullata la modifica n. %(n)s") % {"n": entry_pk}
    )


def history(place: Placeable) -> list[Placing]:
    """The newest first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(place), object_id=str(place.pk), action_flag=CHANGE
    ).select_related("user")
    now = _state(place)
    found: list[Placing] = []
    for entry in entries.order_by("-pk"):
        told = _told(entry)
        if told is not None:
            before, after, source = told
            found.append(Placing(entry, before, after, source, after == now and not found))
    return found


def lies_in(point: Point, municipality: Municipality | None) -> bool:
    """In the newest boundary of the municipality; where none is known, of any of the territory."""
    boundaries = MunicipalityBoundary.objects.order_by("-edition__valid_from")
    if municipality is None:
        return boundaries.filter(municipality__in_territory=True, geometry__intersects=point).exists()
    newest = boundaries.filter(municipality=municipality).first()
    return newest is None or bool(newest.geometry.intersects(point))


def geometry_of(place: Placeable) -> GEOSGeometry | None:
    return place.geometry if isinstance(place, PlanPlace) else place.location


def _checked(position: Position) -> Point:
    if position.precision not in PRECISIONS:
        raise PlacingRefused(_("Attesa una precisione fra quelle proposte: scegline una."))
    if not position.source.strip():
        raise PlacingRefused(_("Attesa la fonte della posizione (un documento, un sopralluogo): scrivila."))
    if not (-180 <= position.lon <= 180 and -90 <= position.lat <= 90):
        raise PlacingRefused(
            _("Attese longitudine e latitudine in gradi, trovato %(lon)s, %(lat)s: correggile.")
            % {"lon": position.lon, "lat": position.lat}
        )
    point = Point(position.lon, position.lat, srid=WGS84)
    point.transform(settings.STORED_SRID)
    return point


def _where(point: Point) -> str:
    there = MunicipalityBoundary.objects.filter(geometry__intersects=point).order_by("-edition__valid_from")
    found = there.select_related("municipality").first()
    return found.municipality.name if found else _("un punto fuori dal territorio")


def _state(place: Placeable) -> dict[str, Any]:
    shape = geometry_of(place)
    return {"geometry": shape.ewkt if shape else None, "precision": place.precision}


@transaction.atomic
def _write(place: Placeable, after: dict[str, Any], *, user: User, source: str) -> Placing:
    before = _state(place)
    shape = GEOSGeometry(after["geometry"]) if after["geometry"] else None
    if isinstance(place, PlanPlace):
        place.geometry = shape
    else:
        place.location = cast(Point, shape)
    place.precision = after["precision"]
    place.save()
    if isinstance(place, PlanPlace):
        take_over(place)
    told = {"placed": {"before": before, "after": _state(place), "source": source}}
    entry = LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(place),
        object_id=str(place.pk),
        object_repr=str(place)[:200],
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"fields": ["position"]}}, told], ensure_ascii=False),
    )
    return Placing(entry, before, _state(place), source, can_be_undone=True)


def _told(entry: LogEntry) -> tuple[dict[str, Any], dict[str, Any], str] | None:
    """What an entry says of a position, if it is one of these."""
    try:
        message = json.loads(entry.change_message)
    except ValueError:
        return None
    for part in message if isinstance(message, list) else []:
        if isinstance(part, dict) and "placed" in part:
            told = part["placed"]
            return told["before"], told["after"], told["source"]
    return None
