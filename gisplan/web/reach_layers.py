"""The choropleths that answer an axis's question at first sight: who reaches stations, schools and health services."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.accessibility.coverage import STATUSES
from gisplan.analysis.band_tiles import FIRST_ZOOM, bands_key, newest_band_ids
from gisplan.analysis.coverage import MunicipalityCoverage, ServiceCoverage
from gisplan.analysis.models import Run
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.maps import palettes
from gisplan.maps.choropleth import CLASS_FIELD
from gisplan.maps.classes import fixed
from gisplan.maps.spec import MapLayer, StyleClass, Tiles
from gisplan.territory.display import boundary_geometries, territory_bounds
from gisplan.territory.models import School, TerritoryEdition
from gisplan.territory.queries import coverage_of
from gisplan.web.cited_runs import cited, note_of
from gisplan.web.coverage import register_note
from gisplan.web.features import collection, feature, lang, rounded
from gisplan.web.place_layers import minutes_shown
from gisplan.web.reach_figures import SCHOOLS, coverage_address, reach_rows
from gisplan.web.service_words import age_name, service_label
from gisplan.web.shapes import shapes_url
from gisplan.web.street_ground import tiles_url

COVERED, NOT_COVERED, NOT_KNOWN = STATUSES
SHARE_LIMITS_PCT = (25, 50, 75)
#: Fractions of the threshold: the darker the nearer.
PARTS_OF_THRESHOLD = (1 / 3, 2 / 3, 1)
FROM_LIGHT = tuple(palettes.RAMP[place] for place in (1, 2, 4, 6))
FROM_DARK = tuple(palettes.RAMP[place] for place in (5, 3, 1))


def station_share(run: Run, edition: TerritoryEdition) -> MapLayer:
    """Share of the residents within the largest of the standard minutes of a station, from the kept count.

    Nobody within is no number where the register may lack stations.
    """
    classes = fixed(SHARE_LIMITS_PCT)
    last = STANDARD_MINUTES[-1]
    stated = coverage_of("stations")
    gap = NOT_COVERED if stated is not None and stated.complete else NOT_KNOWN
    features = []
    for code, name, people, *within, _beyond, _share in reach_rows(run, "municipality"):
        pct = 100 * within[-1] / people if people else None
        figures = {
            f"within_{one}": None if gap == NOT_KNOWN and not count else rounded(count)
            for one, count in zip(STANDARD_MINUTES, within, strict=True)
        }
        shown = {
            "share": None if pct is None or (gap == NOT_KNOWN and not pct) else round(pct, 1),
            CLASS_FIELD: gap if pct == 0 else classes.class_of(pct),
        }
        features.append(_row(code, name, {"people": rounded(people), **figures, **shown}))
    labels = classes.labels(lang(), unit="%")
    return _choropleth(
        "reach",
        _("Residenti entro %(minutes)s minuti a piedi da una stazione") % {"minutes": last},
        features,
        edition,
        classes=(
            *_ramp(range(len(labels)), labels, FROM_LIGHT),
            *_not_reached(_("nessuno")),
        ),
        popup=(
            ("people", _("Residenti")),
            *(
                (f"within_{one}", _("entro %(minutes)s minuti") % {"minutes": one})
                for one in STANDARD_MINUTES
            ),
            ("share", _("entro %(minutes)s minuti (%%)") % {"minutes": last}),
        ),
        note=f"{register_note('stations')} {note_of([cited(run)])}".strip(),
        table_url=reverse("run", args=[run.pk]),
    )


def service_minutes(
    found: Sequence[ServiceCoverage], edition: TerritoryEdition, *, visible: bool = True
) -> MapLayer:
    """Car minutes to the nearest place of a service; `found` has the same service for one group of people each."""
    first = found[0]
    service, threshold_min = first.request.service, first.request.minutes
    classes = fixed([threshold_min * part for part in PARTS_OF_THRESHOLD])
    *labels, beyond = classes.labels(lang(), unit="min")
    features = []
    for rows in zip(*(one.municipalities for one in found), strict=True):
        row = rows[0]
        people = {f"people_{place}": rounded(one.people) for place, one in enumerate(rows)}
        near = row.status == COVERED
        shown = {
            "minutes": None if row.minutes is None else round(row.minutes, 1),
            "nearest": row.nearest_service,
            CLASS_FIELD: classes.class_of(row.minutes) if near else row.status,
        }
        features.append(_row(row.istat_code, row.municipality, people | shown))
    return _choropleth(
        "minutes-" + service.partition(":")[0].replace("_", "-"),
        _("%(service)s: minuti in auto") % {"service": service_label(service)},
        features,
        edition,
        classes=(*_ramp(range(len(labels)), labels, FROM_DARK), *_not_reached(beyond)),
        popup=(
            ("minutes", _("Minuti in auto al più vicino")),
            ("nearest", _("Il più vicino nel registro")),
            *(
                (f"people_{place}", _("Residenti, %(ages)s") % {"ages": age_name(one.request.group)})
                for place, one in enumerate(found)
            ),
        ),
        note=register_note(service.partition(":")[0]),
        visible=visible,
        table_url=coverage_address(first.request),
    )


def school_levels(found: Sequence[ServiceCoverage], edition: TerritoryEdition) -> MapLayer:
    """How many of the school levels are known within the minutes; the popup has minutes and children of each."""
    levels = [level for level, _ages in SCHOOLS]
    features = []
    for rows in zip(*(one.municipalities for one in found), strict=True):
        reached = sum(row.status == COVERED for row in rows)
        shown: dict[str, Any] = {"levels": reached, CLASS_FIELD: reached or _worst(rows)}
        for level, row in zip(levels, rows, strict=True):
            shown[f"minutes_{level}"] = None if row.minutes is None else round(row.minutes, 1)
            shown[f"people_{level}"] = rounded(row.people)
        features.append(_row(rows[0].istat_code, rows[0].municipality, shown))
    counts = range(len(levels), 0, -1)
    labels = [_("%(count)s gradi su %(all)s") % {"count": count, "all": len(levels)} for count in counts]
    minutes = found[0].request.minutes
    return _choropleth(
        "levels",
        _("Gradi di scuola raggiunti entro %(minutes)s minuti in auto") % {"minutes": minutes},
        features,
        edition,
        classes=(*_ramp(counts, labels, FROM_LIGHT[::-1]), *_not_reached(_("nessun grado"))),
        popup=tuple(
            line for one, level in zip(found, levels, strict=True) for line in _level_popup(one, level)
        ),
        note=register_note("schools"),
        table_url=coverage_address(found[-1].request),
    )


def station_bands(edition: TerritoryEdition) -> list[MapLayer]:
    """The kept catchments of all stations, seen from nearer; none where none is kept."""
    ids = newest_band_ids()
    entries = minutes_shown(set(STANDARD_MINUTES)).values()
    layer = MapLayer(
        key="bands",
        title=_("Bacini a piedi delle stazioni"),
        data=collection([]),
        style=palettes.BANDS_MIN["15"].style,
        classes=tuple(
            StyleClass(value=place, label=entry.label(lang()), style=entry.style)
            for place, entry in enumerate(entries)
        ),
        class_field="c",
        listed=False,
        tiles=Tiles(
            url=tiles_url("bacini", bands_key(ids)),
            feature_url="",
            kind="area",
            counts={None: len(ids)},
            box=territory_bounds(edition),
            first_zoom=FIRST_ZOOM,
        ),
    )
    return [layer] if ids else []


def _choropleth(
    key: str,
    title: str,
    features: Sequence[Mapping[str, Any]],
    edition: TerritoryEdition,
    **more: Any,
) -> MapLayer:
    """With the classes of no number only where some municipality is in them."""
    shapes = boundary_geometries(edition)
    placed = [{**one, "geometry": shapes.get(one["properties"]["id"])} for one in features]
    found = {one["properties"][CLASS_FIELD] for one in placed}
    classes = tuple(one for one in more.pop("classes") if isinstance(one.value, int) or one.value in found)
    return MapLayer(
        key=key,
        title=title,
        data=collection(placed),
        style=palettes.NO_DATA.style,
        classes=classes,
        class_field=CLASS_FIELD,
        link_field="url",
        shapes_url=shapes_url(edition),
        **more,
    )


def _row(code: str, name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return feature(None, id=code, name=name, url=reverse("municipality", args=[code]), **properties)


def _ramp(values: Iterable[int], labels: Sequence[str], fills: Sequence[str]) -> tuple[StyleClass, ...]:
    style = replace(palettes.BOUNDARY.style, stroke=palettes.GREY)
    return tuple(
        StyleClass(value=value, label=label, style=replace(style, fill=fill))
        for value, label, fill in zip(values, labels, fills, strict=True)
    )


def _not_reached(label: str) -> tuple[StyleClass, ...]:
    """Where the register is complete, and where it is not."""
    or_unknown = _("%(beyond)s, o non noto") % {"beyond": label}
    return tuple(
        StyleClass(value=status, label=words, style=palettes.COVERAGE[status].style)
        for status, words in ((NOT_COVERED, label), (NOT_KNOWN, or_unknown))
    )


def _worst(rows: Iterable[MunicipalityCoverage]) -> str:
    return NOT_KNOWN if any(row.status == NOT_KNOWN for row in rows) else NOT_COVERED


def _level_popup(one: ServiceCoverage, level: str) -> tuple[tuple[str, str], tuple[str, str]]:
    name = dict(School.Level.choices)[level]
    return (
        (f"minutes_{level}", _("%(level)s: minuti in auto") % {"level": name}),
        (f"people_{level}", _("Residenti, %(ages)s") % {"ages": age_name(one.request.group)}),
    )
