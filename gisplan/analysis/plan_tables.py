"""The coverage of the plan as tables: municipalities with need and plan, the groups, the axes."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from gisplan.analysis.plan_groups import GroupPlan
from gisplan.analysis.plan_need import MunicipalityPlan
from gisplan.analysis.results import Table, number

GROUP_COLUMNS = (
    *("people", "municipalities", "municipalities_touched"),
    *(
        "actions",
        "actions_per_1000",
        "plan_interventions",
        "interventions_per_1000",
        "eur",
        "eur_per_inhabitant",
    ),
    *("pnrr_projects", "pnrr_per_1000", "pnrr_eur", "pnrr_eur_per_inhabitant"),
)


def plan_tables(
    municipalities: Sequence[MunicipalityPlan],
    by: Mapping[str, Sequence[GroupPlan]],
    axes: Sequence[GroupPlan],
) -> list[Table]:
    """Municipalities first, for they have a ground."""
    names = [one.name for one in fields(MunicipalityPlan)]
    rows = [[getattr(row, name) for name in names] for row in municipalities]
    groups = [group_table(name, found) for name, found in by.items()]
    return [Table("plan_by_municipality", names, rows), *groups, group_table("axis", axes)]


def group_table(grouping: str, rows: Sequence[GroupPlan]) -> Table:
    """Where `unallocated` the row is no group but says why there is none: there is nothing to divide by."""
    return Table(
        f"plan_by_{grouping}", [grouping, "unallocated", *GROUP_COLUMNS], [_row(row) for row in rows]
    )


def _row(row: GroupPlan) -> list[object]:
    counts: list[object] = [None] * 3
    if not row.reason:
        counts = [number(row.people), row.municipalities, row.municipalities_touched]
    return [
        row.label or None,
        bool(row.reason),
        *counts,
        *(row.actions, _rounded(row.per_1000("actions"))),
        *(row.interventions, _rounded(row.per_1000("interventions"))),
        *(float(row.euros), _rounded(row.per_inhabitant("euros"))),
        *(row.pnrr_projects, _rounded(row.per_1000("pnrr_projects"))),
        *(float(row.pnrr_euros), _rounded(row.per_inhabitant("pnrr_euros"))),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
