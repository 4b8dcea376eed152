"""What coverage stands on beside the services: people by single age, and the groups of the municipalities."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import Floats, Integers
from gisplan.territory.models import AGES
from gisplan.territory.profile import municipalities_in_territory

EVERYONE = "all"
#: The ages of the services: nursery, kindergarten, the three schools, and the old.
AGE_GROUPS = (EVERYONE, "0-2", "3-5", "6-10", "11-13", "14-18", "65+")
GROUPINGS = ("snai_class", "zone", "altimetric_zone")
LAST_AGE = AGES - 1


@dataclass(frozen=True)
class Demand:
    """The municipalities of the territory: position in the ground, names, groups ("" not known), people by age."""

    position: Integers
    codes: list[str]
    names: list[str]
    groups: dict[str, list[str]]
    by_age: Floats

    @cached_property
    def everyone(self) -> Floats:
        return self.people(EVERYONE)

    def people(self, ages: str) -> Floats:
        """Residents of an age group of each municipality."""
        first, last = ages_of(ages)
        total: Floats = self.by_age[:, first : last + 1].sum(axis=1)
        return total


def ages_of(written: str) -> tuple[int, int]:
    """First and last age of `all`, `6-10` or `65+`."""
    if written == EVERYONE:
        return 0, LAST_AGE
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|\+)", written)
    if found:
        first, last = int(found[1]), int(found[2] or LAST_AGE)
        if first <= last <= LAST_AGE:
            return first, last
    expected = f"{', '.join(AGE_GROUPS)} or other ages from 0 to {LAST_AGE}"
    raise RequestRefused(
        f"--group expects one of {expected}, found {written!r}: choose one.",
        field="group",
        found=written[:40],
        expected=", ".join(AGE_GROUPS[1:]),
    )


def coverage_demand(ground: Ground) -> Demand:
    """Every municipality of the territory that has people in the ground's edition."""
    rows: list[Any] = list(municipalities_in_territory().order_by("istat_code"))
    place = {code: k for k, code in enumerate(ground.people.codes)}
    missing = [row.name for row in rows if row.istat_code not in place]
    if missing:
        raise AnalysisError(
            f"Expected people for {len(rows)} municipalities, found none for {', '.join(missing[:3])}: "
            "run `gisplan load_territory` again."
        )
    codes = [row.istat_code for row in rows]
    position = np.array([place[code] for code in codes], dtype=np.int64)
    return Demand(
        position,
        codes,
        [row.name for row in rows],
        {
            "snai_class": [row.snai_letter or "" for row in rows],
            "zone": [f"{row.zone_number} {row.zone_name}" if row.zone_number else "" for row in rows],
            "altimetric_zone": [str(row.altimetric_zone or "") for row in rows],
        },
        ground.people.by_age[position],
    )
