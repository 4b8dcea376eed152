"""What the overview answers at first sight: in which municipalities how many axes of the plan act."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.plan.axes_acting import ActingThere
from gisplan.territory.display import boundary_geometries
from gisplan.territory.models import Municipality, TerritoryEdition
from gisplan.web.axis_answers import Answer, number, table, text
from gisplan.web.features import collection, feature
from gisplan.web.shapes import shapes_url

ACTING = "axes-acting"
#: Beside the counts: what the loaded part of the plan says nothing of.
NOT_KNOWN = "not_known"
MOST = len(palettes.AXES)


def acting_layer(
    acting: Mapping[str, ActingThere], rows: Iterable[Municipality], edition: TerritoryEdition
) -> MapLayer:
    """Municipalities by how many axes act there; hatched where nothing is loaded, which is not 'nothing'."""
    shapes = boundary_geometries(edition)
    style = replace(palettes.BOUNDARY.style, stroke=palettes.GREY)
    return MapLayer(
        key=ACTING,
        title=_("Assi che agiscono nel comune"),
        data=collection(
            feature(shapes.get(row.istat_code), **_properties(row, acting.get(row.istat_code)))
            for row in rows
        ),
        style=palettes.NO_DATA.style,
        classes=(
            *(
                StyleClass(value=count, label=_label(count), style=replace(style, fill=fill))
                for count, fill in enumerate(palettes.ramp_colours(MOST), 1)
            ),
            StyleClass(value=NOT_KNOWN, label=_none(), style=palettes.COVERAGE[NOT_KNOWN].style),
        ),
        class_field="count",
        popup=(
            ("axes", _("Assi")),
            ("interventions", _("Interventi del piano")),
            ("projects", _("Progetti PNRR")),
        ),
        link_field="url",
        shapes_url=shapes_url(edition),
    )


def acting_says() -> str:
    return _(
        "La mappa mostra, comune per comune, in quanti assi del piano c'è un intervento o un progetto PNRR; "
        "i simboli sono gli interventi, con il numero del loro asse."
    )


def acting_answer(acting: Mapping[str, ActingThere], rows: Iterable[Any]) -> Answer:
    """The same as a table: each municipality of the territory in one row; rows carry `people`."""
    municipalities, people = Counter[int](), Counter[int]()
    for row in rows:
        count = len(acting[row.istat_code].axes) if row.istat_code in acting else 0
        municipalities[count] += 1
        people[count] += row.people or 0
    counts = [*range(MOST, 0, -1), 0]
    return Answer(
        key="acting",
        question=_("Dove agiscono gli assi del piano?"),
        tables=[
            table(
                _("Comuni e residenti per numero di assi"),
                [_("Assi che vi agiscono"), _("Comuni"), _("Residenti")],
                [
                    [
                        text(_label(count) if count else _none()),
                        number(municipalities[count]),
                        number(people[count]),
                    ]
                    for count in counts
                    if municipalities[count]
                ],
            )
        ],
        how=_(
            "Un asse agisce in un comune se lì ha luogo un suo intervento del registro del piano, o un progetto PNRR "
            "che gli è attribuito. Dove non è caricato nulla, se qualcosa ci sia non è noto."
        ),
        more=reverse("plan_coverage"),
        more_words=_("Che cosa fa il piano, comune per comune"),
    )


def _properties(row: Municipality, there: ActingThere | None) -> dict[str, Any]:
    return {
        "id": row.istat_code,
        "name": row.name,
        "url": reverse("municipality", args=[row.istat_code]),
        "count": len(there.axes) if there else NOT_KNOWN,
        "axes": ", ".join(sorted(there.axes)) if there else None,
        "interventions": there.interventions if there else None,
        "projects": there.projects if there else None,
    }


def _label(count: int) -> str:
    return ngettext("%(count)s asse", "%(count)s assi", count) % {"count": count}


def _none() -> str:
    return _("nessuno caricato: non noto")
