"""How evenly an accessibility is spread: of a kept run, today and after, between and within classes and zones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisplan.accessibility.equity import gini, lorenz, palma, theil, theil_by_group
from gisplan.accessibility.errors import AccessibilityError
from gisplan.analysis.answers import Answer
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.exports import run_tables
from gisplan.analysis.inputs import Floats, digest
from gisplan.analysis.models import Run
from gisplan.analysis.results import Groups, Table, groups_of_territory

METHOD = "equity"
KEYS = ("istat_code", "code")
#: Numbers of a place that nobody is served by.
NO_MEASURES = {*KEYS, "people", "difference", "x_m", "y_m", "area_km2", "count"}
TODAY, THEN = "_today", "_then"
GROUPINGS = ("snai_class", "zone")
CURVE_POINTS = 101
_ISTAT_DIGITS = 6


@dataclass(frozen=True)
class Measured:
    """A value of each place of a run, with its people; `then` is its value in the scenario, where there is one.

    `left_out` are the places without a value: they are in no index, and their people are counted apart.
    """

    column: str
    unit: str
    codes: list[str]
    people: Floats
    today: Floats
    then: Floats | None

    @property
    def sides(self) -> dict[str, Floats]:
        return {"today": self.today} | ({} if self.then is None else {"then": self.then})


def columns_of(run: Run) -> list[str]:
    """What may be compared in a run: the columns of its first table that has people and places."""
    return list(_readable(run)[1])


def equity(run: Run, *, column: str = "", then: Run | None = None) -> Answer:
    """Gini, Palma, Lorenz and Theil of a column of a run; `then` is the same measure computed after a change."""
    measured = measured_in(run, column)
    if then is not None:
        measured = _beside(measured, measured_in(then, measured.column))
    groups = groups_of_territory()
    labels = _labels(measured.codes, groups)
    try:
        tables = [_indices(measured), *_theil_tables(measured, labels), _lorenz_table(measured)]
    except AccessibilityError as error:
        raise RequestRefused(str(error), field="values", found=measured.column) from error
    parameters = {"run": run.pk, "of": run.method, "column": measured.column, "unit": measured.unit}
    if then is not None:
        parameters["run_then"] = then.pk
    return Answer(
        METHOD,
        parameters,
        run.editions,
        equity_digest(run, then, groups),
        {"tables": [table.as_json() for table in tables]},
    )


def equity_digest(run: Run, then: Run | None, groups: Groups | None = None) -> str:
    found = groups or groups_of_territory()
    after = then.content_digest if then else ""
    return digest([run.content_digest, after, found.codes, found.zones, found.snai])


def measured_in(run: Run, column: str = "") -> Measured:
    """The column of the run, or its first; people as a share of the people there."""
    table, columns = _readable(run)
    if not columns or (column and column not in columns):
        known = ", ".join(columns) or "none"
        raise RequestRefused(
            f"--column expects a measure of run {run.pk} with the people of each place ({known}), found "
            f"{column or 'none'}: choose one, or another run.",
            field="column",
            found=column or "–",
            expected=known,
        )
    name = column or columns[0]
    rows, names, units = table["rows"], table["columns"], table["units"]
    own = name if name in names else f"{name}{TODAY}"
    people = _numbers(rows, names.index("people"))
    unit = units[names.index(own)]
    sides = [_numbers(rows, names.index(own))]
    if own != name:
        sides.append(_numbers(rows, names.index(f"{name}{THEN}")))
    if unit == "people":
        sides = [_share(side, people) for side in sides]
    key = next(k for k, one in enumerate(names) if one in KEYS)
    codes = [str(row[key]) for row in rows]
    return Measured(
        name,
        "share of 1" if unit == "people" else unit,
        codes,
        people,
        sides[0],
        sides[1] if len(sides) > 1 else None,
    )


def _readable(run: Run) -> tuple[Mapping[str, Any], list[str]]:
    """The first table with places, people and a measure, and its measures: pairs of today and then before others."""
    for table in run_tables(run):
        names = table["columns"]
        if "people" not in names or not any(key in names for key in KEYS):
            continue
        pairs = [name.removesuffix(TODAY) for name in names if name.endswith(TODAY)]
        pairs = [name for name in pairs if f"{name}{THEN}" in names]
        single = [] if pairs else [name for k, name in enumerate(names) if _is_measure(table, k)]
        if pairs or single:
            return table, [*pairs, *single]
    return {"rows": [], "columns": []}, []


def _is_measure(table: Mapping[str, Any], k: int) -> bool:
    if table["columns"][k] in NO_MEASURES:
        return False
    values = [row[k] for row in table["rows"] if row[k] is not None]
    return bool(values) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)


def _numbers(rows: Sequence[Sequence[Any]], k: int) -> Floats:
    return np.array([np.nan if row[k] is None else row[k] for row in rows], dtype=np.float64)


def _share(part: Floats, people: Floats) -> Floats:
    found: Floats = np.divide(part, people, out=np.full(len(part), np.nan), where=people > 0)
    return found


def _beside(today: Measured, then: Measured) -> Measured:
    """Both runs as one: the same places, or it is no comparison."""
    if today.codes != then.codes:
        raise RequestRefused(
            f"Expected two runs of the same places to compare, found {len(today.codes)} and {len(then.codes)} that "
            "differ: compute both for the same demand.",
            field="places",
            found=str(len(then.codes)),
            expected=str(len(today.codes)),
        )
    after = then.today if then.then is None else then.then
    return Measured(today.column, today.unit, today.codes, today.people, today.today, after)


def _known(measured: Measured) -> Any:
    """Places with people and a value on every side: both sides then speak of the same people."""
    known = measured.people > 0
    for side in measured.sides.values():
        known &= np.isfinite(side)
    return known


def _labels(codes: Sequence[str], groups: Groups) -> dict[str, list[str]]:
    """By grouping, the group of each place: cells begin with the code of their municipality."""
    at = {code: k for k, code in enumerate(groups.codes)}
    own = [at.get(code[:_ISTAT_DIGITS]) for code in codes]
    kinds = zip(GROUPINGS, (groups.snai, groups.zones), strict=True)
    return {kind: ["" if k is None else of[k] for k in own] for kind, of in kinds}


def _indices(measured: Measured) -> Table:
    known = _known(measured)
    people = measured.people[known]
    rows = []
    for side, values in measured.sides.items():
        held = values[known]
        mean = float((held * people).sum() / people.sum()) if people.any() else float("nan")
        figures = [gini(held, people), palma(held, people), theil(held, people)]
        left_out = float(np.nansum(measured.people[~known]))
        rows.append([side, float(people.sum()), left_out, *map(_figure, (mean, *figures))])
    return Table("equity", ["side", "people", "people_left_out", "mean", "gini", "palma", "theil"], rows)


def _theil_tables(measured: Measured, labels: Mapping[str, Sequence[str]]) -> list[Table]:
    known = np.flatnonzero(_known(measured))
    parts_rows: list[list[Any]] = []
    group_rows: list[list[Any]] = []
    for grouping, of_each in labels.items():
        own = [of_each[int(k)] for k in known]
        for side, values in measured.sides.items():
            parts = theil_by_group(values[known], own, people=measured.people[known])
            share = parts.between / parts.total if parts.total > 0 else float("nan")
            figures = map(_figure, (parts.total, parts.between, parts.within, share))
            parts_rows.append([side, grouping, *figures])
            for group in sorted(parts.groups, key=lambda one: _in_order(str(one.group))):
                figures = map(_figure, (group.people_share, group.value_share, group.mean, group.theil))
                group_rows.append([side, grouping, group.group or None, *figures])
    return [
        Table("theil_parts", ["side", "grouping", "theil", "between", "within", "share_between"], parts_rows),
        Table(
            "theil_groups",
            ["side", "grouping", "group", "share_people", "share_value", "mean", "theil"],
            group_rows,
        ),
    ]


def _in_order(group: str) -> tuple[float, str]:
    """Zones by their number, 2 before 10; classes, which have none, by their letter."""
    number = group.partition(" ")[0]
    return (int(number) if number.isdecimal() else float("inf"), group)


def _lorenz_table(measured: Measured) -> Table:
    """The curve at each hundredth of the people (straight between the places), so that a kept run stays small."""
    known = _known(measured)
    at = np.linspace(0, 1, CURVE_POINTS)
    rows = []
    for side, values in measured.sides.items():
        curve = lorenz(values[known], measured.people[known])
        held = np.interp(at, curve.people_share, curve.value_share)
        rows += [[side, _figure(share), _figure(value)] for share, value in zip(at, held, strict=True)]
    return Table("lorenz", ["side", "share_people", "share_value"], rows)


def _figure(value: float) -> float | None:
    """To 1e-6: an index is not known better; what is not finite is not known."""
    return round(float(value), 6) if np.isfinite(value) else None
