"""What the plan draws: the interventions of an axis, and the layers imported for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.spec import MapLayer
from gisplan.maps.style import Style
from gisplan.plan.features import features_of
from gisplan.plan.models import Axis, Intervention
from gisplan.plan.queries import layers_of_axis
from gisplan.web.axes import axis_name, axis_style
from gisplan.web.features import collection, feature, lang
from layers.models import Layer
from layers.serving.features import geojson

IMPORTED = Style(fill="#6fb096", stroke="#226570", fill_opacity=0.35, width_px=1.5)
MOST_FEATURES = 2000  # beyond this a map needs tiles
MOST_PROPERTIES = 8


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
