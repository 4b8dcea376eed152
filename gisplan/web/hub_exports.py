"""A hypothetical hub for paper and files: its bands, which the page's script draws, and the table of its figures."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from gisplan.analysis.exports import features_table
from gisplan.analysis.hubs import HubCatchment
from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.style import Symbol
from gisplan.web.column_names import VALUES, shown_table
from gisplan.web.features import collection, feature, palette_classes, rounded
from gisplan.web.hub_question import HubQuestion
from gisplan.web.view_content import ViewContent, shown_tables

_HUB = replace(palettes.PLACES["station"].style, fill="#c0227a", symbol=Symbol(palettes.DIAMOND))


def hub_content(
    question: HubQuestion | None, found: HubCatchment | None, spec: MapSpec | None
) -> ViewContent:
    """The question of the address and its answer; without one, the ground with its stations."""
    if question is None or found is None or spec is None:
        return ViewContent(title=_("Polo ipotetico"), spec=spec)
    features = found.result()["features"]["features"]
    place = {"type": "Point", "coordinates": [question.lon, question.lat]}
    hub = MapLayer(
        key="hub",
        title=_("Polo ipotetico"),
        data=collection([feature(place, id="hub", name=_("Polo ipotetico"))]),
        style=_HUB,
        listed=False,
    )
    ground, *others = spec.layers
    return ViewContent(
        title=_("Polo ipotetico nel comune di %(name)s") % {"name": found.municipality},
        spec=replace(spec, layers=(ground, _bands(features), *others, hub)),
        tables=shown_tables([shown_table(features_table(features))]),
        filters=(
            (_("Posizione"), f"{question.lat:.5f}, {question.lon:.5f}"),
            (_("Modo"), str(VALUES.get(question.request.mode, question.request.mode))),
            (_("Minuti"), str(question.query["minuti"])),
        ),
        layer_tables=False,
    )


def _bands(features: list[dict[str, Any]]) -> MapLayer:
    """The largest first, so that the smaller ones lie upon it."""
    minutes = sorted({int(one["properties"]["minutes"]) for one in features})
    outermost = palettes.BANDS_MIN["15"].style
    classes = {
        str(one): palettes.BANDS_MIN.get(
            str(one), palettes.Entry(str(one), f"{one} minuti", f"{one} minutes", outermost)
        )
        for one in minutes
    }
    shown = [
        feature(
            one["geometry"],
            id=f"band-{one['properties']['minutes']}",
            name=_("%(minutes)s minuti") % {"minutes": one["properties"]["minutes"]},
            minutes=str(one["properties"]["minutes"]),
            people=rounded(one["properties"]["people"]),
        )
        for one in features
    ]
    return MapLayer(
        key="bands",
        title=_("Bacino"),
        data=collection(shown),
        style=outermost,
        classes=palette_classes(classes),
        class_field="minutes",
        popup=(("people", _("Persone")),),
    )
