"""The PNRR's projects of an axis on its map: what each municipality has for itself, and what cannot be divided."""

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps import palettes
from gisplan.maps.choropleth import CLASS_FIELD, classified, ramp_classes
from gisplan.maps.classes import quantile
from gisplan.maps.spec import MapLayer
from gisplan.plan.pnrr_figures import MunicipalPnrr, PnrrFigures
from gisplan.territory.display import boundary_geometries
from gisplan.territory.models import TerritoryEdition
from gisplan.web.axis_ground import PNRR
from gisplan.web.features import collection, feature, lang
from gisplan.web.shapes import shapes_url
from gisplan.web.templatetags.figures import euro

CLASSES = 5


def pnrr_layer(
    rows: Sequence[MunicipalPnrr], figures: PnrrFigures, edition: TerritoryEdition, *, visible: bool
) -> MapLayer:
    """Euros per inhabitant of the projects that act in one municipality alone; hatched where all are shared."""
    shapes = boundary_geometries(edition)
    shown = [row for row in rows if row.istat_code in shapes]
    data = collection(
        feature(
            shapes[row.istat_code],
            id=row.istat_code,
            name=row.name,
            url=reverse("municipality", args=[row.istat_code]),
            per_person=None if row.eur_per_person is None else round(row.eur_per_person, 2),
            alone=None if row.alone_eur is None else _summable(float(row.alone_eur)),
            projects=row.projects,
            shared=row.shared,
        )
        for row in shown
    )
    values = [one["properties"]["per_person"] for one in data["features"]]
    layer = MapLayer(
        key=PNRR,
        title=_("Progetti PNRR: euro per abitante"),
        data=data,
        style=palettes.NO_DATA.style,
        popup=(
            ("projects", _("Progetti PNRR")),
            ("shared", _("Di questi, in più comuni")),
            ("alone", _("Finanziamento dei progetti nel solo comune (€)")),
            ("per_person", _("Euro per abitante")),
        ),
        link_field="url",
        visible=visible,
        note=not_allocated(figures),
        shapes_url=shapes_url(edition),
    )
    return _in_classes(layer, [value for value in values if value is not None])


def _summable(amount_eur: float) -> float:
    """A number, which a spreadsheet adds up; cents only below 1,000 euros."""
    return round(amount_eur, 2 if abs(amount_eur) < 1000 else None)


def _in_classes(layer: MapLayer, values: Sequence[float]) -> MapLayer:
    if not values:
        return layer
    classes = quantile(values, min(CLASSES, len(set(values))))
    return replace(
        layer,
        data=classified(layer.data, "per_person", classes),
        classes=ramp_classes(classes, unit="€", lang=lang()),
        class_field=CLASS_FIELD,
    )


def not_allocated(figures: PnrrFigures) -> str:
    """What the colours leave out, counted."""
    return _("Non attribuiti: progetti in più comuni %(shared)s (%(euros)s), senza luogo %(nowhere)s.") % {
        "shared": figures.shared,
        "euros": euro(figures.shared_eur),
        "nowhere": figures.without_place,
    }
