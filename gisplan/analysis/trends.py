"""How the people of each municipality change between the loaded dates, and the signs of demographic weakness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from gisplan.analysis.answers import Answer
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.inputs import AGE_GROUPS, Floats, digest
from gisplan.analysis.results import Groups, Table, groups_of_territory, number
from gisplan.territory.models import MunicipalityBoundary, Population

METHOD = "trends"
#: Law 158 of 6 October 2017, article 1, paragraph 2: small municipalities, and those with few people for their area.
SMALL_PEOPLE = 5_000
SPARSE_PER_KM2 = 80.0
SIGNS = ("small", "sparse", "falling", "old")
_COUNTS = tuple(AGE_GROUPS)


@dataclass(frozen=True)
class _Series:
    """People by date (in order), municipality of `groups` and age group, shape (n, m, 4); nan where not loaded."""

    dates: list[date]
    editions: list[str]
    groups: Groups
    people: Floats
    area_km2: Floats

    def at(self, day: date) -> int:
        return self.dates.index(day)


def population_dates() -> list[date]:
    """The dates of which people by age are loaded, the first first."""
    dates = Population.objects.filter(municipality__in_territory=True).order_by("reference_date")
    return list(dates.values_list("reference_date", flat=True).distinct())


def trends(first: int | None = None, last: int | None = None) -> Answer:
    """People by municipality between two years, the loaded ends where none is named; each date loaded is listed."""
    dates = population_dates()
    start, end = _chosen(dates, first, last)
    series = _series(dates)
    tables = [
        _by_municipality(series, start, end),
        *(_summed(series, start, end, kind=kind) for kind in ("zone", "snai_class")),
        _by_date(series),
        _by_municipality_and_date(series),
    ]
    return Answer(
        METHOD,
        {
            "first_date": start.isoformat(),
            "last_date": end.isoformat(),
            "small_people": SMALL_PEOPLE,
            "sparse_per_km2": SPARSE_PER_KM2,
        },
        {"territory": ", ".join(dict.fromkeys(series.editions))},
        trends_digest(series),
        {"tables": [table.as_json() for table in tables]},
    )


def trends_digest(series: _Series | None = None) -> str:
    found = series or _series(population_dates())
    groups = found.groups
    return digest([found.dates, groups.codes, groups.zones, groups.snai, found.people, found.area_km2])


def _chosen(dates: Sequence[date], first: int | None, last: int | None) -> tuple[date, date]:
    """The dates of these years; a trend needs two of them."""
    known = ", ".join(str(day.year) for day in dates) or "none"
    if len(dates) < 2:
        raise RequestRefused(
            f"Expected people of two dates to compare, found those of {known}: load another edition of the territory.",
            field="dates",
            found=known,
            expected="2",
        )
    years = {day.year: day for day in dates}
    asked = (dates[0].year if first is None else first, dates[-1].year if last is None else last)
    if not (asked[0] in years and asked[1] in years and asked[0] < asked[1]):
        raise RequestRefused(
            f"--from and --to expect two years in order of {known}, found {asked[0]} and {asked[1]}: choose others.",
            field="years",
            found=f"{asked[0]}–{asked[1]}",
            expected=known,
        )
    return years[asked[0]], years[asked[1]]


def _series(dates: Sequence[date]) -> _Series:
    groups = groups_of_territory()
    position = {code: k for k, code in enumerate(groups.codes)}
    order = {day: k for k, day in enumerate(dates)}
    people = np.full((len(dates), len(groups.codes), len(_COUNTS)), np.nan)
    editions = [""] * len(dates)
    rows = Population.objects.filter(municipality__in_territory=True).values_list(
        "municipality__istat_code", "reference_date", "edition__code", "females", "males"
    )
    for code, day, edition, females, males in rows:
        ages = np.array(females) + np.array(males)
        people[order[day], position[code]] = [ages[low : high + 1].sum() for low, high in AGE_GROUPS.values()]
        editions[order[day]] = edition
    return _Series(list(dates), editions, groups, people, _areas(groups.codes))


def _areas(codes: Sequence[str]) -> Floats:
    """km² in the latest edition that has the municipality; nan where none has."""
    rows = MunicipalityBoundary.objects.order_by("edition__valid_from")
    latest = dict(rows.values_list("municipality__istat_code", "area_km2"))
    return np.array([latest.get(code, np.nan) for code in codes], dtype=np.float64)


def old_age_index(people: Floats) -> Floats:
    """People from 65 for 100 people below 15 (ISTAT); nan where nobody is below 15."""
    young, old = people[..., _COUNTS.index("people_0_14")], people[..., _COUNTS.index("people_65_plus")]
    return _ratio(100.0 * old, young)


def _change_pct(start: Floats, end: Floats) -> Floats:
    return _ratio(100.0 * (end - start), start)


def _ratio(above: Floats, below: Floats) -> Floats:
    """nan where there is nothing to divide by."""
    found: Floats = np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return found


def _columns(start: Floats, end: Floats) -> dict[str, Floats]:
    """What is told of each place, from its counts at both dates, shape (m, 4)."""
    columns = {"people_first": start[:, 0], "people_last": end[:, 0], "change": end[:, 0] - start[:, 0]}
    columns["change_pct"] = _change_pct(start[:, 0], end[:, 0])
    for k, group in enumerate(_COUNTS[1:], start=1):
        columns[f"{group}_first"], columns[f"{group}_last"] = start[:, k], end[:, k]
    return columns | {"old_age_first": old_age_index(start), "old_age_last": old_age_index(end)}


def _signs(series: _Series, start: Floats, end: Floats) -> dict[str, list[bool | None]]:
    """Each sign of weakness, None where it is not known."""
    whole = float(old_age_index(np.nansum(end, axis=0)[None])[0])
    density = end[:, 0] / series.area_km2
    index = old_age_index(end)
    nobody_young = (end[:, _COUNTS.index("people_0_14")] == 0) & (end[:, 0] > 0)
    # where nobody is below 15 the index has no value, and the place is old all the same
    return {
        "small": _known(end[:, 0] <= SMALL_PEOPLE, end[:, 0]),
        "sparse": _known(density <= SPARSE_PER_KM2, density),
        "falling": _known(end[:, 0] < start[:, 0], start[:, 0] + end[:, 0]),
        "old": _known((index > whole) | nobody_young, np.where(nobody_young, 0.0, index)),
    }


def _known(sign: Any, value: Floats) -> list[bool | None]:
    return [bool(one) if np.isfinite(of) else None for one, of in zip(sign, value, strict=True)]


def _by_municipality(series: _Series, first: date, last: date) -> Table:
    start, end = series.people[series.at(first)], series.people[series.at(last)]
    columns, signs = _columns(start, end), _signs(series, start, end)
    density = end[:, 0] / series.area_km2
    groups, rows = series.groups, []
    for k, code in enumerate(groups.codes):
        own = [signs[name][k] for name in SIGNS]
        count = None if None in own else sum(map(bool, own))
        rows.append(
            [
                *(code, groups.names[k], groups.zones[k] or None, groups.snai[k] or None),
                *(_shown(name, column[k]) for name, column in columns.items()),
                *(_shown("density", density[k]), *own, count),
            ]
        )
    head = ["istat_code", "municipality", "zone", "snai_class"]
    return Table("trends_by_municipality", [*head, *columns, "density_per_km2", *SIGNS, "signs"], rows)


def _summed(series: _Series, first: date, last: date, *, kind: str) -> Table:
    """The sums of the municipalities loaded at both dates, by zone or class, and of them all."""
    labels = series.groups.zones if kind == "zone" else series.groups.snai
    both = np.isfinite(series.people[[series.at(first), series.at(last)], :, 0].sum(axis=0))
    order = sorted(set(labels), key=lambda label: (len(label.split()[0]) if label else 99, label))
    kept = {label: [k for k, own in enumerate(labels) if own == label and both[k]] for label in order}
    sums = [
        np.array(
            [series.people[series.at(day)][at].sum(axis=0) for at in [*kept.values(), np.flatnonzero(both)]]
        )
        for day in (first, last)
    ]
    columns = _columns(*sums)
    heads = [[label or None, len(kept[label])] for label in order] + [["all", int(both.sum())]]
    rows = [
        [*head, *(_shown(name, column[k]) for name, column in columns.items())]
        for k, head in enumerate(heads)
    ]
    return Table(f"trends_by_{kind}", [kind, "municipalities", *columns], rows)


def _by_date(series: _Series) -> Table:
    """All that is loaded of each date: the sum of the municipalities."""
    rows = []
    for day, edition, people in zip(series.dates, series.editions, series.people, strict=True):
        known = people[np.isfinite(people[:, 0])]
        whole = known.sum(axis=0)
        index = old_age_index(whole[None])[0]
        rows.append([day.isoformat(), edition, len(known), *map(number, whole), _shown("old_age", index)])
    return Table("people_by_date", ["date", "edition", "municipalities", *_COUNTS, "old_age_index"], rows)


def _by_municipality_and_date(series: _Series) -> Table:
    rows = []
    for k, (code, name) in enumerate(zip(series.groups.codes, series.groups.names, strict=True)):
        for day, people in zip(series.dates, series.people[:, k], strict=True):
            if np.isfinite(people[0]):
                index = old_age_index(people[None])[0]
                rows.append([code, name, day.isoformat(), *map(number, people), _shown("old_age", index)])
    head = ["istat_code", "municipality", "date"]
    return Table("people_by_municipality_and_date", [*head, *_COUNTS, "old_age_index"], rows)


def _shown(name: str, value: float) -> float | None:
    """People whole, rates to a hundredth."""
    return (
        number(value)
        if name.startswith(("people", "change")) and not name.endswith("pct")
        else _rounded(value)
    )


def _rounded(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None


def weakest(table: Mapping[str, Any]) -> dict[int, int]:
    """How many municipalities show how many signs, the most first."""
    at = table["columns"].index("signs")
    found = [row[at] for row in table["rows"] if row[at] is not None]
    return {count: found.count(count) for count in range(len(SIGNS), -1, -1)}
