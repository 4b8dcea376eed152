"""The ground of the maps: municipalities, plain or by class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.territory.display import boundary_geometries
from gisplan.territory.models import Municipality, School, TerritoryEdition
from gisplan.territory.profile import SNAI_EDITION
from gisplan.web.coverage import register_note
from gisplan.web.features import Geometry, collection, feature, lang, palette_classes
from gisplan.web.shapes import shapes_url

SCHOOL_STEPS = (1, 2, 5, 10)
SCHOOL_FILLS = tuple(palettes.RAMP[place] for place in (1, 2, 4, 6))


def boundaries(edition: TerritoryEdition) -> MapLayer:
    """The territory's municipalities as ground: named and linked, not listed."""
    named = Municipality.objects.filter(in_territory=True).values_list("istat_code", "name")
    return _boundaries(_Named(edition.pk, edition.input_digest, lang(), tuple(named), edition))


@dataclass(frozen=True)
class _Named:
    """The territory's municipalities by all that their layer shows."""

    edition_pk: int
    digest: str
    lang: str
    rows: tuple[tuple[str, str], ...]
    edition: TerritoryEdition = field(compare=False)


@lru_cache(maxsize=8)
def _boundaries(named: _Named) -> MapLayer:
    shapes = boundary_geometries(named.edition)
    rows = [Municipality(istat_code=code, name=name) for code, name in named.rows]
    layer = _ground("boundaries", palettes.BOUNDARY, [_municipality(row, shapes) for row in rows])
    stamp = f"{named.edition_pk} {named.digest} {hash(named.rows)}"
    return replace(layer, shapes_url=shapes_url(named.edition), stamp=stamp)


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
        classes=palette_classes(palettes.SNAI),
        class_field="letter",
        popup=(("letter", _("Classe SNAI")), ("people", _("Residenti"))),
        link_field="url",
        shapes_url=shapes_url(edition),
    )


def schools(edition: TerritoryEdition, rows: Iterable[Municipality], *, visible: bool = True) -> MapLayer:
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
        shapes_url=shapes_url(edition),
        note=register_note("schools"),
        visible=visible,
    )


def _municipality(row: Municipality, shapes: Mapping[str, Geometry], **properties: Any) -> dict[str, Any]:
    own = {"id": row.istat_code, "name": row.name, "url": reverse("municipality", args=[row.istat_code])}
    return feature(shapes.get(row.istat_code), **(own | properties))


def _step(count: int | None) -> int | None:
    return max(low for low in SCHOOL_STEPS if count >= low) if count else None


def _step_labels() -> list[str]:
    last = _("%(low)s e oltre") % {"low": SCHOOL_STEPS[-1]}
    return ["1", *(f"{low}–{high - 1}" for low, high in pairwise(SCHOOL_STEPS[1:])), last]
