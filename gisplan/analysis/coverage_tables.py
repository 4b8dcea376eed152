"""A coverage as tables, as a Run and as a line for the terminal."""

from dataclasses import fields
from typing import Any

from django.contrib.auth.models import User

from gisplan.accessibility.coverage import STATUSES
from gisplan.analysis.coverage import METHOD, GroupCoverage, MunicipalityCoverage, ServiceCoverage
from gisplan.analysis.models import Run
from gisplan.analysis.results import Table, number
from gisplan.analysis.runs import keep_result

GROUP_COLUMNS = (
    *("people", *STATUSES),
    *("municipalities", *(f"municipalities_{name}" for name in STATUSES)),
)


def keep_coverage(found: ServiceCoverage, *, user: User | None = None) -> Run:
    """The same question on the same inputs is the same Run."""
    return keep_result(
        METHOD,
        found.parameters,
        {"tables": [table.as_json() for table in coverage_tables(found)]},
        input_digest=found.input_digest,
        editions=found.editions,
        user=user,
    )


def coverage_tables(found: ServiceCoverage) -> list[Table]:
    """Municipalities first, then a table a grouping; people to a thousandth, so that sums add up."""
    names = [one.name for one in fields(MunicipalityCoverage)]
    rows = [[_cell(getattr(row, name)) for name in names] for row in found.municipalities]
    return [
        Table("coverage_by_municipality", names, rows),
        *(group_table(name, rows_of) for name, rows_of in ({"total": [found.total]} | found.by).items()),
    ]


def group_table(grouping: str, rows: list[GroupCoverage]) -> Table:
    columns = [grouping, *GROUP_COLUMNS, "share_covered", "share_not_covered", "share_not_known"]
    body = [[row.label or None, *(_cell(getattr(row, name)) for name in columns[1:])] for row in rows]
    return Table(f"coverage_by_{grouping}", columns, body)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return number(value)
    return None if value == "" else value


def coverage_note(found: ServiceCoverage) -> str:
    """For the terminal: who is covered, who is not, of whom it is not known, and on what it stands."""
    total, asked = found.total, found.request
    shares = (
        f"{getattr(total, name):,.0f} {name.replace('_', ' ')} ({(getattr(total, name) / (total.people or 1)):.1%})"
        for name in STATUSES
    )
    places = ", ".join(
        f"{getattr(total, f'municipalities_{name}')} {name.replace('_', ' ')}" for name in STATUSES
    )
    return (
        f"{asked.service} within {asked.minutes} min by {asked.mode}, people {asked.group}: {total.people:,.0f}, "
        f"of them {', '.join(shares)}; municipalities: {total.municipalities}, of them {places}; "
        f"services: {found.used} used, {found.left_out} left out"
    )
