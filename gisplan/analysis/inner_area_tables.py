"""What is told of the inner areas: tables of a Run, the summary, and the CSV for others to read."""

import csv
import io
from collections import Counter
from typing import Any

from gisplan.accessibility.class_agreement import UNREACHED
from gisplan.accessibility.inner_areas import BY_MINUTES, THRESHOLDS_MIN
from gisplan.analysis.inner_areas import InnerAreas
from gisplan.analysis.results import Table, number
from gisplan.analysis.road_times import SCHEMATIC

#: Municipalities by class in the official map of all Italy (NUVAP, technical note of 14 February 2022).
PUBLISHED_TOTALS = {"2020": {"C": 3828, "D": 1928, "E": 1524, "F": 382}}
CSV_COLUMNS = (
    *("istat_code", "name", "official_class", "computed_class"),
    *("minutes_to_pole", "pole_istat_code", "method"),
)


def tables_of(found: InnerAreas) -> list[Table]:
    """The municipalities first, then the classes side by side, what does not match, and the poles."""
    return [_municipalities(found), _totals(found), _confusion(found), _poles(found), _unmatched(found)]


def _municipalities(found: InnerAreas) -> Table:
    columns = [
        *("istat_code", "municipality", "official_class", "computed_class", "quantile_class"),
        *("minutes_to_pole", "pole_istat_code", "reason", "method"),
    ]
    rows = [
        [
            *(row.istat_code, row.name, row.official, row.computed, row.quantile),
            number(row.minutes) if row.minutes is not None else None,
            *(row.pole, row.reason or None, found.ground.times.method),
        ]
        for row in found.rows
    ]
    return Table("inner_areas", columns, rows)


def _totals(found: InnerAreas) -> Table:
    own, theirs = _counts(found, "computed"), _counts(found, "official")
    by_quantile = _counts(found, "quantile")
    published = published_totals(found)
    rows = [
        [letter, own[letter], theirs[letter], by_quantile[letter], published.get(letter)]
        for letter in (*"AB", *BY_MINUTES, UNREACHED)
    ]
    columns = ["snai_class", "computed", "official", "by_quantiles", "published_italy"]
    return Table("class_totals", columns, rows)


def _counts(found: InnerAreas, kind: str) -> Counter[str]:
    return Counter(getattr(row, kind) or UNREACHED for row in found.rows)


def published_totals(found: InnerAreas) -> dict[str, int]:
    """Of all Italy; nothing for a territory."""
    request = found.request
    return PUBLISHED_TOTALS.get(request.snai_edition, {}) if request.is_italy else {}


def _confusion(found: InnerAreas) -> Table:
    columns = ["official_class", *(f"computed_{letter}" for letter in BY_MINUTES), "not_reached_class"]
    rows = [[letter, *counts.values()] for letter, counts in found.agreement.confusion.items()]
    return Table("confusion", columns, rows)


def _poles(found: InnerAreas) -> Table:
    names = dict(zip(found.ground.times.codes, found.ground.names, strict=True))
    inside = dict(zip(found.ground.times.codes, found.ground.inside, strict=True))
    poles = found.ground.poles
    rows = [
        [
            *(code, names[code], letter, inside[code]),
            "rule" if poles.by_rule.get(code) else "official_list",
        ]
        for code, letter in sorted(poles.classes.items())
    ]
    return Table("poles", ["istat_code", "municipality", "snai_class", "in_territory", "pole_from"], rows)


def _unmatched(found: InnerAreas) -> Table:
    rows = [list(one) for one in found.ground.unmatched]
    return Table("unmatched", ["istat_code", "municipality", "unmatched_reason"], rows)


def summary_of(found: InnerAreas) -> dict[str, Any]:
    """The figures of `--json`; what is not known is null."""
    agreement, times = found.agreement, found.ground.times
    return {
        "territory": found.request.territory,
        "snai_edition": found.request.snai_edition,
        "method": times.method,
        "thresholds_min": list(THRESHOLDS_MIN[found.request.snai_edition]),
        "n": agreement.n,
        "agreement": None if agreement.share is None else round(agreement.share, 4),
        "rank_correlation": _rounded(agreement.rank_correlation),
        "confusion": agreement.confusion,
        "municipalities": len(found.rows),
        "totals": dict(sorted(_counts(found, "computed").items())),
        "published_totals": published_totals(found) or None,
        "quantile_limits_min": [round(limit, 1) for limit in found.limits_min] if found.limits_min else None,
        "unreachable": found.unreachable,
        "unmatched": [
            {"istat_code": code, "name": name, "reason": reason}
            for code, name, reason in found.ground.unmatched
        ],
        "poles": found.ground.poles.sentence,
        **_poles_in_numbers(found),
        "terrain_known": times.parameters.get("terrain_known"),
        "seats_known": times.parameters.get("seats_known"),
    }


def _poles_in_numbers(found: InnerAreas) -> dict[str, int]:
    poles = found.ground.poles
    return {
        "poles_listed": sum(1 for code in poles.classes if code not in poles.by_rule),
        "poles_by_rule": len(poles.by_rule),
        "poles_not_decided": poles.not_decided,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def csv_of_areas(table: dict[str, Any]) -> str:
    """The municipalities of a kept result with the columns that are promised; not known is `n.d.`."""
    at = {name: k for k, name in enumerate(table["columns"])}
    own = ["istat_code", "municipality", *CSV_COLUMNS[2:]]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in table["rows"]:
        values = (row[at[name]] for name in own)
        writer.writerow([UNREACHED if value is None else value for value in values])
    return written.getvalue()


def summary_lines(summary: dict[str, Any]) -> list[str]:
    """The summary for the terminal; the method stands in the first line."""
    published = summary["published_totals"] or {}
    totals = "  ".join(
        f"{letter} {count:,}" + (f" (published {published[letter]:,})" if letter in published else "")
        for letter, count in summary["totals"].items()
    )
    share, rank = summary["agreement"], summary["rank_correlation"]
    lines = [
        f"run {summary['run']}: SNAI {summary['snai_edition']}, territory {summary['territory']}, "
        f"method {summary['method']}",
        f"classes of {summary['municipalities']:,} municipalities: {totals}",
        f"official classes of {summary['n']:,} municipalities that are no poles: agreement "
        f"{_shown(share)}, rank correlation of minutes and class {_shown(rank)}",
        *(
            f"  official {letter}: " + "  ".join(f"{own} {count:,}" for own, count in counts.items())
            for letter, counts in summary["confusion"].items()
        ),
        summary["poles"],
        f"seat known of {summary['seats_known']:,} municipalities",
    ]
    if summary["terrain_known"]:
        lines.append(f"terrain known of {summary['terrain_known']:,} municipalities")
    elif summary["method"] == SCHEMATIC:
        lines.append(
            "The network knows no terrain: load it with `gisplan load_register altitudes FILE` or "
            "`istat_classification FILE`."
        )
    lines.append(f"unreachable: {len(summary['unreachable'])}, unmatched: {len(summary['unmatched'])}")
    return lines


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
