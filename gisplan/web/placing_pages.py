"""Click-to-place: an editor gives a position to what has none, and can take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.plan.errors import PlacingRefused
from gisplan.plan.models import Intervention, PlanPlace
from gisplan.plan.placing import (
    KINDS,
    PRECISIONS,
    Placeable,
    Position,
    geometry_of,
    history,
    may_place,
    put,
    undo,
)
from gisplan.plan.rights import Visitor
from gisplan.territory.display import screen_bounds, screen_geometry, territory_bounds
from gisplan.territory.models import Precision
from gisplan.territory.profile import latest_boundary, latest_edition, municipalities_near
from gisplan.web import ground_layers, maps
from gisplan.web.axes import axis_style
from gisplan.web.features import collection, feature, lang

FIELDS = ("lon", "lat", "precisione", "fonte")


@dataclass(frozen=True)
class ToPlace:
    """A place of the plan that an editor could locate better."""

    name: str
    precision: str
    url: str


def to_place(visitor: Visitor, interventions: Sequence[Intervention]) -> list[ToPlace]:
    """Of the interventions that the visitor may edit, the places known only by their municipality or not at all."""
    if not visitor.is_authenticated:
        return []
    return [
        ToPlace(f"{one.kind_label} ({one.code}): {place}", place.get_precision_display(), _address(place))
        for one in interventions
        for place in one.places.all()
        if place.precision not in PRECISIONS and may_place(visitor, place)
    ]


def _address(place: Placeable) -> str:
    if isinstance(place, PlanPlace):
        return reverse("place", args=["intervento", place.pk])
    kind = next(word for word, model in KINDS.items() if model is type(place))
    return reverse("place", args=[kind, place.code])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, kind: str, which: str) -> HttpResponse:
    """GET: the form; POST: a position, or `annulla` with the number of a change to take back."""
    found = _found(kind, which)
    if not isinstance(request.user, User) or not may_place(request.user, found):
        return render(request, "403.html", status=403)
    refused: PlacingRefused | None = None
    if request.method == "POST":
        try:
            _act(request, found, request.user)
            return redirect("place", kind=kind, which=which)
        except PlacingRefused as error:
            refused = error
    now = _degrees(found)
    context = {
        "place": found,
        "what": _named(found),
        "asked": (now or {}) | {name: request.POST.get(name, "") for name in FIELDS if name in request.POST},
        "refused": refused,
        "precisions": [(one.value, one.label) for one in PRECISIONS],
        "now": now,
        "history": history(found),
        "map": maps.page_map(_map(found)),
    }
    return render(request, "web/place.html", context, status=400 if refused else 200)


def _found(kind: str, which: str) -> Placeable:
    model = KINDS.get(kind)
    if model is None:
        raise Http404
    key = {"pk": int(which)} if model is PlanPlace and which.isdigit() else {"code": which}
    if model is PlanPlace and "pk" not in key:
        raise Http404
    rows = model._default_manager.select_related("municipality").filter(**key)
    found: Placeable | None = rows.first()
    if found is None:
        raise Http404
    return found


def _act(request: HttpRequest, found: Placeable, user: User) -> None:
    if number := request.POST.get("annulla", ""):
        undo(found, int(number) if number.isdigit() else 0, user=user)
        messages.success(request, _("La posizione è tornata com'era."))
        return
    position = Position(
        lon=_degree(request.POST.get("lon", "")),
        lat=_degree(request.POST.get("lat", "")),
        precision=request.POST.get("precisione", ""),
        source=request.POST.get("fonte", ""),
    )
    put(found, position, user=user, anywhere=request.POST.get("conferma") == "1")
    messages.success(request, _("La posizione è salvata; si può annullare qui sotto."))


def _degree(written: str) -> float:
    try:
        return float(written.strip().replace(",", "."))
    except ValueError as error:
        raise PlacingRefused(
            _("Attesi longitudine e latitudine come numeri, trovato %(found)s: scegli un punto sulla mappa.")
            % {"found": repr(written[:20])}
        ) from error


def _named(found: Placeable) -> str:
    if isinstance(found, PlanPlace):
        of = found.intervention or found.action
        return f"{of} – {found}"
    return found.name


def _degrees(found: Placeable) -> dict[str, Any] | None:
    shape = geometry_of(found)
    if shape is None:
        return None
    lon, lat = screen_geometry(shape.centroid)["coordinates"]
    return {"lon": f"{lon:.5f}", "lat": f"{lat:.5f}", "precision": Precision(found.precision).label}


def _map(found: Placeable) -> MapSpec | None:
    """The municipality in detail, or the territory, and where the place stands now."""
    edition = latest_edition()
    if edition is None:
        return None
    municipality = found.municipality
    boundary = latest_boundary(municipality) if municipality else None
    if municipality is None or boundary is None:
        layers, bounds = [ground_layers.boundaries(edition)], territory_bounds(edition)
    else:
        near = municipalities_near(boundary.geometry, edition)
        layers = ground_layers.around(edition, near, chosen=municipality)
        bounds = screen_bounds(boundary.geometry)
    shape = geometry_of(found)
    if shape is not None:
        layers.append(_now(found, screen_geometry(shape)))
    return MapSpec(
        title=_("Dove si trova: %(name)s") % {"name": _named(found)},
        layers=tuple(layers),
        lang=lang(),
        bounds=bounds,
        attribution=maps.attribution(edition),
    )


def _now(found: Placeable, shape: dict[str, Any]) -> MapLayer:
    intervention = found.intervention if isinstance(found, PlanPlace) else None
    style = axis_style(intervention.axis) if intervention else palettes.PLACES["station"].style
    return MapLayer(
        key="now",
        title=_("Posizione attuale"),
        data=collection([feature(shape, id=str(found.pk), name=_named(found))]),
        style=style,
    )
