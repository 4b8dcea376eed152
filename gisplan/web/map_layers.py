"""The layers that the maps of the pages are made of: rows of the registers in, map layers out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisplan.analysis.models import Band
from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.maps.style import Style, Symbol
from gisplan.maps.texts import Lang
from gisplan.plan.features import features_of
from gisplan.plan.models import Axis, Intervention
from gisplan.plan.queries import layers_of_axis
from gisplan.territory.display import boundary_geometries, points, screen_geometry
from gisplan.territory.models import HealthSite, Hospital, Municipality, School, Station, TerritoryEdition
from gisplan.territory.profile import SNAI_EDITION
from gisplan.web.axes import axis_name, axis_style
from gisplan.web.coverage import register_note
from layers.models import Layer
from layers.serving.features import geojson

SCHOOL_STEPS = (1, 2, 5, 10)
SCHOOL_FILLS = tuple(palettes.RAMP[place] for place in (1, 2, 4, 6))
SMALL_STATION = replace(
    palettes.PLACES["station"].style, symbol=Symbol("M12 7a5 5 0 1 1 0 10a5 5 0 1 1 0-10z")
)
IMPORTED = Style(fill="#6fb096", stroke="#226570", fill_opacity=0.35, width_px=1.5)
MOST_FEATURES = 2000  # beyond this a map needs tiles
MOST_PROPERTIES = 8
PlaceRow = TypeVar("PlaceRow", Station, Hospital, HealthSite)
Geometry = dict[str, Any]


def lang() -> Lang:
    return "en" if get_language() == "en" else "it"


def collection(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: Geometry | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def boundaries(edition: TerritoryEdition) -> MapLayer:
    """The territory's municipalities as ground: named and linked, not listed."""
    shapes = boundary_geometries(edition)
    rows = Municipality.objects.filter(in_territory=True)
    return _ground("boundaries", palettes.BOUNDARY, [_municipality(row, shapes) for row in rows])


def around(
    edition: TerritoryEdition, rows: Iterable[Municipality], *, chosen: Municipality | None = None
) -> list[MapLayer]:
    """The municipalities near one place, in detail: those outside the territory set off, the chosen one on top."""
    shapes = boundary_geometries(edition, detailed=True)
    inside = [_municipality(row, shapes, label=row != chosen) for row in rows if row.in_territory]
    outside = [
        _municipality(row, shapes, url="", label=True, name=f"{row.name} ({row.province_name})")
        for row in rows
        if not row.in_territory
    ]
    layers = [
        _ground("outside", palettes.OUTSIDE, outside),
        _ground("boundaries", palettes.BOUNDARY, inside),
    ]
    if chosen is not None:
        layers.append(_ground("municipality", palettes.FOCUS, [_municipality(chosen, shapes, url="")]))
    return [layer for layer in layers if layer.features]


def _ground(key: str, entry: palettes.Entry, features: list[dict[str, Any]]) -> MapLayer:
    return MapLayer(
        key=key,
        title=entry.label(lang()),
        data=collection(features),
        style=entry.style,
        link_field="url",
        label_field="label",
        listed=False,
    )


def snai_classes(edition: TerritoryEdition, rows: Iterable[Municipality]) -> MapLayer:
    """Municipalities by SNAI class; rows carry `snai_letter`."""
    shapes = boundary_geometries(edition)
    return MapLayer(
        key="snai",
        title=_("Classi SNAI %(edition)s") % {"edition": SNAI_EDITION},
        data=collection(
            _municipality(
                row, shapes, letter=getattr(row, "snai_letter", None), people=getattr(row, "people", None)
            )
            for row in rows
        ),
        style=palettes.NO_DATA.style,
        classes=_palette_classes(palettes.SNAI),
        class_field="letter",
        popup=(("letter", _("Classe SNAI")), ("people", _("Residenti"))),
        link_field="url",
    )


def schools(edition: TerritoryEdition, rows: Iterable[Municipality]) -> MapLayer:
    """Municipalities by how many schools the register holds; none is 'no data', for it is not complete."""
    in_each = School.objects.values_list("municipality__istat_code").annotate(Count("pk"))
    counts = dict(in_each.order_by())
    shapes = boundary_geometries(edition)
    title = _("Scuole nel registro")
    return MapLayer(
        key="schools",
        title=title,
        data=collection(
            _municipality(
                row, shapes, count=counts.get(row.istat_code), step=_step(counts.get(row.istat_code))
            )
            for row in rows
        ),
        style=palettes.NO_DATA.style,
        classes=tuple(
            StyleClass(value=low, label=label, style=replace(palettes.BOUNDARY.style, fill=fill))
            for low, label, fill in zip(SCHOOL_STEPS, _step_labels(), SCHOOL_FILLS, strict=True)
        ),
        class_field="step",
        popup=(("count", title),),
        link_field="url",
        note=register_note("schools"),
    )


def stations(
    rows: QuerySet[Station], *, bands: Mapping[int, Band] | None = None, small: bool = False
) -> MapLayer:
    """Stations, with the people within ten minutes on foot where a run knows them; small ones are context."""
    people = {pk: band.people for pk, band in (bands or {}).items()}
    return MapLayer(
        key="stations",
        title=_("Stazioni"),
        data=collection(
            _place(row, point, url=reverse("station", args=[row.code]), people=_rounded(people.get(row.pk)))
            for row, point in points(rows)
        ),
        style=SMALL_STATION if small else palettes.PLACES["station"].style,
        popup=(
            ("kind", _("Tipo")),
            ("municipality", _("Comune")),
            ("people", _("Persone entro 10 minuti a piedi")),
            ("status", _("Stato")),
        ),
        link_field="url",
    )


def hospitals(rows: QuerySet[Hospital]) -> MapLayer:
    return _places(rows, key="hospitals", title=_("Ospedali"), entry=palettes.PLACES["hospital"])


def health_sites(rows: QuerySet[HealthSite]) -> MapLayer:
    return _places(rows, key="health-sites", title=_("Sedi sanitarie"), entry=palettes.PLACES["health_site"])


def interventions_by_axis(found: Sequence[Intervention]) -> list[MapLayer]:
    """One layer for each axis that has any, no more exact than is known; the map gathers those that stand together."""
    axes = {one.code: one.axis for one in found}
    of_axis: dict[Axis, list[dict[str, Any]]] = {axis: [] for axis in axes.values()}
    for group in features_of(found, lang=lang())["features"]:
        place = {name: group["properties"][name] for name in ("municipality", "precision_label")}
        for item in group["properties"]["items"]:
            of_axis[axes[item["code"]]].append(feature(group["geometry"], **item, **place))
    return [_interventions(axis, of_axis[axis]) for axis in sorted(of_axis, key=lambda axis: axis.code)]


def _interventions(axis: Axis, features: list[dict[str, Any]]) -> MapLayer:
    return MapLayer(
        key=f"axis-{axis.code}",
        title=_("Interventi: %(axis)s") % {"axis": axis_name(axis)},
        data=collection(features),
        id_field="code",
        style=axis_style(axis),
        popup=(
            ("municipality", _("Comune")),
            ("precision_label", _("Posizione")),
            ("state", _("Stato")),
            ("amount", _("Importo")),
            ("code", _("Codice")),
        ),
    )


def imported(axis: Axis) -> list[MapLayer]:
    """The public imported layers that the axis shows, in its order."""
    layers = [layer for layer in layers_of_axis(axis) if layer.is_public and layer.current is not None]
    return [_imported(layer) for layer in layers]


def _imported(layer: Layer) -> MapLayer:
    found = geojson(layer, limit=MOST_FEATURES)["features"]
    shown = [name for name in (found[0]["properties"] if found else {})][:MOST_PROPERTIES]
    return MapLayer(
        key=f"layer-{layer.name}".lower(),
        title=str(layer),
        data=collection(
            feature(
                one["geometry"], **one["properties"] | {"feature_id": one["id"], "feature_name": _named(one)}
            )
            for one in found
        ),
        id_field="feature_id",
        name_field="feature_name",
        style=IMPORTED,
        popup=tuple((name, name) for name in shown),
        note=_("I primi %(count)s elementi.") % {"count": MOST_FEATURES}
        if len(found) == MOST_FEATURES
        else "",
    )


def _named(one: Mapping[str, Any]) -> str:
    """The first text that the feature carries, or else its number."""
    texts = (value for value in one["properties"].values() if isinstance(value, str) and value)
    return next(texts, str(one["id"]))


def bands(rows: Sequence[Band]) -> MapLayer:
    """Catchment bands, the largest first so that the smaller ones lie upon it."""
    largest_first = sorted(rows, key=lambda band: -band.minutes)
    return MapLayer(
        key="bands",
        title=_("Bacino a piedi"),
        data=collection(
            feature(
                screen_geometry(band.geometry),
                id=f"{band.station.code}-{band.minutes}",
                name=_("%(minutes)s minuti da %(station)s")
                % {"minutes": band.minutes, "station": band.station},
                minutes=str(band.minutes),
                people=_rounded(band.people),
                method=band.get_method_display(),
            )
            for band in largest_first
        ),
        style=palettes.BANDS_MIN["15"].style,
        listed=False,
        classes=_palette_classes(palettes.BANDS_MIN),
        class_field="minutes",
        popup=(("people", _("Persone")), ("method", _("Metodo"))),
    )


def _municipality(row: Municipality, shapes: Mapping[str, Geometry], **properties: Any) -> dict[str, Any]:
    own = {"id": row.istat_code, "name": row.name, "url": reverse("municipality", args=[row.istat_code])}
    return feature(shapes.get(row.istat_code), **(own | properties))


def _place(row: PlaceRow, point: Geometry | None, **properties: Any) -> dict[str, Any]:
    return feature(
        point,
        id=row.code,
        name=row.name,
        kind=row.get_kind_display(),
        municipality=row.municipality.name if row.municipality else None,
        address=row.address or None,
        status=row.status or None,
        precision=row.get_precision_display(),
        **properties,
    )


def _palette_classes(palette: Mapping[str, palettes.Entry]) -> tuple[StyleClass, ...]:
    return tuple(
        StyleClass(value=key, label=entry.label(lang()), style=entry.style) for key, entry in palette.items()
    )


def _places(rows: QuerySet[PlaceRow], *, key: str, title: str, entry: palettes.Entry) -> MapLayer:
    return MapLayer(
        key=key,
        title=title,
        data=collection(_place(row, point) for row, point in points(rows)),
        style=entry.style,
        popup=(
            ("kind", _("Tipo")),
            ("municipality", _("Comune")),
            ("address", _("Indirizzo")),
            ("precision", _("Posizione")),
        ),
        note=register_note(key.replace("-", "_")),
    )


def _step(count: int | None) -> int | None:
    return max(low for low in SCHOOL_STEPS if count >= low) if count else None


def _step_labels() -> list[str]:
    last = _("%(low)s e oltre") % {"low": SCHOOL_STEPS[-1]}
    return ["1", *(f"{low}–{high - 1}" for low, high in pairwise(SCHOOL_STEPS[1:])), last]


def _rounded(people: float | None) -> int | None:
    return None if people is None else round(people)
