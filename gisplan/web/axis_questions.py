"""The questions that each axis answers at once, from what the database holds now."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from gisplan.plan.axis_areas import MOST_FEATURES, LayerAreas, areas_by_zone
from gisplan.plan.axis_figures import ByZone, ZoneFigures, by_kind, by_zone
from gisplan.plan.models import Axis, PnrrProject
from gisplan.territory.demography import people_by_class
from gisplan.territory.models import Population, SnaiClass, Source, Zone
from gisplan.territory.profile import SNAI_EDITION
from gisplan.web.axis_answers import Answer, number, share, table, text, zone_name
from gisplan.web.axis_charts import Chart, bar_chart
from gisplan.web.kept_plan import amounts_of
from gisplan.web.templatetags.figures import euro
from gisplan.web.templatetags.figures import number as written
from gisplan.web.wording import programme

MOST_CHARTS = 3  # layers of areas with a chart of their own

Question = Callable[[Axis], list[Answer]]


def answers_of(axis: Axis) -> list[Answer]:
    """Those of the axis's own questions that need no search on a network."""
    asked = QUESTIONS.get(axis.code, (money_by_zone,))
    return [answer for question in asked for answer in question(axis)]


def money_by_zone(axis: Axis) -> list[Answer]:
    found = by_zone(axis, amounts_of(axis))
    names = [_("Zona omogenea"), _("Residenti"), _("Interventi del piano"), _("Progetti PNRR")]
    rows = [
        [
            zone_name(row.zone),
            number(row.people) if row.zone else text("–"),
            number(row.interventions),
            number(row.projects),
            number(None if row.known_eur is None else float(row.known_eur)),
            number(row.eur_per_person, 2) if row.zone else text("–"),
        ]
        for row in _shown(found)
    ]
    people = sum(row.people for row in found.zones)
    return [
        Answer(
            key="money",
            question=_("Quanti interventi e quanti euro per abitante?"),
            figures=[
                (euro(found.known_total_eur), _("in tutto, ogni importo contato una volta")),
                (_per_person(found, people), _("per abitante del territorio")),
                (euro(found.apart.eur), _("non attribuibili a una sola zona")),
            ],
            tables=[
                table(
                    _("Per zona omogenea"),
                    [*names, _("Euro"), _("Euro per abitante")],
                    rows,
                    charts=_money_chart(axis, found),
                )
            ],
            how=_(
                "Un intervento che tocca più zone conta in ognuna; un importo è di una zona solo se tutti i suoi "
                "luoghi sono in quella zona, altrimenti resta intero e non attribuito: la somma delle righe è il "
                "totale. Importi del piano: l'ultimo dichiarato; progetti PNRR: finanziamento totale."
            )
            + " "
            + _(
                "Non noto: qualcosa tocca la zona, ma nessun importo è soltanto suo; zero: nulla di caricato la tocca."
            ),
            sources=_sources(axis),
        )
    ]


def _money_chart(axis: Axis, found: ByZone) -> list[Chart]:
    """What no zone has alone cannot be shared out among people: it is in the table, not in a bar."""
    rows = [(str(row.zone), row.eur_per_person) for row in found.zones]
    return bar_chart(_("Euro per abitante, zona per zona"), rows, axis_code=axis.code, unit="€", decimals=2)


def _per_person(found: ByZone, people: int) -> str:
    if found.known_total_eur is None or not people:
        return _("non noto")
    return _("%(amount)s €") % {"amount": written(float(found.known_total_eur) / people, 2)}


def _shown(found: ByZone) -> list[ZoneFigures]:
    apart = found.apart
    return [*found.zones, *([apart] if apart.interventions or apart.projects or apart.eur else [])]


def areas(axis: Axis) -> list[Answer]:
    found = areas_by_zone(axis)
    zones = by_zone(axis, amounts_of(axis))
    measured = [layer for layer in found if layer.hectares is not None]
    names = [_("Zona omogenea"), _("Interventi del piano"), _("Progetti PNRR")]
    rows = [
        [
            zone_name(row.zone),
            number(row.interventions),
            number(row.projects),
            *(
                number((layer.hectares or {}).get(row.zone.number if row.zone else None, 0.0), 1)
                for layer in measured
            ),
        ]
        for row in _shown(zones)
    ]
    titles = [_("%(layer)s (ha)") % {"layer": layer.title} for layer in measured]
    answer = Answer(
        key="areas",
        question=_("Quali aree importate e quanti interventi, zona per zona?"),
        figures=[
            (
                written(sum((layer.hectares or {}).values()), 1),
                _("ettari di %(layer)s") % {"layer": layer.title},
            )
            for layer in measured
        ],
        tables=[
            table(
                _("Aree e interventi per zona omogenea"),
                [*names, *titles],
                rows,
                charts=_areas_charts(axis, measured, zones),
            )
        ],
        how=_(
            "Area di ogni elemento dello strato pubblicato, tagliata sui confini dei comuni della zona; dove gli "
            "elementi si sovrappongono le aree si sommano."
        ),
        missing=_missing_areas(found, [layer.title for layer in found if layer.hectares is None]),
        sources=_sources(axis),
    )
    return [answer]


def _areas_charts(axis: Axis, measured: list[LayerAreas], zones: ByZone) -> list[Chart]:
    found = []
    for layer in measured[:MOST_CHARTS]:
        hectares = layer.hectares or {}
        rows = [(str(row.zone), hectares.get(row.zone.number, 0.0)) for row in zones.zones if row.zone]
        title = _("Ettari di %(layer)s, zona per zona") % {"layer": layer.title}
        found += bar_chart(title, rows, axis_code=axis.code, unit="ha", decimals=1)
    return found


def _missing_areas(found: object, too_many: list[str]) -> str:
    if not found:
        return _(
            "Nessuno strato di aree è collegato a questo asse: importane uno e scegli l'asse nella sua pagina."
        )
    if too_many:
        return _("Strati con più di %(most)s elementi, non misurati qui: %(names)s.") % {
            "most": written(MOST_FEATURES),
            "names": ", ".join(too_many),
        }
    return ""


def demography(axis: Axis) -> list[Answer]:
    rows = people_by_class()
    if not rows:
        return []
    names = [
        *(_("Classe SNAI %(edition)s") % {"edition": SNAI_EDITION}, _("Comuni"), _("Residenti")),
        *(_("65 e oltre (%)"), _("Indice di vecchiaia")),
    ]
    inner = sum(row.people for row in rows if row.letter and row.letter in "DEF")
    total = sum(row.people for row in rows)
    return [
        Answer(
            key="demography",
            question=_("Chi vive nelle aree interne?"),
            figures=[
                (written(inner), _("residenti in aree interne (classi D, E, F)")),
                (f"{written(100 * inner / total, 1)} %" if total else _("non noto"), _("dei residenti")),
                (
                    written(sum(row.municipalities for row in rows if row.letter and row.letter in "DEF")),
                    _("comuni in aree interne"),
                ),
            ],
            tables=[
                table(
                    _("Residenti per classe SNAI"),
                    names,
                    [
                        [
                            text(_class_name(row.letter)),
                            number(row.municipalities),
                            number(row.people),
                            share(row.share_65_plus),
                            number(row.old_age_index, 1),
                        ]
                        for row in rows
                    ],
                    charts=bar_chart(
                        _("Residenti di 65 anni e oltre, per classe SNAI"),
                        [
                            (
                                _class_name(row.letter),
                                None if row.share_65_plus is None else 100 * row.share_65_plus,
                            )
                            for row in rows
                        ],
                        axis_code=axis.code,
                        unit="%",
                        decimals=1,
                    ),
                )
            ],
            how=_(
                "Somma dei residenti dei comuni alla data più recente di ognuno, per classe ufficiale; indice di "
                "vecchiaia: residenti di 65 anni e oltre ogni 100 sotto i 15."
            ),
            sources=[
                *_people_sources(),
                *Source.objects.filter(snaiclass__snai_edition=SNAI_EDITION).distinct(),
            ],
        )
    ]


def _class_name(letter: str | None) -> str:
    return f"{letter} {SnaiClass.Letter(letter).label}" if letter else _("non noto")


def programmes(axis: Axis, question: str = "") -> list[Answer]:
    rows = by_kind(axis, amounts_of(axis))
    if not rows:
        return []
    return [
        Answer(
            key="programmes",
            question=question or _("Quali programmi per l'abitare?"),
            figures=[(written(sum(row.interventions for row in rows)), _("interventi caricati"))],
            tables=[
                table(
                    _("Interventi per tipo e programma"),
                    [_("Tipo"), _("Programma"), _("Interventi"), _("Euro")],
                    [
                        [
                            text(row.label),
                            text(programme(row.programme) or "–"),
                            number(row.interventions),
                            number(None if row.eur is None else float(row.eur)),
                        ]
                        for row in rows
                    ],
                )
            ],
            how=_(
                "Interventi del registro del piano; gli importi sono gli ultimi dichiarati che coprono solo "
                "interventi della riga, ognuno contato una volta: altri importi ci possono essere."
            ),
        )
    ]


def school_works(axis: Axis) -> list[Answer]:
    return programmes(axis, _("Quali lavori sulle scuole?"))


def health_works(axis: Axis) -> list[Answer]:
    return programmes(axis, _("Quali presidi sanitari prevede il piano?"))


def mobility_works(axis: Axis) -> list[Answer]:
    return programmes(axis, _("Quali interventi sulla mobilità?"))


def _sources(axis: Axis) -> list[Source]:
    zones = Source.objects.filter(pk__in=Zone.objects.values("source"))
    pnrr = PnrrProject.objects.filter(intervention__axis=axis).values("source")
    return [*_people_sources(), *zones, *Source.objects.filter(pk__in=pnrr)]


def _people_sources() -> list[Source]:
    newest = Population.objects.filter(municipality__in_territory=True).order_by("-reference_date")
    first = newest.select_related("source").first()
    return [first.source] if first else []


QUESTIONS: dict[str, tuple[Question, ...]] = {
    "1": (money_by_zone,),
    "2": (areas, money_by_zone),
    "3": (mobility_works, money_by_zone),
    "4": (school_works, money_by_zone),
    "5": (demography, programmes, money_by_zone),
    "6": (health_works, money_by_zone),
}
