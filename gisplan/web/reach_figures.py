"""Who reaches what, axis by axis: the figures that the maps and the answers of the axes share."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from gisplan.analysis import station_reach
from gisplan.analysis.coverage import CoverageRequest, ServiceCoverage, coverage_of_services
from gisplan.analysis.models import Run
from gisplan.analysis.results import tables_of
from gisplan.web.kept import data_stamp, kept

SCHOOLS = (("infanzia", "3-5"), ("primaria", "6-10"), ("secondaria_i", "11-13"), ("secondaria_ii", "14-18"))
SCHOOL_MINUTES = 15
HEALTH = (("hospitals:public", 30), ("health_sites:casa_della_comunita", 15))
HEALTH_GROUPS = ("all", "65+")

#: Axis -> what is asked of the services that its people should reach.
ASKED: dict[str, tuple[CoverageRequest, ...]] = {
    "4": tuple(
        CoverageRequest(f"schools:{level}", minutes=SCHOOL_MINUTES, mode="car", group=ages, public=True)
        for level, ages in SCHOOLS
    ),
    "6": tuple(
        CoverageRequest(service, minutes=minutes, mode="car", group=group, public=True)
        for service, minutes in HEALTH
        for group in HEALTH_GROUPS
    ),
}


def coverages_of_axis(code: str) -> list[ServiceCoverage]:
    """The answers to what is asked, in its order; from memory while no row that they stand on has changed."""
    stamp = data_stamp().of("territory", "analysis", "layers")
    return kept(stamp, ("coverages", code), lambda: coverage_of_services(ASKED[code]))


def station_reach_run() -> Run | None:
    """The newest count of the people within the stations' kept catchments."""
    return Run.objects.filter(method=station_reach.METHOD).first()


def reach_rows(run: Run, grouping: str) -> list[list[Any]]:
    """Rows of its table by `municipality` or `zone`: who, people, within each of the minutes, beyond, its share."""
    name = f"{station_reach.METHOD}_by_{grouping}"
    rows: list[list[Any]] = next(one for one in tables_of(run.result) if one["name"] == name)["rows"]
    return rows


def coverage_address(one: CoverageRequest) -> str:
    """The coverage workbench with the same question."""
    query: dict[str, str | int] = {
        "servizio": one.service,
        "minuti": one.minutes,
        "modo": one.mode,
        "eta": one.group,
    }
    return f"{reverse('coverage')}?{urlencode(query)}"
