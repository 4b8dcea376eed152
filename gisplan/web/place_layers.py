"""The places of the maps: stations with their catchments, hospitals, health sites."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.models import Band
from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer
from gisplan.maps.style import Symbol
from gisplan.territory.display import points, screen_geometry
from gisplan.territory.models import HealthSite, Hospital, Station
from gisplan.web import wording
from gisplan.web.cited_runs import citation
from gisplan.web.coverage import register_note
from gisplan.web.features import Geometry, collection, feature, palette_classes, rounded

SMALL_STATION = replace(
    palettes.PLACES["station"].style, symbol=Symbol("M12 7a5 5 0 1 1 0 10a5 5 0 1 1 0-10z")
)
PlaceRow = TypeVar("PlaceRow", Station, Hospital, HealthSite)


def stations(
    rows: QuerySet[Station], *, bands: Mapping[int, Band] | None = None, small: bool = False
) -> MapLayer:
    """Stations, with the people within ten minutes on foot where a run knows them; small ones are context."""
    known = bands or {}
    return MapLayer(
        key="stations",
        title=_("Stazioni"),
        data=collection(
            _place(row, point, url=reverse("station", args=[row.code]), **_within(known.get(row.pk)))
            for row, point in points(rows)
        ),
        style=SMALL_STATION if small else palettes.PLACES["station"].style,
        popup=(
            ("kind", _("Tipo")),
            ("municipality", _("Comune")),
            ("people", _("Persone entro 10 minuti a piedi")),
            ("method", _("Metodo")),
            ("status", _("Stato")),
        ),
        link_field="url",
        note=citation(known.values()),
    )


def hospitals(rows: QuerySet[Hospital]) -> MapLayer:
    return _places(rows, key="hospitals", title=_("Ospedali"), entry=palettes.PLACES["hospital"])


def health_sites(rows: QuerySet[HealthSite]) -> MapLayer:
    return _places(rows, key="health-sites", title=_("Sedi sanitarie"), entry=palettes.PLACES["health_site"])


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
                people=rounded(band.people),
                method=wording.method(band),
            )
            for band in largest_first
        ),
        style=palettes.BANDS_MIN["15"].style,
        listed=False,
        classes=palette_classes(minutes_shown({band.minutes for band in rows})),
        class_field="minutes",
        popup=(("people", _("Persone")), ("method", _("Metodo"))),
    )


def minutes_shown(shown: set[int]) -> dict[str, palettes.Entry]:
    """The legend has a line for each; minutes without a style of their own look like the outermost band."""
    outermost = palettes.BANDS_MIN["15"].style
    return {
        str(minutes): palettes.BANDS_MIN.get(
            str(minutes), palettes.Entry(str(minutes), f"{minutes} minuti", f"{minutes} minutes", outermost)
        )
        for minutes in sorted(shown)
    }


def _place(row: PlaceRow, point: Geometry | None, **properties: Any) -> dict[str, Any]:
    return feature(
        point,
        id=row.code,
        name=row.name,
        kind=row.get_kind_display(),
        municipality=row.municipality.name if row.municipality else None,
        address=row.address or None,
        status=wording.status(row) or None,
        precision=row.get_precision_display(),
        **properties,
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


def _within(band: Band | None) -> dict[str, Any]:
    return {} if band is None else {"people": rounded(band.people), "method": wording.method(band)}
