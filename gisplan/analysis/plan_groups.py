"""What the plan does by group: each thing in one row, that of the group which holds all its municipalities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gisplan.analysis.coverage_ground import Demand
from gisplan.plan.where import Nowhere, Where

SEVERAL, SEVERAL_AXES = "several_groups", "several_axes"
#: Why a row is not a group, in the order in which it is shown.
UNALLOCATED = (SEVERAL, *map(str, Nowhere))


@dataclass(frozen=True)
class Thing:
    """An action, an intervention, an amount or a project: what it counts for, and where it acts."""

    kind: str
    where: Where
    euros: Decimal = Decimal(0)


@dataclass
class GroupPlan:
    """What acts in one group alone. Where `reason` is set the row is no group: what no group can be given.

    Each thing stands in one row. `municipalities_touched` counts those that anything of the plan's own register acts
    in, shared or not. The PNRR's projects stand beside, never in the plan's figures.
    """

    label: str
    reason: str = ""
    people: float = 0.0
    municipalities: int = 0
    municipalities_touched: int = 0
    actions: int = 0
    interventions: int = 0
    euros: Decimal = Decimal(0)
    pnrr_projects: int = 0
    pnrr_euros: Decimal = Decimal(0)

    def per_1000(self, name: str) -> float | None:
        """Of a count, per 1,000 inhabitants; None where there are none to divide by."""
        return 1000 * float(getattr(self, name)) / self.people if self.people else None

    def per_inhabitant(self, name: str) -> float | None:
        return float(getattr(self, name)) / self.people if self.people else None

    def take(self, thing: Thing) -> None:
        if thing.kind == "amount":
            self.euros += thing.euros
        elif thing.kind == "pnrr":
            self.pnrr_projects += 1
            self.pnrr_euros += thing.euros
        elif thing.kind == "action":
            self.actions += 1
        else:
            self.interventions += 1


def group_plans(things: Sequence[Thing], demand: Demand, labels: Sequence[str]) -> list[GroupPlan]:
    """One row a group, then those that no group can be given; what each thing counts for stands in one row."""
    everyone = demand.everyone.tolist()
    groups: dict[str, GroupPlan] = {label: GroupPlan(label) for label in sorted(set(labels), key=_order)}
    for label, people in zip(labels, everyone, strict=True):
        groups[label].people += people
        groups[label].municipalities += 1
    group_of = dict(zip(demand.codes, labels, strict=True))
    apart = {reason: GroupPlan(reason, reason=reason) for reason in UNALLOCATED}
    touched: set[str] = set()
    for thing in things:
        row = _row_of(thing.where, group_of)
        (apart[row[0]] if row[1] else groups[row[0]]).take(thing)
        if thing.kind in {"action", "intervention"}:
            touched |= thing.where.codes
    for code in touched & set(group_of):
        groups[group_of[code]].municipalities_touched += 1
    return [*groups.values(), *(row for row in apart.values() if _any(row))]


def _row_of(where: Where, group_of: Mapping[str, str]) -> tuple[str, bool]:
    """The group of all its municipalities, or why there is none (True)."""
    if where.reason is not None:
        return str(where.reason), True
    found = {group_of.get(code) for code in where.codes}
    if found == {None}:
        return str(Nowhere.OUTSIDE), True
    (label,) = found if len(found) == 1 else (None,)
    return (SEVERAL, True) if label is None else (label, False)


def _any(row: GroupPlan) -> bool:
    return bool(row.actions or row.interventions or row.euros or row.pnrr_projects)


def _order(label: str) -> tuple[bool, int, str]:
    first = label.split(" ", 1)[0]
    return (not label, int(first) if first.isdigit() else 0, label)


def summed(label: str, things: Sequence[Thing], demand: Demand) -> GroupPlan:
    row = GroupPlan(label, people=float(demand.everyone.sum()), municipalities=len(demand.codes))
    for thing in things:
        row.take(thing)
    row.municipalities_touched = len(codes_of(things) & set(demand.codes))
    return row


def codes_of(things: Iterable[Thing]) -> set[str]:
    return {code for one in things if one.kind in {"action", "intervention"} for code in one.where.codes}
