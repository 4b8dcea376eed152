"""The questions of an axis that need travel times: answered apart, for a reader does not wait for them."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisplan.analysis.coverage import CoverageRequest, GroupCoverage
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.models import Run
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.staleness import is_stale
from gisplan.maps.charts import Part
from gisplan.plan.models import Axis
from gisplan.plan.queries import editions
from gisplan.web.axes import axis_link
from gisplan.web.axis_answers import Answer, number, share, table, text
from gisplan.web.axis_charts import Chart, share_chart
from gisplan.web.kept import APPS, data_stamp, kept, kept_page
from gisplan.web.kept_plan import first_edition
from gisplan.web.reach_figures import coverage_address, coverages_of_axis, reach_rows, station_reach_run
from gisplan.web.refusals import read_only
from gisplan.web.service_words import service_label
from gisplan.web.templatetags.figures import number as written
from gisplan.web.wording import NOT_COMPUTED


@read_only
@kept_page
def answers(request: HttpRequest, code: str, edition: str | None = None) -> HttpResponse:
    """?parte=1: the answers alone, as the page of the axis puts them into itself."""
    plan = first_edition() if edition is None else get_object_or_404(editions(), code=edition)
    axis = get_object_or_404(Axis.objects.select_related("edition"), edition=plan, code=code)
    if code not in QUESTIONS:
        raise Http404
    stamp = data_stamp().of(*STAND_ON[code])
    found = kept(stamp, ("reach", axis.code), lambda: _answered(axis.code))
    link = axis_link(axis, default_edition=first_edition())
    context = {"answers": found, "axis": axis, "link": link, "today": timezone.localdate()}
    template = "web/parts/answers.html" if request.GET.get("parte") == "1" else "web/axis_answers.html"
    return render(request, template, context)


def _answered(code: str) -> list[Answer]:
    try:
        return QUESTIONS[code]()
    except AnalysisError:
        return [
            Answer(key="reach", question=_("Chi raggiunge i servizi?"), how="", missing=str(NOT_COMPUTED))
        ]


def stations() -> list[Answer]:
    question = _("Quante persone vivono vicino a una stazione, e dove mancano?")
    run = station_reach_run()
    if run is None:
        return [
            Answer(
                key="stations",
                question=question,
                how=_("Persone entro l'unione dei bacini conservati delle stazioni."),
                missing=_("Nessun bacino è conservato: si calcolano con il comando `gisplan catchments`."),
            )
        ]
    return [_stations(question, run)]


def _stations(question: str, run: Run) -> Answer:
    names = [_("entro %(minutes)s minuti") % {"minutes": minutes} for minutes in STANDARD_MINUTES]
    rows = reach_rows(run, "zone")
    within = [sum(row[2 + place] for row in rows) for place in range(len(names))]
    told = _("%(known)s di %(all)s") % {
        "known": written(run.result["with_catchment"]),
        "all": written(run.result["stations"]),
    }
    return Answer(
        key="stations",
        question=question,
        figures=[
            (told, _("stazioni con un bacino conservato")),
            *((written(people), name) for people, name in zip(within, names, strict=True)),
        ],
        tables=[
            table(
                _("Persone entro i minuti a piedi da una stazione, per zona"),
                [
                    _("Zona omogenea"),
                    _("Residenti"),
                    *names,
                    _("oltre, o non noto"),
                    _("oltre, o non noto (%)"),
                ],
                [
                    [text(zone or _("non noto")), *map(number, people), share(beyond)]
                    for zone, *people, beyond in rows
                ],
                charts=_stations_chart(rows, names),
            )
        ],
        how=_(
            "Persone nell'unione dei bacini a piedi più recenti di ogni stazione: chi è vicino a due stazioni conta "
            "una volta. %(network)s bacini sono sulla rete stradale, gli altri in linea d'aria."
        )
        % {"network": written(run.result["by_network"])},
        missing=_("I dati sono cambiati dopo questo calcolo: va ripetuto con `gisplan catchments`.")
        if is_stale(run)
        else "",
        more=reverse("run", args=[run.pk]),
        more_words=_("Esecuzione n. %(number)s: parametri, ingressi e file") % {"number": run.pk},
    )


def _stations_chart(rows: list[list[Any]], names: list[str]) -> list[Chart]:
    """The table counts within each time all who are nearer; a bar counts everybody once."""
    shares = []
    for zone, people, *within, _beyond, _share in rows:
        steps = [later - nearer for nearer, later in pairwise([0, *within])]
        shares.append((str(zone or _("non noto")), [*steps, people - within[-1]]))
    between = [
        names[0],
        *(
            _("da %(from)s a %(to)s minuti") % {"from": nearer, "to": later}
            for nearer, later in pairwise(STANDARD_MINUTES)
        ),
    ]
    return share_chart(
        _("Quota di persone per minuti a piedi dalla stazione, zona per zona"),
        shares,
        axis_code="3",
        parts=between,
        rest=[Part(label=_("oltre, o non noto"), known=False)],
    )


def schools() -> list[Answer]:
    return [_coverage("schools", _("Quanti bambini e ragazzi hanno una scuola a portata?"), "4")]


def health() -> list[Answer]:
    return [_coverage("health", _("Chi raggiunge un ospedale e una Casa della Comunità?"), "6")]


def _coverage(key: str, question: str, code: str) -> Answer:
    found = [(one.request, one.total) for one in coverages_of_axis(code)]
    head = [
        *(_("Servizio"), _("Minuti in auto"), _("Età"), _("Residenti")),
        *(_("li raggiungono"), _("non li raggiungono"), _("non noto"), _("li raggiungono (%)")),
    ]
    return Answer(
        key=key,
        question=question,
        figures=[(_percent(total), _figure(one)) for one, total in found],
        tables=[
            table(
                question,
                head,
                [
                    [
                        text(service_label(one.service)),
                        number(one.minutes),
                        text(_ages(one.group)) | {"short": True},
                        *(number(value) for value in (total.people, total.covered)),
                        *(number(value) for value in (total.not_covered, total.not_known)),
                        share(total.share_covered),
                    ]
                    for one, total in found
                ],
                charts=_coverage_chart(key, found),
            )
        ],
        how=_(
            "Minuti in auto fra comuni (rete schematica, o stradale dove è caricata) dal comune di residenza al più "
            "vicino che ha il servizio; residenti per singola età. Dove il registro non dice di essere completo, "
            "chi non raggiunge un servizio noto è contato come non noto."
        ),
        links=[
            (service_label(one.service) + f", {_ages(one.group)}", coverage_address(one))
            for one, _total in found
        ],
    )


def _coverage_chart(key: str, found: list[tuple[CoverageRequest, GroupCoverage]]) -> list[Chart]:
    rows = [
        (
            f"{service_label(one.service)}, {_ages(one.group)}",
            (total.covered, total.not_covered, total.not_known),
        )
        for one, total in found
    ]
    rest = [Part(label=_("non li raggiungono")), Part(label=_("non noto"), known=False)]
    code = "4" if key == "schools" else "6"
    title = _("Quota di residenti che li raggiungono")
    return share_chart(title, rows, axis_code=code, parts=[_("li raggiungono")], rest=rest)


def _percent(total: GroupCoverage) -> str:
    found = total.share_covered
    return _("non noto") if found is None else f"{written(100 * found, 1)} %"


def _figure(one: CoverageRequest) -> str:
    return _("%(ages)s: %(service)s entro %(minutes)s minuti") % {
        "ages": _ages(one.group),
        "service": service_label(one.service),
        "minutes": one.minutes,
    }


def _ages(group: str) -> str:
    if group == "all":
        return _("tutti")
    if group.endswith("+"):
        return _("%(age)s anni e oltre") % {"age": group[:-1]}
    return _("%(ages)s anni") % {"ages": group.replace("-", "–")}


QUESTIONS: dict[str, Callable[[], list[Answer]]] = {"3": stations, "4": schools, "6": health}
#: The apps whose rows the answers stand on: an edited intervention leaves those of schools and health as they are.
STAND_ON = {
    "3": APPS,
    "4": ("territory", "analysis", "layers"),
    "6": ("territory", "analysis", "layers"),
}
