"""Interventions as GeoJSON in EPSG:4326, drawn no more exactly than they are known."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.contrib.gis.geos import GEOSGeometry
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from gisplan.plan.dates import as_of_in_words
from gisplan.plan.models import Axis, Claim, Intervention, PlanPlace
from gisplan.plan.progress import latest_claims
from gisplan.plan.queries import interventions_of_axis
from gisplan.territory.models import MunicipalityBoundary, Precision
from layers.crs import WGS84

DECIMALS = 6  # about 0.1 m


@dataclass(frozen=True)
class _Spot:
    """One drawn place; everything known to stand there shares it, so that nothing hides."""

    geometry: GEOSGeometry
    precision: Precision
    municipality: str


def intervention_features(axis: Axis, *, lang: str) -> dict[str, Any]:
    return features_of(interventions_of_axis(axis), lang=lang)


def features_of(
    interventions: Sequence[Intervention], *, lang: str, until_year: int | None = None
) -> dict[str, Any]:
    """A FeatureCollection: one feature for each place, with all its interventions and their number."""
    surface_points = _surface_points(interventions)
    spots: dict[_Spot, list[Intervention]] = {}
    for one in interventions:
        found = (_spot(place, surface_points) for place in one.places.all())
        for spot in dict.fromkeys(spot for spot in found if spot is not None):
            spots.setdefault(spot, []).append(one)
    with override(lang):
        features = [_feature(spot, standing, until_year) for spot, standing in spots.items()]
    return {"type": "FeatureCollection", "features": features}


def not_located(interventions: Iterable[Intervention]) -> list[Intervention]:
    """Those of which no place can be drawn: groups whose members are not listed, places not found."""
    interventions = list(interventions)
    surface_points = _surface_points(interventions)
    return [
        one for one in interventions if not any(_spot(place, surface_points) for place in one.places.all())
    ]


def amount_text(claim: Claim | None) -> str:
    """Whole euros as the reader's language writes them, with the scope where it covers several things."""
    if claim is None or claim.amount_eur is None:
        return _("non noto")
    euros = _("%(amount)s €") % {"amount": number_format(claim.amount_eur, 0, force_grouping=True)}
    return f"{euros} ({claim.scope})" if claim.is_shared and claim.scope else euros


def _surface_points(interventions: Iterable[Intervention]) -> dict[int, GEOSGeometry]:
    """A point inside each municipality (its newest boundary) of these interventions."""
    wanted = {place.municipality_id for one in interventions for place in one.places.all()}
    rows = (
        MunicipalityBoundary.objects.filter(municipality__in=wanted - {None})
        .order_by("municipality_id", "-edition__valid_from")
        .distinct("municipality_id")
        .annotate(point=Transform(PointOnSurface("geometry"), WGS84))
        .values_list("municipality_id", "point")
    )
    return dict(rows)


def _spot(place: PlanPlace, surface_points: dict[int, GEOSGeometry]) -> _Spot | None:
    name = place.municipality.name if place.municipality else ""
    registered = place.registered
    if registered is not None and registered.location is not None:
        return _Spot(_in_degrees(registered.location), Precision(registered.precision), name)
    if place.geometry is not None:
        return _Spot(_in_degrees(place.geometry), Precision(place.precision), name)
    point = surface_points.get(place.municipality_id or 0)
    return None if point is None else _Spot(point, Precision.MUNICIPALITY, name)


def _in_degrees(geometry: GEOSGeometry) -> GEOSGeometry:
    transformed: GEOSGeometry = geometry.transform(WGS84, clone=True)
    return transformed


def _feature(spot: _Spot, standing: list[Intervention], until_year: int | None) -> dict[str, Any]:
    items = [_properties(one, until_year) for one in standing]
    together = {key: "; ".join(dict.fromkeys(item[key] for item in items)) for key in items[0]}
    count = len(items)
    if count > 1:
        together["name"] = _("%(count)d interventi") % {"count": count}
    return {
        "type": "Feature",
        "geometry": _rounded(json.loads(spot.geometry.json)),
        "properties": {
            **together,
            "id": items[0]["code"] if count == 1 else f"group-{items[0]['code']}",
            "precision": spot.precision.value,
            "precision_label": str(spot.precision.label),
            "municipality": spot.municipality,
            "count": count,
            "items": items,
        },
    }


def _properties(one: Intervention, until_year: int | None) -> dict[str, str]:
    claims = latest_claims(one, until_year=until_year)
    return {
        "code": one.code,
        "name": f"{one.kind_label} – {one.area_text}",
        "kind": one.kind,
        "kind_label": one.kind_label,
        "state": claims.state_text,
        "state_as_of": as_of_in_words(claims.state.as_of) if claims.state else "",
        "amount": amount_text(claims.amount),
        "amount_as_of": as_of_in_words(claims.amount.as_of) if claims.amount else "",
    }


def _rounded(geometry: Any) -> Any:
    """The same GeoJSON geometry, its coordinates rounded."""
    if isinstance(geometry, dict):
        return {key: _rounded(value) for key, value in geometry.items()}
    if isinstance(geometry, list):
        return [_rounded(value) for value in geometry]
    return round(geometry, DECIMALS) if isinstance(geometry, float) else geometry
