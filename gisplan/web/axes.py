"""An axis as the pages show it: its words from the register, its colour and mark from the one palette."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisplan.maps.palettes import AXES
from gisplan.maps.style import Style, mark_svg
from gisplan.plan.models import Axis, PlanEdition


@dataclass(frozen=True)
class AxisLink:
    """What a link to an axis shows; `mark` is trusted SVG."""

    code: str
    title: str
    short: str
    url: str
    colour: str
    mark: str


def axis_style(axis: Axis) -> Style:
    """An axis that the palette does not know takes the first one's style: its code stays readable."""
    return AXES.get(axis.code, AXES["1"]).style


def axis_name(axis: Axis) -> str:
    """The short tag of the palette, or the title."""
    entry = AXES.get(axis.code)
    return entry.label(get_language() or "it") if entry else axis.title or axis.code


def axis_url(axis: Axis, *, default_edition: PlanEdition | None) -> str:
    if default_edition is not None and axis.edition_id == default_edition.pk:
        return reverse("axis", args=[axis.code])
    return reverse("edition_axis", args=[axis.edition.code, axis.code])


def axis_link(axis: Axis, *, default_edition: PlanEdition | None) -> AxisLink:
    style = axis_style(axis)
    return AxisLink(
        code=axis.code,
        title=axis.title or _("Asse %(code)s") % {"code": axis.code},
        short=axis_name(axis),
        url=axis_url(axis, default_edition=default_edition),
        colour=style.fill,
        mark=mark_svg(style, size_px=28),
    )
