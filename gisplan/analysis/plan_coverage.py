"""Coverage of the plan: how much of what is loaded acts in which class and zone, and where that is thin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from gisplan.analysis.coverage_ground import Demand, coverage_demand
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.ground import current_ground
from gisplan.analysis.inputs import digest
from gisplan.analysis.models import Run
from gisplan.analysis.plan_groups import SEVERAL_AXES, GroupPlan, Thing, group_plans, summed
from gisplan.analysis.plan_need import NEEDS, REGISTERS, MunicipalityPlan, municipality_plans
from gisplan.analysis.plan_tables import plan_tables
from gisplan.analysis.runs import keep_result
from gisplan.plan.amounts import Amounts, amounts_of_axes, total_amounts
from gisplan.plan.models import Axis, Intervention, PlanEdition, PnrrProject
from gisplan.plan.queries import Completeness, completeness, default_edition, editions
from gisplan.plan.where import (
    Nowhere,
    Where,
    actions_where,
    claim_where,
    interventions_where,
    projects_where,
)

METHOD = "plan_coverage"
GROUPINGS = ("snai_class", "zone")


@dataclass(frozen=True)
class PlanRequest:
    """`edition` and `axis` by code; "" is the first edition and every axis."""

    edition: str = ""
    axis: str = ""
    need: str = NEEDS[0]
    register: str = REGISTERS[0]

    def __post_init__(self) -> None:
        for name, found, known in (("need", self.need, NEEDS), ("register", self.register, REGISTERS)):
            if found not in known:
                raise RequestRefused(
                    f"--{name} expects one of {', '.join(known)}, found {found!r}: choose one.",
                    field=name,
                    found=found[:40],
                    expected=", ".join(known),
                )


@dataclass(frozen=True)
class PlanCoverage:
    """`by` has the groupings, each ending with the rows that no group can be given; `axes` is the same by axis."""

    request: PlanRequest
    edition: PlanEdition
    completeness: Completeness
    axis: Axis | None
    by: dict[str, list[GroupPlan]]
    axes: list[GroupPlan]
    total: GroupPlan
    municipalities: list[MunicipalityPlan]
    parameters: dict[str, Any]
    editions: dict[str, str]
    input_digest: str
    limits: dict[str, float | None] = field(default_factory=dict)


def coverage_of_plan(request: PlanRequest) -> PlanCoverage:
    """Compute, keeping nothing."""
    edition = _edition(request.edition)
    axis = _axis(edition, request.axis)
    ground = current_ground()
    demand = coverage_demand(ground)
    register = _register(edition)
    amounts = {one.pk: total_amounts(one) for one in edition.axes.all()}
    whole = amounts_of_axes(amounts.values())
    things = register.things(amounts[axis.pk] if axis else whole, axis)
    need = municipality_plans(demand, _touching(things), need=request.need, register=request.register)
    complete = completeness(edition)
    parameters = {
        "plan_edition": edition.code,
        "axis": axis.code if axis else "",
        "need": request.need,
        "register": request.register,
        "actions_loaded": complete.actions.loaded,
        "actions_declared": complete.actions.declared,
        **need.parameters,
    }
    return PlanCoverage(
        request,
        edition,
        complete,
        axis,
        {name: group_plans(things, demand, demand.groups[name]) for name in GROUPINGS},
        _by_axis(edition, register, demand, amounts=amounts, whole=whole),
        summed("all", things, demand),
        need.rows,
        parameters,
        {"territory": ground.people.territory_edition, "plan": edition.code},
        _digest(things, demand, need.inputs),
        need.limits,
    )


def _edition(code: str) -> PlanEdition:
    found = editions().filter(code=code).first() if code else default_edition()
    known = ", ".join(editions().values_list("code", flat=True))
    if found is None and not known:
        raise AnalysisError("Expected a plan of this territory, found none: run `gisplan load_plan`.")
    if found is None:
        raise RequestRefused(
            f"--edition expects one of {known}, found {code!r}: choose one.",
            field="edition",
            found=code[:40],
            expected=known,
        )
    return found


def _axis(edition: PlanEdition, code: str) -> Axis | None:
    if not code:
        return None
    found = edition.axes.filter(code=code).first()
    if found is None:
        known = ", ".join(edition.axes.values_list("code", flat=True))
        raise RequestRefused(
            f"--axis expects one of {known} of {edition.code}, found {code!r}: choose one.",
            field="axis",
            found=code[:40],
            expected=known,
        )
    return found


@dataclass(frozen=True)
class _Register:
    """Where everything acts, read once: by primary key, with the axis of each."""

    interventions: dict[int, Where]
    actions: dict[int, Where]
    axis_of_intervention: dict[int, int]
    axis_of_action: dict[int, int]
    projects: list[tuple[int | None, Thing]]

    def things(self, amounts: Amounts, axis: Axis | None) -> list[Thing]:
        """Everything that is loaded of the edition, or of one of its axes."""
        chosen = None if axis is None else axis.pk
        counted = sorted(amounts.counted, key=lambda claim: claim.code)
        return [
            *(
                Thing("action", self.actions[pk])
                for pk, own in self.axis_of_action.items()
                if chosen in (None, own)
            ),
            *(
                Thing("intervention", self.interventions[pk])
                for pk, own in self.axis_of_intervention.items()
                if chosen in (None, own)
            ),
            *(
                Thing(
                    "amount", claim_where(one, self.interventions, self.actions), one.amount_eur or Decimal(0)
                )
                for one in counted
            ),
            *(thing for own, thing in self.projects if chosen in (None, own)),
        ]


def _register(edition: PlanEdition) -> _Register:
    interventions = list(
        Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN).order_by("pk")
    )
    actions = list(edition.actions.select_related("strategy").order_by("pk"))
    where = projects_where()
    rows = PnrrProject.objects.order_by("cup", "local_code").values_list(
        "pk", "intervention__axis", "total_eur"
    )
    unknown = Where(reason=Nowhere.UNKNOWN)
    return _Register(
        interventions_where(interventions),
        actions_where(actions),
        {one.pk: one.axis_id for one in interventions},
        {one.pk: one.strategy.axis_id for one in actions},
        [(axis, Thing("pnrr", where.get(pk, unknown), total or Decimal(0))) for pk, axis, total in rows],
    )


def _by_axis(
    edition: PlanEdition,
    register: _Register,
    demand: Demand,
    *,
    amounts: Mapping[int, Amounts],
    whole: Amounts,
) -> list[GroupPlan]:
    """What each axis holds, wherever it acts; an amount of several axes is given to none, and stands below."""
    rows = [summed(axis.code, register.things(amounts[axis.pk], axis), demand) for axis in edition.axes.all()]
    across = whole.total_eur - sum((row.euros for row in rows), Decimal(0))
    return [*rows, GroupPlan(SEVERAL_AXES, reason=SEVERAL_AXES, euros=across)] if across else rows


def _touching(things: Iterable[Thing]) -> dict[str, dict[str, int]]:
    """Register -> ISTAT code -> how many act there; one that acts in several counts in each."""
    found: dict[str, dict[str, int]] = {"plan": {}, "pnrr": {}}
    for thing in things:
        kind = {"intervention": "plan", "pnrr": "pnrr"}.get(thing.kind)
        for code in thing.where.codes if kind else ():
            found[str(kind)][code] = found[str(kind)].get(code, 0) + 1
    return found


def _digest(things: Sequence[Thing], demand: Demand, inputs: Sequence[object]) -> str:
    listed = [(one.kind, sorted(one.where.codes), one.where.reason, str(one.euros)) for one in things]
    return digest([listed, demand.codes, demand.by_age, sorted(demand.groups.items()), *inputs])


def plan_digest(request: PlanRequest) -> str:
    """What the inputs come to now."""
    return coverage_of_plan(request).input_digest


def request_of(parameters: Mapping[str, Any]) -> PlanRequest:
    """The request that a kept run answered."""
    return PlanRequest(*(parameters[name] for name in ("plan_edition", "axis", "need", "register")))


def keep_plan_coverage(found: PlanCoverage, *, user: User | None = None) -> Run:
    """The same question on the same inputs is the same Run."""
    return keep_result(
        METHOD,
        found.parameters,
        {"tables": [table.as_json() for table in plan_tables(found.municipalities, found.by, found.axes)]},
        input_digest=found.input_digest,
        editions=found.editions,
        user=user,
    )
