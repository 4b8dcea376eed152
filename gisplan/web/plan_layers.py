"""What the plan draws: the interventions of an axis, and the layers imported for it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.spec import MapLayer
from gisplan.plan.features import features_of
from gisplan.plan.models import Axis, Intervention
from gisplan.plan.queries import layers_of_axis
from gisplan.web.axes import axis_name, axis_style
from gisplan.web.features import collection, feature, lang
from gisplan.web.layer_features import version_layer
from layers.current import current_version


def interventions_by_axis(found: Sequence[Intervention], *, until_year: int | None = None) -> list[MapLayer]:
    """One layer for each axis that has any, no more exact than is known; the map gathers those that stand together."""
    axes = {one.code: one.axis for one in found}
    of_axis: dict[Axis, list[dict[str, Any]]] = {axis: [] for axis in axes.values()}
    for group in features_of(found, lang=lang(), until_year=until_year)["features"]:
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
    return [version_layer(current_version(layer)) for layer in layers]
