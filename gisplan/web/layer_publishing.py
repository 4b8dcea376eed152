"""A version becomes what readers see, together with what was decided about its layer; and where that layer then is."""

from dataclasses import dataclass

from django.db import transaction

from gisplan.plan.layer_axes import axes_of_layer, show_on_axes
from gisplan.plan.queries import default_edition
from gisplan.web.axes import AxisLink, axis_link
from gisplan.web.layer_classes import lost_classes
from gisplan.web.layer_forms import PublishForm
from layers import publishing
from layers.models import Layer, Version


@dataclass(frozen=True)
class Standing:
    """The axes that were chosen for a layer, and whether their maps show it to everybody; `lost` is a sentence."""

    layer: Layer
    axes: list[AxisLink]
    is_shown: bool
    lost: str


def standing_of(layer: Layer) -> Standing:
    first, current = default_edition(), layer.current
    return Standing(
        layer=layer,
        axes=[axis_link(axis, default_edition=first) for axis in axes_of_layer(layer)],
        is_shown=layer.is_public and current is not None,
        lost=lost_classes(current),
    )


@transaction.atomic
def publish_as_decided(version: Version, form: PublishForm, *, who: str) -> Version:
    """In one step: the version is current, and its title, axes, colours and readers are those of the form.

    Raises
    ------
    LayersError
        The version cannot be published; nothing is changed.
    """
    version = publishing.publish(version, who=who)
    layer, decided = version.layer, form.cleaned_data
    layer.title, layer.is_public = decided["title"], decided["is_public"]
    if form.style is not None:
        layer.style = form.style
    layer.save(update_fields=["title", "is_public", "style"])
    show_on_axes(layer, map(int, decided["axes"]))
    return version
