"""The layers that the maps of the pages are made of: rows of the registers in, map layers out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisplan.analysis.models import Band
from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.territory.display import boundary_features, located, point_geometry, screen_geometry
from gisplan.territory.models import HealthSite, Hospital, Municipality, Station, TerritoryEdition
from gisplan.territory.profile import SNAI_EDITION

PlaceRow = TypeVar("PlaceRow", Station, Hospital, HealthSite)
Geometry = dict[str, Any]


def lang() -> str:
    return get_language() or "it"


def collection(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: Geometry | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def boundaries(edition: TerritoryEdition, rows: Iterable[Municipality]) -> MapLayer:
    """The municipalities as ground: named, linked, not listed."""
    return MapLayer(
        key="boundaries",
        title=palettes.BOUNDARY.label(lang()),
        data=collection(_municipality(row, boundary_features(edition)) for row in rows),
        style=palettes.BOUNDARY.style,
        link_field="url",
        listed=False,
    )


def focus(edition: TerritoryEdition, row: Municipality) -> MapLayer:
    """One municipality set off from the others."""
    return MapLayer(
        key="municipality",
        title=row.name,
        data=collection([_municipality(row, boundary_features(edition))]),
        style=palettes.FOCUS.style,
        listed=False,
    )


def snai_classes(edition: TerritoryEdition, rows: Iterable[Municipality]) -> MapLayer:
    """Municipalities by SNAI class; rows carry `snai_letter`."""
    shapes = boundary_features(edition)
    return MapLayer(
        key="snai",
        title=_("Classi SNAI %(edition)s") % {"edition": SNAI_EDITION},
        data=collection(
            _municipality(row, shapes, letter=getattr(row, "snai_letter", None), people=getattr(row, "people", None))
            for row in rows
        ),
        style=palettes.NO_DATA.style,
        classes=_palette_classes(palettes.SNAI),
        class_field="letter",
        popup=(("letter", _("Classe SNAI")), ("people", _("Residenti"))),
        link_field="url",
    )


def counted(
    edition: TerritoryEdition, rows: Iterable[Municipality], *, title: str, counts: Mapping[str, int], note: str
) -> MapLayer:
    """Municipalities by how many places the register holds; none is 'no data', for it is not complete."""
    steps = ((1, 1), (2, 4), (5, 9), (10, None))
    shapes = boundary_features(edition)
    return MapLayer(
        key="counts",
        title=title,
        data=collection(
            _municipality(row, shapes, count=counts.get(row.istat_code), step=_step(counts.get(row.istat_code), steps))
            for row in rows
        ),
        style=palettes.NO_DATA.style,
        classes=tuple(
            StyleClass(value=low, label=_range(low, high), style=_ramp(index))
            for index, (low, high) in enumerate(steps)
        ),
        class_field="step",
        popup=(("count", title),),
        link_field="url",
        note=note,
    )


def stations(rows: QuerySet[Station], *, people: Mapping[int, float | None] | None = None) -> MapLayer:
    """Stations, with the people within ten minutes on foot where a run knows them."""
    known = people or {}
    return MapLayer(
        key="stations",
        title=_("Stazioni"),
        data=collection(
            _place(row, url=reverse("station", args=[row.code]), people=_rounded(known.get(row.pk)))
            for row in located(rows)
        ),
        style=palettes.PLACES["station"].style,
        popup=(
            ("kind", _("Tipo")),
            ("municipality", _("Comune")),
            ("people", _("Persone entro 10 minuti a piedi")),
            ("status", _("Stato")),
        ),
        link_field="url",
    )


def places(rows: QuerySet[PlaceRow], *, key: str, title: str, note: str = "") -> MapLayer:
    """Hospitals or health sites."""
    return MapLayer(
        key=key,
        title=title,
        data=collection(_place(row) for row in located(rows)),
        style=palettes.PLACES[key].style,
        popup=(
            ("kind", _("Tipo")),
            ("municipality", _("Comune")),
            ("address", _("Indirizzo")),
            ("precision", _("Precisione")),
        ),
        note=note,
    )


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
                name=_("%(minutes)s minuti da %(station)s") % {"minutes": band.minutes, "station": band.station},
                minutes=str(band.minutes),
                people=_rounded(band.people),
                method=band.get_method_display(),
            )
            for band in largest_first
        ),
        style=palettes.BANDS_MIN["15"].style,
        classes=_palette_classes(palettes.BANDS_MIN),
        class_field="minutes",
        popup=(("people", _("Persone")), ("method", _("Metodo"))),
    )


def _municipality(row: Municipality, shapes: Mapping[str, Geometry], **properties: Any) -> dict[str, Any]:
    url = reverse("municipality", args=[row.istat_code])
    return feature(shapes.get(row.istat_code), id=row.istat_code, name=row.name, url=url, **properties)


def _place(row: PlaceRow, **properties: Any) -> dict[str, Any]:
    return feature(
        point_geometry(row.on_screen),  # type: ignore[union-attr]  # annotated by located()
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


def _ramp(index: int) -> Any:
    return replace(palettes.BOUNDARY.style, fill=palettes.RAMP[1 + index])


def _range(low: int, high: int | None) -> str:
    if high is None:
        return _("%(low)s e oltre") % {"low": low}
    return str(low) if low == high else f"{low}–{high}"


def _step(count: int | None, steps: Sequence[tuple[int, int | None]]) -> int | None:
    return None if not count else max(low for low, _high in steps if count >= low)


def _rounded(people: float | None) -> int | None:
    return None if people is None else round(people)
