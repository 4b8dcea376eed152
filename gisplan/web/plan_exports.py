"""The overview and an axis for paper and files: all the rows of the view, not one page of them."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from gisplan.maps.spec import Source
from gisplan.maps.tables import layer_table
from gisplan.plan.filters import filtered
from gisplan.plan.queries import with_places_and_claims
from gisplan.web.axes import axis_name
from gisplan.web.axis_view import AxisView
from gisplan.web.features import lang
from gisplan.web.home_ground import ACTING
from gisplan.web.plan_rows import intervention_rows
from gisplan.web.plan_tables import interventions_table
from gisplan.web.view_content import ViewContent


def home_content(context: dict[str, Any]) -> ViewContent:
    edition, loaded = context["edition"], context["completeness"]
    spec = context["map"].spec if context["map"] else None
    ground = [layer for layer in (spec.layers if spec else ()) if layer.key == ACTING and layer.features]
    return ViewContent(
        title=edition.title if edition else settings.TERRITORY_NAME,
        spec=spec,
        tables=(
            interventions_table(intervention_rows(context["interventions"])),
            *(layer_table(layer, lang()) for layer in ground),
        ),
        notice=f"{loaded.statement}." if loaded else "",
        sources=(Source(edition.title),) if edition else (),
        layer_tables=False,
    )


def axis_content(context: dict[str, Any]) -> ViewContent:
    axis = context["axis"]
    view: AxisView = context["view"]
    found = with_places_and_claims(filtered(axis, view.wanted))
    return ViewContent(
        title=_("Asse %(code)s. %(title)s") % {"code": axis.code, "title": axis.title or axis_name(axis)},
        spec=context["map"].spec if context["map"] else None,
        tables=(interventions_table(intervention_rows(found, until_year=view.wanted.year)),),
        filters=((_("Edizione del piano"), axis.edition.title), *_in_force(context, view)),
    )


def _in_force(context: dict[str, Any], view: AxisView) -> list[tuple[str, str]]:
    """The filters that are set, in the words of the form, and the year."""
    told = []
    for field in context["fields"]:
        if field["value"]:
            words = {str(value): str(name) for value, name in field["options"]}
            told.append((str(field["label"]), words.get(str(field["value"]), str(field["value"]))))
    if view.wanted.year:
        told.append((_("Stato e importo fino al"), str(view.wanted.year)))
    return told
