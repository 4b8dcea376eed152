"""Coverage of a service: who of the territory reaches it, who does not, and of whom it is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gisplan.accessibility.coverage import STATUSES, status_of, sums_by_group
from gisplan.analysis.coverage_ground import (
    AGE_GROUPS,
    EVERYONE,
    GROUPINGS,
    Demand,
    ages_of,
    coverage_demand,
)
from gisplan.analysis.coverage_reach import CAR, MODES, Reach, reach_inputs, reach_of
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import Floats, digest
from gisplan.analysis.requests import MAX_MINUTES
from gisplan.analysis.results import number
from gisplan.analysis.services import LAYER, Services, services_named

METHOD = "coverage"
#: More points than these are walked from by the command only: a page would keep its visitors waiting.
PUBLIC_POINTS = 2_000


@dataclass(frozen=True)
class CoverageRequest:
    """`stated_complete`: the asker says that the layer holds every service; a register says it for itself."""

    service: str
    minutes: int = 15
    mode: str = "walk"
    group: str = EVERYONE
    stated_complete: bool = False
    public: bool = False

    def __post_init__(self) -> None:
        ages_of(self.group)
        if self.mode not in MODES:
            expected = ", ".join(MODES)
            raise RequestRefused(
                f"--mode expects one of {expected}, found {self.mode!r}: choose one.",
                field="mode",
                found=self.mode[:40],
                expected=expected,
            )
        if not 1 <= self.minutes <= MAX_MINUTES:
            raise RequestRefused(
                f"--minutes expects a whole number from 1 to {MAX_MINUTES}, found {self.minutes}: give another.",
                field="minutes",
                found=str(self.minutes),
                expected=f"1–{MAX_MINUTES}",
            )
        if self.stated_complete and not self.service.startswith(f"{LAYER}:"):
            raise RequestRefused(
                "--complete expects a service of your own, layer:NAME, for a register states itself where it is "
                f"complete, found {self.service!r}: leave it out, or correct the register's statement.",
                field="complete",
                found=self.service[:60],
                expected=f"{LAYER}:NAME",
            )


@dataclass(frozen=True)
class GroupCoverage:
    """People and municipalities of one group by status; the three of each add up to the whole."""

    label: str
    people: float
    covered: float
    not_covered: float
    not_known: float
    municipalities: int
    municipalities_covered: int
    municipalities_not_covered: int
    municipalities_not_known: int

    @property
    def share_covered(self) -> float | None:
        """Of the people; None where there are none."""
        return self.covered / self.people if self.people else None

    @property
    def share_not_covered(self) -> float | None:
        return self.not_covered / self.people if self.people else None

    @property
    def share_not_known(self) -> float | None:
        return self.not_known / self.people if self.people else None


@dataclass(frozen=True)
class MunicipalityCoverage:
    """One municipality; `minutes` to the nearest service by `method`, both None where there is none."""

    istat_code: str
    municipality: str
    snai_class: str
    zone: str
    altimetric_zone: str
    people: float
    covered: float
    not_covered: float
    not_known: float
    status: str
    nearest_service: str | None
    minutes: float | None
    method: str | None


@dataclass(frozen=True)
class ServiceCoverage:
    """The answer, and all that it stands on. `by` has the groupings and `age_group`; `left_out` are listed
    services that the mode cannot use.
    """

    request: CoverageRequest
    total: GroupCoverage
    municipalities: list[MunicipalityCoverage]
    by: dict[str, list[GroupCoverage]]
    services: Services
    used: int
    left_out: int
    parameters: dict[str, Any]
    editions: dict[str, str]
    input_digest: str

    @property
    def not_reached(self) -> list[MunicipalityCoverage]:
        """Not covered or not known, those with the most people left first."""
        rows = [row for row in self.municipalities if row.status != STATUSES[0]]
        return sorted(rows, key=lambda row: (-(row.not_covered + row.not_known), row.istat_code))


def coverage_of_service(request: CoverageRequest) -> ServiceCoverage:
    """Compute, keeping nothing."""
    return coverage_of_services([request])[0]


def coverage_of_services(requests: Sequence[CoverageRequest]) -> list[ServiceCoverage]:
    """Of each request; ground and people are read once for all, what a service reaches once for all its groups."""
    ground = current_ground()
    demand = coverage_demand(ground)
    reached: dict[CoverageRequest, _Reached] = {}
    found = []
    for request in requests:
        of_all = replace(request, group=EVERYONE)
        if of_all not in reached:
            reached[of_all] = _reached(of_all, demand, ground)
        found.append(_coverage(request, reached[of_all], demand, ground))
    return found


@dataclass(frozen=True)
class _Reached:
    """What a service reaches, whoever asks for it."""

    services: Services
    reach: Reach
    digest: str


def _reached(request: CoverageRequest, demand: Demand, ground: Ground) -> _Reached:
    services = services_named(request.service, ground, public=request.public)
    _refuse_many(request, services)
    complete = _complete(request, services, ground)
    reach = reach_of(services, demand, ground, request=(request.mode, request.minutes), complete=complete)
    return _Reached(services, reach, _digest(request, services, demand, ground, complete=complete))


def _coverage(request: CoverageRequest, found: _Reached, demand: Demand, ground: Ground) -> ServiceCoverage:
    services, reach, people = found.services, found.reach, demand.people(request.group)
    return ServiceCoverage(
        request,
        _groups(reach.shares, people, [EVERYONE] * len(people))[0],
        _municipalities(reach, demand, people),
        _by(reach.shares, demand, people),
        services,
        reach.used,
        len(services) + services.nowhere - reach.used,
        _parameters(request, services, reach),
        ground.editions,
        found.digest,
    )


def _refuse_many(request: CoverageRequest, services: Services) -> None:
    if request.public and request.mode != CAR and len(services) > PUBLIC_POINTS:
        raise RequestRefused(
            f"Expected at most {PUBLIC_POINTS} services on foot or by bike, found {len(services)}: "
            "choose the car, or run `gisplan coverage`.",
            field="points",
            found=str(len(services)),
            expected=str(PUBLIC_POINTS),
        )


def _complete(request: CoverageRequest, services: Services, ground: Ground) -> Any:
    """By municipality of the ground, the margin's too."""
    if request.stated_complete:
        return np.ones(len(ground.people.codes), dtype=bool)
    return services.complete_codes(ground.people.codes, ground.people.in_territory.tolist())


def _groups(shares: Floats, people: Floats, labels: list[str]) -> list[GroupCoverage]:
    sums = sums_by_group(shares, people, labels)
    found = []
    for label, counts, places in zip(sums.labels, sums.people.tolist(), sums.places.tolist(), strict=True):
        (covered, not_covered, not_known), (n_covered, n_not_covered, n_not_known) = counts, places
        found.append(
            GroupCoverage(
                label=label,
                people=round(sum(counts), 6),
                covered=covered,
                not_covered=not_covered,
                not_known=not_known,
                municipalities=sum(places),
                municipalities_covered=n_covered,
                municipalities_not_covered=n_not_covered,
                municipalities_not_known=n_not_known,
            )
        )
    return found


def _by(shares: Floats, demand: Demand, people: Floats) -> dict[str, list[GroupCoverage]]:
    found = {
        name: sorted(_groups(shares, people, demand.groups[name]), key=lambda one: _order(one.label))
        for name in GROUPINGS
    }
    found["age_group"] = [
        _groups(shares, demand.people(ages), [ages] * len(demand.codes))[0] for ages in AGE_GROUPS
    ]
    return found


def _order(label: str) -> tuple[bool, int, str]:
    """Zones by their number; what is not known last."""
    first = label.split(" ", 1)[0]
    return (not label, int(first) if first.isdigit() else 0, label)


def _municipalities(reach: Reach, demand: Demand, people: Floats) -> list[MunicipalityCoverage]:
    statuses = status_of(reach.shares)
    split = (reach.shares * people[:, None]).tolist()
    return [
        MunicipalityCoverage(
            istat_code=code,
            municipality=demand.names[k],
            snai_class=demand.groups["snai_class"][k],
            zone=demand.groups["zone"][k],
            altimetric_zone=demand.groups["altimetric_zone"][k],
            people=float(people[k]),
            covered=split[k][0],
            not_covered=split[k][1],
            not_known=split[k][2],
            status=STATUSES[statuses[k]],
            nearest_service=reach.nearest[k],
            minutes=number(reach.minutes[k]),
            method=reach.methods[k],
        )
        for k, code in enumerate(demand.codes)
    ]


def _parameters(request: CoverageRequest, services: Services, reach: Reach) -> dict[str, Any]:
    asked = {name: value for name, value in asdict(request).items() if name != "public"}
    listed = len(services) + services.nowhere
    return asked | {"services": listed, "services_left_out": listed - reach.used} | reach.parameters


def coverage_digest(request: CoverageRequest) -> str:
    """What the inputs come to now, without the answer."""
    ground = current_ground()
    services = services_named(request.service, ground, public=request.public)
    complete = _complete(request, services, ground)
    return _digest(request, services, coverage_demand(ground), ground, complete=complete)


def _digest(
    request: CoverageRequest, services: Services, demand: Demand, ground: Ground, *, complete: Any
) -> str:
    listed = (services.codes, services.municipalities, services.points_m, services.nowhere)
    people = (demand.codes, demand.by_age, sorted(demand.groups.items()))
    return digest([*listed, complete, *people, reach_inputs(request.mode), ground.digest])


def request_of(parameters: Mapping[str, Any]) -> CoverageRequest:
    """The request that a kept run answered."""
    names = ("service", "minutes", "mode", "group", "stated_complete")
    return CoverageRequest(**{name: parameters[name] for name in names})
