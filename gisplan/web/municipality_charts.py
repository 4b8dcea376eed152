"""The people of a municipality by age, drawn and as rows."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.charts import age_groups, pyramid
from gisplan.territory.models import Municipality
from gisplan.territory.profile import People
from gisplan.web.features import lang
from gisplan.web.templatetags.figures import day


def age_chart(municipality: Municipality, people: Sequence[People]) -> dict[str, Any]:
    """The pyramid of the newest count and its rows; nothing where no count by age is loaded."""
    if not people:
        return {}
    newest = people[0].population
    title = _("Residenti di %(name)s per età e sesso al %(date)s") % {
        "name": municipality.name,
        "date": day(newest.reference_date),
    }
    drawn = pyramid(newest.females, newest.males, title=title, sides=(_("Femmine"), _("Maschi")), lang=lang())
    rows = [
        {"ages": ages, "females": females, "males": males}
        for ages, females, males in age_groups(newest.females, newest.males)
    ]
    return {"pyramid": drawn, "pyramid_title": title, "age_rows": rows}
