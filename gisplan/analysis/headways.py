"""How often a hub is served: rows of the users, each with its source, for no timetable is in the registers."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from gisplan.accessibility.hub_quality import DEFAULT_TABLE, hub_category
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.models import HubService
from gisplan.territory.models import Station

MAX_HEADWAY_MIN = 1440


@dataclass(frozen=True)
class Headway:
    headway_min: float
    mode_group: str
    source: str = ""

    @property
    def category(self) -> int | None:
        return hub_category(self.mode_group, self.headway_min)


def checked_headway(mode_group: str, headway_min: float, *, where: str, source: str = "") -> Headway:
    """A headway that the table of quality classes knows; `where` says in the refusal where it was found."""
    groups = DEFAULT_TABLE.category_by_mode
    if not 0 < headway_min <= MAX_HEADWAY_MIN:
        raise AnalysisError(
            f"Expected a headway of more than 0 and at most {MAX_HEADWAY_MIN} minutes {where}, "
            f"found {headway_min:g}: correct it."
        )
    if mode_group not in groups:
        raise AnalysisError(
            f"Expected a mode group of {', '.join(groups)} {where}, found {mode_group!r}: choose one."
        )
    return Headway(headway_min, mode_group, source.strip()[:300])


def best_headways(rows: Iterable[tuple[str, Headway]]) -> dict[str, Headway]:
    """By station code, the one of the best category; of those the shortest."""
    best: dict[str, Headway] = {}
    for code, one in rows:
        if code not in best or _order(one) < _order(best[code]):
            best[code] = one
    return best


def stored_headways() -> dict[str, Headway]:
    """The best of those that are kept, by station code; empty where none is."""
    rows = HubService.objects.select_related("station")
    return best_headways(
        (row.station.code, Headway(row.headway_min, row.mode_group, row.source)) for row in rows
    )


def _order(one: Headway) -> tuple[int, float]:
    return one.category or len(DEFAULT_TABLE.class_by_category) + 1, one.headway_min


def headways_of(station: Station) -> list[Headway]:
    rows = HubService.objects.filter(station=station)
    return [Headway(row.headway_min, row.mode_group, row.source) for row in rows]


def store_headways(rows: Sequence[tuple[str, Headway]], *, user: User | None = None) -> int:
    """Keep them all or none: each needs a source and a known station; the same group of a station is replaced."""
    stations = {row.code: row for row in Station.objects.filter(code__in=[code for code, _ in rows])}
    for code, one in rows:
        if code not in stations:
            raise AnalysisError(
                f"Expected the code of a station, found {code!r}: `gisplan stations` lists the codes."
            )
        if not one.source:
            raise AnalysisError(
                f"Expected a source for the headway of {code}, found none: add a column source, or give --source."
            )
    with transaction.atomic():
        for code, one in rows:
            HubService.objects.update_or_create(
                station=stations[code],
                mode_group=one.mode_group,
                defaults={"headway_min": one.headway_min, "source": one.source, "entered_by": user},
            )
    return len(rows)


def read_headways(path: Path, *, source: str = "") -> list[tuple[str, Headway]]:
    """Station code and headway, from a CSV file (UTF-8; commas or semicolons).

    It needs station_code, headway_min and mode_group; a column `source` says where a row comes from, and `source`
    stands in where it is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(
            f"Expected a CSV file in UTF-8 at {path}, found none that can be read: check it."
        ) from error
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if ";" in first else ",")
    missing = {"station_code", "headway_min", "mode_group"} - set(reader.fieldnames or ())
    if missing:
        raise AnalysisError(
            f"Expected the columns station_code, headway_min and mode_group in {path.name}, found no "
            f"{', '.join(sorted(missing))}: add it."
        )
    found: dict[tuple[str, str], Headway] = {}
    for line, row in enumerate(reader, start=2):
        where = f"in line {line} of {path.name}"
        one, code = _headway(row, where, source), row["station_code"] or ""
        if (code, one.mode_group) in found:
            raise AnalysisError(
                f"Expected one row for each station and mode group, found {code} {one.mode_group} again {where}: "
                "take one away."
            )
        found[code, one.mode_group] = one
    return [(code, one) for (code, _), one in found.items()]


def _headway(row: Mapping[str, str | None], where: str, source: str) -> Headway:
    written = row["headway_min"] or ""
    try:
        minutes = float(written.replace(",", "."))
    except ValueError as error:
        raise AnalysisError(
            f"Expected a headway in minutes {where}, found {written!r}: correct it."
        ) from error
    return checked_headway(row["mode_group"] or "", minutes, where=where, source=row.get("source") or source)
