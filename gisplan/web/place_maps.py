"""What the maps of two places share: municipalities by the value of a figure, and the outlines of A and B."""

from collections.abc import Collection, Mapping, Sequence

import shapely
from django.urls import reverse
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape

from gisplan.maps import palettes
from gisplan.maps.choropleth import CLASS_FIELD, classified, ramp_classes
from gisplan.maps.classes import quantile
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.maps.style import Style
from gisplan.territory.display import Geometries
from gisplan.web.difference_map import Places
from gisplan.web.features import Geometry, collection, feature, lang
from gisplan.web.indicators import Indicator

CLASSES = 5
_FIRST = Style(fill=palettes.WHITE, stroke=palettes.INK, on_fill=palettes.INK, fill_opacity=0, width_px=3)
_SECOND = Style(
    fill=palettes.WHITE, stroke=palettes.INK, on_fill=palettes.INK, fill_opacity=0, width_px=3, dash="7 4"
)


def value_layer(
    indicator: Indicator,
    places: Places,
    values: Mapping[str, float | None],
    *,
    named: Collection[str] = (),
) -> MapLayer:
    """Municipalities by class; the classes are of them all, so that both maps of a comparison have the same."""
    classes = quantile((values.get(code) for code in places.names), CLASSES)
    data = collection(
        feature(
            places.shapes.get(code),
            id=code,
            name=name,
            value=values.get(code),
            url=reverse("municipality", args=[code]),
            label=code in named,
        )
        for code, name in places.names.items()
    )
    known = bool(classes.upper)
    return MapLayer(
        key="values",
        title=str(indicator.name),
        data=classified(data, "value", classes),
        style=palettes.NO_DATA.style,
        classes=ramp_classes(classes, decimals=indicator.decimals, lang=lang()) if known else (),
        class_field=CLASS_FIELD if known else "",
        popup=(("value", str(indicator.name)),),
        link_field="url",
        label_field="label",
        shapes_url=places.shapes_url,
        note="" if known else _("Non è noto per nessun comune."),
    )


def outlines(
    sides: Sequence[tuple[str, Collection[str]]], shapes: Geometries, *, whole: bool = False
) -> MapLayer:
    """A and B by their borders, one of them dashed, each with its letter or, `whole`, with its name, too."""
    features = [
        feature(
            outline(codes, shapes),
            id=f"side-{letter.lower()}",
            name=f"{letter}: {name}" if whole else letter,
            side=letter,
            label=True,
        )
        for letter, (name, codes) in zip("AB", sides, strict=True)
    ]
    return MapLayer(
        key="outlines",
        title=_("A e B"),
        data=collection(features),
        style=_FIRST,
        classes=tuple(
            StyleClass(value=letter, label=f"{letter}: {name}", style=style)
            for letter, (name, _codes), style in zip("AB", sides, (_FIRST, _SECOND), strict=True)
        ),
        class_field="side",
        label_field="label",
        listed=False,
    )


def outline(codes: Collection[str], shapes: Geometries) -> Geometry | None:
    """The border of municipalities taken together; None where none has a shape."""
    parts = [shape(shapes[code]) for code in codes if code in shapes]
    return dict(mapping(shapely.union_all(parts))) if parts else None
