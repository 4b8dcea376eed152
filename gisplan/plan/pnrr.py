"""PNRR projects become interventions of the axis of their mission; places and amounts stay whole.

A project is one intervention however many municipalities it touches, and its amount is one claim: no file
gives the share of a municipality, so none is made up.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.db.models import Model
from django.utils.formats import number_format
from django.utils.translation import gettext, override
from psycopg import sql

from gisplan.plan.models import Axis, Claim, Intervention, PlanPlace, PnrrLocalisation, PnrrProject
from gisplan.plan.pnrr_figures import connection_notes
from gisplan.plan.pnrr_reading import Pair, Place, claim_code, intervention_code, localisations, projects
from gisplan.plan.queries import default_edition
from gisplan.territory.models import Municipality, Precision, Source
from gisplan.territory.standard.merging import Target, Values, merge
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad

SOURCE_URL = "https://www.italiadomani.gov.it/content/sogei-ng/it/it/catalogo-open-data.html"
INTERVENTIONS = "pnrr_interventions"  # the ledger of what was written of them
_BATCH = 1_000
_NAMES = 3  # municipalities named in the text of an intervention


def load_projects(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    localised = set(PnrrLocalisation.objects.values_list("cup", "local_code").distinct())
    wanted = projects(request, load, localised)
    stored = {(one.cup, one.local_code): one for one in PnrrProject.objects.all()}
    before = {pair: one.total_eur for pair, one in stored.items()}
    rows = [
        (stored.get(pair) or PnrrProject(cup=pair[0], local_code=pair[1]), values)
        for pair, values in wanted.items()
    ]
    _store(rows, source, load)
    load.kept = len(set(stored) - set(wanted))
    _connect(load)
    _claims(wanted, before)


def load_localisations(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    known = {one.istat_code: one for one in Municipality.objects.all()}
    wanted = localisations(request, load, known)
    stored = {Place((one.cup, one.local_code), one.istat_code): one for one in PnrrLocalisation.objects.all()}
    rows = [
        (
            stored.get(place)
            or PnrrLocalisation(cup=place.pair[0], local_code=place.pair[1], istat_code=place.istat_code),
            values,
        )
        for place, values in wanted.items()
    ]
    _store(rows, source, load)
    load.kept = len(set(stored) - set(wanted))
    load.not_located = sum(1 for place in wanted if not place.istat_code)
    _connect(load)


def _store(rows: Iterable[tuple[Model, Values]], source: Source, load: RegisterLoad) -> None:
    """An older extract does not write over a newer one."""
    new: list[Model] = []
    changed: list[Model] = []
    fields = {"source"}
    for one, values in rows:
        differing = {name for name, value in values.items() if getattr(one, name) != value}
        day = "updated_on" if "updated_on" in values else "extracted_on"
        stored_day, its_day = getattr(one, day), values[day]
        is_older = (
            one.pk is not None and stored_day is not None and its_day is not None and its_day < stored_day
        )
        if one.pk is not None and (not differing or is_older):
            load.same += 1
            continue
        for name, value in values.items():
            setattr(one, name, value)
        one.source = source  # type: ignore[attr-defined]
        (changed if one.pk is not None else new).append(one)
        fields |= {name.removesuffix("_id") for name in differing}
    if new:
        type(new[0])._default_manager.bulk_create(new, batch_size=_BATCH)
    if changed:
        type(changed[0])._default_manager.bulk_update(changed, sorted(fields), batch_size=_BATCH)
    load.added, load.changed = len(new), len(changed)


def _connect(load: RegisterLoad) -> None:
    """Projects, localisations and interventions, whichever file came first."""
    _execute(
        "UPDATE {} l SET project_id = p.id FROM {} p WHERE p.cup = l.cup AND p.local_code = l.local_code"
        " AND l.project_id IS DISTINCT FROM p.id",
        *(PnrrLocalisation, PnrrProject),
    )
    axes = axes_by_mission()
    _interventions(axes, load)
    _places()
    load.notes += connection_notes(axes)


def axes_by_mission() -> dict[str, Axis]:
    """Mission n is axis n of the current plan edition, unless the edition's axes name their missions."""
    edition = default_edition()
    axes = list(edition.axes.all()) if edition else []
    named = {axis.pnrr_mission: axis for axis in axes if axis.pnrr_mission}
    return named or {f"M{axis.code}": axis for axis in axes}


def _interventions(axes: dict[str, Axis], load: RegisterLoad) -> None:
    places: dict[int, list[str]] = {}
    for project_id, name in (
        PnrrLocalisation.objects.filter(project__isnull=False, municipality__isnull=False)
        .order_by("municipality__name")
        .values_list("project_id", "municipality__name")
    ):
        places.setdefault(project_id or 0, []).append(name)
    mapped = list(PnrrProject.objects.filter(mission__in=axes))
    wanted = {
        intervention_code((one.cup, one.local_code)): {
            "axis_id": axes[one.mission].pk,
            "programme": f"PNRR {one.submeasure}"[:200],
            "area_text": _area_text(places.get(one.pk, []), one),
            "description_it": " – ".join(text for text in (one.title, one.submeasure_title) if text),
        }
        for one in mapped
    }
    new = {
        "register": Intervention.Register.PNRR,
        "kind": "pnrr_project",
        "kind_it": "Progetto PNRR",
        "kind_en": "PNRR project",
        "source_url": SOURCE_URL,
    }
    outcome = RegisterLoad(INTERVENTIONS, load.file)
    merge(Target(INTERVENTIONS, Intervention, new=new), wanted, outcome)
    load.owners += outcome.owners
    _link()


def _link() -> None:
    """Each project to the intervention whose code is made of its pair; what the owner deleted has none."""
    _execute(
        "UPDATE {} p SET intervention_id = i.id FROM {} i WHERE p.intervention_id IS DISTINCT FROM i.id AND i.code ="
        " 'pnrr-' || p.cup || CASE WHEN p.local_code = p.cup THEN '' ELSE '-' || p.local_code END",
        *(PnrrProject, Intervention),
    )


def _execute(statement: str, *models: type[Model]) -> None:
    tables = (sql.Identifier(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*tables))


def _area_text(names: list[str], project: PnrrProject) -> str:
    """The municipalities; where the files name none, who carries the project out."""
    if not names:
        return (project.implementer or project.cup)[:200]
    rest = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" + {rest}" if rest > 0 else "")


def _places() -> None:
    """One place for each municipality of an intervention, made once: a deleted one stays away."""
    waiting = PnrrLocalisation.objects.filter(
        placed=False, municipality__isnull=False, project__intervention__isnull=False
    ).select_related("project")
    there = set(
        PlanPlace.objects.filter(intervention__register=Intervention.Register.PNRR).values_list(
            "intervention_id", "municipality_id"
        )
    )
    places = []
    for one in waiting:
        if one.project is not None and (one.project.intervention_id, one.municipality_id) not in there:
            places.append(
                PlanPlace(
                    intervention_id=one.project.intervention_id,
                    kind=PlanPlace.Kind.MUNICIPALITY,
                    municipality_id=one.municipality_id,
                    area_text_it=one.address,
                    precision=Precision.MUNICIPALITY,
                )
            )
    PlanPlace.objects.bulk_create(places, batch_size=_BATCH)
    PnrrLocalisation.objects.filter(pk__in=[one.pk for one in waiting]).update(placed=True)


def _claims(wanted: dict[Pair, Values], before: dict[Pair, Decimal | None]) -> None:
    """A claim where the file states an amount that is not the one before."""
    news = PnrrProject.objects.filter(intervention__isnull=False, total_eur__isnull=False)
    claims, covered = [], {}
    for one in news:
        pair = (one.cup, one.local_code)
        if pair in wanted and before.get(pair) != one.total_eur:
            claim = _claim(one, pair)
            claims.append(claim)
            covered[claim.code] = one.intervention_id
    known = set(Claim.objects.filter(code__in=covered).values_list("code", flat=True))
    made = Claim.objects.bulk_create([one for one in claims if one.code not in known], batch_size=_BATCH)
    through = Claim.interventions.through
    through._default_manager.bulk_create(
        [through(claim_id=one.pk, intervention_id=covered[one.code]) for one in made], batch_size=_BATCH
    )


def _claim(project: PnrrProject, pair: Pair) -> Claim:
    total = project.total_eur or Decimal(0)
    day = project.updated_on
    return Claim(
        code=claim_code(pair, day, total),
        kind=Claim.Kind.AMOUNT,
        amount_eur=total,
        as_printed_it=f"finanziamento totale {_euros(total, 'it')}, di cui PNRR {_euros(project.pnrr_eur, 'it')}",
        as_printed_en=f"total funding {_euros(total, 'en')}, of which PNRR {_euros(project.pnrr_eur, 'en')}",
        as_of=day.isoformat() if day else "",
        as_of_date=day,
        scope_it="l'intero progetto",
        scope_en="the whole project",
        source_url=SOURCE_URL,
    )


def _euros(amount: Decimal | None, language: str) -> str:
    with override(language):
        if amount is None:
            return gettext("non noto")
        written = number_format(amount, 2, force_grouping=True)
        return f"€{written}" if language == "en" else f"{written} €"
