"""Which axes show an imported layer: the plan decides, since `layers` knows no plan."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from gisplan.plan.models import Axis, AxisLayer
from gisplan.plan.queries import editions
from layers.models import Layer


def axes_that_may_show() -> list[Axis]:
    """The axes of every edition of this territory."""
    return list(
        Axis.objects.filter(edition__in=editions()).select_related("edition").order_by("edition", "code")
    )


def axes_of_layer(layer: Layer) -> list[Axis]:
    shown = AxisLayer.objects.filter(layer=layer, axis__edition__in=editions())
    return [one.axis for one in shown.select_related("axis__edition").order_by("axis__edition", "axis__code")]


@transaction.atomic
def show_on_axes(layer: Layer, axes: Iterable[int]) -> None:
    """Exactly these axes of this territory show the layer, each after the layers that it shows already."""
    wanted = set(Axis.objects.filter(pk__in=list(axes), edition__in=editions()).values_list("pk", flat=True))
    present = AxisLayer.objects.filter(layer=layer, axis__edition__in=editions())
    present.exclude(axis__in=wanted).delete()
    for pk in sorted(wanted - set(present.values_list("axis", flat=True))):
        last = AxisLayer.objects.filter(axis=pk).aggregate(last=Max("order"))["last"]
        AxisLayer.objects.create(axis_id=pk, layer=layer, order=0 if last is None else last + 1)
