"""Tables of a kept result: each column has a name and a unit, so that no figure travels without it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gisplan.analysis.inputs import Floats
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.territory.profile import municipalities_in_territory

#: Column -> its unit; a column that is not here has none.
UNITS = {
    "people": "people",
    "people_0_14": "people",
    "people_15_64": "people",
    "people_65_plus": "people",
    "people_alone": "people",
    "people_shared": "people",
    "reached": "people",
    "not_reached": "people",
    "not_placed": "people",
    **{f"within_{minutes}": "people" for minutes in STANDARD_MINUTES},
    "beyond": "people",
    "share_beyond": "share of 1",
    "covered": "people",
    "not_covered": "people",
    "not_known": "people",
    "reached_today": "people",
    "reached_then": "people",
    "difference": "people",
    "connector_m": "m",
    "from_m": "m",
    "to_m": "m",
    "x_m": "m",
    "y_m": "m",
    "area_km2": "km²",
    "minutes": "min",
    "nearest_min": "min",
    "minutes_to_pole": "min",
    "speed_kmh": "km/h",
    "headway_min": "min",
    "share_not_reached": "share of 1",
    "actions_per_1000": "per 1,000 people",
    "interventions_per_1000": "per 1,000 people",
    "pnrr_per_1000": "per 1,000 people",
    "eur": "EUR",
    "eur_per_inhabitant": "EUR per person",
    "pnrr_eur": "EUR",
    "pnrr_eur_per_inhabitant": "EUR per person",
    "population_change": "%",
    "share_covered": "share of 1",
    "share_not_covered": "share of 1",
    "share_not_known": "share of 1",
    "share_of_first": "share of 1",
    "share_of_second": "share of 1",
    "change": "people",
    "change_pct": "%",
    "density_per_km2": "people/km²",
    "old_age_index": "65+ per 100 of 0-14",
    "old_age_first": "65+ per 100 of 0-14",
    "old_age_last": "65+ per 100 of 0-14",
    **{
        f"people{ages}_{end}": "people"
        for ages in ("", "_0_14", "_15_64", "_65_plus")
        for end in ("first", "last")
    },
    "people_left_out": "people",
    "share_people": "share of 1",
    "share_value": "share of 1",
    "share_between": "share of 1",
    "covered_today": "people",
    "covered_then": "people",
    "people_nearest": "people",
    "minutes_today": "min",
    "minutes_then": "min",
    "cost_eur": "€",
    "spent_eur": "€",
    "not_served": "people",
    **{f"{name}_{end}": "min" for name in ("mean_min", "longest_min") for end in ("today", "then")},
}


@dataclass(frozen=True)
class Table:
    """One table of a result, as a Run keeps it; `units` are those of columns that UNITS does not know."""

    name: str
    columns: list[str]
    rows: list[list[Any]]
    units: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        units = [self.units.get(column) or UNITS.get(column, "") for column in self.columns]
        return {"name": self.name, "columns": self.columns, "units": units, "rows": self.rows}


def with_columns(table: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The same table with some of its columns, in this order."""
    kept = [table["columns"].index(name) for name in names]
    return {
        "name": table["name"],
        "columns": list(names),
        "units": [table["units"][k] for k in kept],
        "rows": [[row[k] for k in kept] for row in table["rows"]],
    }


def tables_of(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(result.get("tables", []))


def headers(table: Mapping[str, Any]) -> list[str]:
    """`people [people]`, `speed_kmh [km/h]`: the unit stands in the header."""
    pairs = zip(table["columns"], table["units"], strict=True)
    return [f"{name} [{unit}]" if unit else name for name, unit in pairs]


def number(value: float) -> float | None:
    """To a thousandth, for results are kept as text; what is not finite is not known."""
    return round(float(value), 3) if np.isfinite(value) else None


@dataclass(frozen=True)
class Groups:
    """The territory's municipalities, and the zone and SNAI class of each."""

    codes: list[str]
    names: list[str]
    zones: list[str]
    snai: list[str]


def groups_of_territory() -> Groups:
    rows: list[Any] = list(municipalities_in_territory().order_by("istat_code"))
    return Groups(
        [row.istat_code for row in rows],
        [row.name for row in rows],
        [f"{row.zone_number} {row.zone_name}" if row.zone_number else "" for row in rows],
        [row.snai_letter or "" for row in rows],
    )


def by_municipality_zone_and_class(
    name: str, groups: Groups, values: Mapping[str, Floats], *, share: tuple[str, str, str] | None = None
) -> list[Table]:
    """The same sums three times; `share` adds a column: its name, numerator and denominator."""
    tables = []
    order = sorted(set(groups.zones), key=lambda zone: int(zone.split()[0]) if zone else 10_000)
    kinds: tuple[tuple[str, list[str], Iterable[str]], ...] = (
        ("zone", groups.zones, order),
        ("snai_class", groups.snai, sorted(set(groups.snai))),
    )
    every = [
        _row([code, label], values, [k])
        for k, (code, label) in enumerate(zip(groups.codes, groups.names, strict=True))
    ]
    tables.append(Table(f"{name}_by_municipality", ["istat_code", "municipality", *values], every))
    for kind, of_each, labels in kinds:
        rows = [
            _row([label or None], values, [k for k, own in enumerate(of_each) if own == label])
            for label in labels
        ]
        tables.append(Table(f"{name}_by_{kind}", [kind, *values], rows))
    return [_with_share(table, share) for table in tables] if share else tables


def _row(head: Sequence[Any], values: Mapping[str, Floats], at: list[int]) -> list[Any]:
    return [*head, *(number(float(column[at].sum())) for column in values.values())]


def _with_share(table: Table, share: tuple[str, str, str]) -> Table:
    name, above, below = share
    top, bottom = table.columns.index(above), table.columns.index(below)
    rows = [[*row, number(row[top] / row[bottom]) if row[bottom] else None] for row in table.rows]
    return Table(table.name, [*table.columns, name], rows)
