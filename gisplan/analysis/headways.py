"""How often a hub is served: a table of the user's, for no timetable is in the registers."""

import csv
from dataclasses import dataclass
from pathlib import Path

from gisplan.accessibility.hub_quality import DEFAULT_TABLE
from gisplan.analysis.errors import AnalysisError


@dataclass(frozen=True)
class Headway:
    headway_min: float
    mode_group: str


def read_headways(path: Path) -> dict[str, Headway]:
    """By station code, from a CSV file (UTF-8; commas or semicolons) with station_code, headway_min, mode_group."""
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
    return {row["station_code"]: _headway(row, line, path.name) for line, row in enumerate(reader, start=2)}


def _headway(row: dict[str, str], line: int, name: str) -> Headway:
    try:
        minutes = float((row["headway_min"] or "").replace(",", "."))
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= 1440:
        raise AnalysisError(
            f"Expected a headway of more than 0 minutes in line {line} of {name}, found {row['headway_min']!r}: "
            "correct it."
        )
    groups = DEFAULT_TABLE.category_by_mode
    if row["mode_group"] not in groups:
        raise AnalysisError(
            f"Expected a mode group of {', '.join(groups)} in line {line} of {name}, found {row['mode_group']!r}: "
            "choose one."
        )
    return Headway(minutes, row["mode_group"])
