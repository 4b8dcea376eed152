"""The questions of an axis that need travel times: answered apart, for a reader does not wait for them."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from gisplan.analysis import station_reach
from gisplan.analysis.coverage import CoverageRequest, GroupCoverage, coverage_of_service
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.models import Run
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.results import tables_of
from gisplan.analysis.staleness import is_stale
from gisplan.plan.models import Axis
from gisplan.plan.queries import default_edition, editions
from gisplan.web.axes import axis_link
from gisplan.web.axis_answers import Answer, number, share, table, text
from gisplan.web.kept import data_stamp, kept
from gisplan.web.refusals import read_only
from gisplan.web.service_words import service_label
from gisplan.web.templatetags.figures import number as written
from gisplan.web.wording import NOT_COMPUTED

SCHOOLS = (("infanzia", "3-5"), ("primaria", "6-10"), ("secondaria_i", "11-13"), ("secondaria_ii", "14-18"))
SCHOOL_MINUTES = 15
HEALTH = (("hospitals:public", 30), ("health_sites:casa_della_comunita", 15))
HEALTH_GROUPS = ("all", "65+")


@read_only
def answers(request: HttpRequest, code: str, edition: str | None = None) -> HttpResponse:
    """?parte=1: the answers alone, as the page of the axis puts them into itself."""
    plan = default_edition() if edition is None else get_object_or_404(editions(), code=edition)
    axis = get_object_or_404(Axis.objects.select_related("edition"), edition=plan, code=code)
    if code not in QUESTIONS:
        raise Http404
    found = kept(data_stamp(), ("reach", axis.code), lambda: _answered(axis.code))
    link = axis_link(axis, default_edition=default_edition())
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
    run = Run.objects.filter(method=station_reach.METHOD).first()
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
    kept_table = next(
        one for one in tables_of(run.result) if one["name"] == f"{station_reach.METHOD}_by_zone"
    )
    names = [_("entro %(minutes)s minuti") % {"minutes": minutes} for minutes in STANDARD_MINUTES]
    rows = kept_table["rows"]  # zone, people, within each, beyond, its share
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


def schools() -> list[Answer]:
    asked = [
        CoverageRequest(f"schools:{level}", minutes=SCHOOL_MINUTES, mode="car", group=ages, public=True)
        for level, ages in SCHOOLS
    ]
    return [_coverage("schools", _("Quanti bambini e ragazzi hanno una scuola a portata?"), asked)]


def health() -> list[Answer]:
    asked = [
        CoverageRequest(service, minutes=minutes, mode="car", group=group, public=True)
        for service, minutes in HEALTH
        for group in HEALTH_GROUPS
    ]
    return [_coverage("health", _("Chi raggiunge un ospedale e una Casa della Comunità?"), asked)]


def _coverage(key: str, question: str, asked: list[CoverageRequest]) -> Answer:
    found = [(one, coverage_of_service(one).total) for one in asked]
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
                        text(_ages(one.group)),
                        *(number(value) for value in (total.people, total.covered)),
                        *(number(value) for value in (total.not_covered, total.not_known)),
                        share(total.share_covered),
                    ]
                    for one, total in found
                ],
            )
        ],
        how=_(
            "Minuti in auto fra comuni (rete schematica, o stradale dove è caricata) dal comune di residenza al più "
            "vicino che ha il servizio; residenti per singola età. Dove il registro non dice di essere completo, "
            "chi non raggiunge un servizio noto è contato come non noto."
        ),
        links=[(service_label(one.service) + f", {_ages(one.group)}", _address(one)) for one in asked],
    )


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


def _address(one: CoverageRequest) -> str:
    """The coverage workbench with the same question."""
    query: dict[str, str | int] = {
        "servizio": one.service,
        "minuti": one.minutes,
        "modo": one.mode,
        "eta": one.group,
    }
    return f"{reverse('coverage')}?{urlencode(query)}"


QUESTIONS: dict[str, Callable[[], list[Answer]]] = {"3": stations, "4": schools, "6": health}
