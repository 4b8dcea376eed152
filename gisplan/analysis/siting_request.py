"""What may be asked of siting, and what is refused before any work is done."""

from dataclasses import dataclass
from typing import Any, NoReturn

from gisplan.analysis.coverage_ground import EVERYONE, ages_of
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.requests import MAX_MINUTES

MCLP, LSCP, MEDIAN, CENTER = "mclp", "lscp", "p-median", "p-center"
PROBLEMS = (MCLP, LSCP, MEDIAN, CENTER)
#: What the objective of each problem counts.
UNITS = {MCLP: "people", LSCP: "sites", MEDIAN: "person-minutes", CENTER: "min"}
MODES = ("car", "walk", "bike")
MUNICIPALITIES, CELLS = "municipalities", "cells"
MAX_SITES = 1_000
MAX_TIME_S = 3_600


@dataclass(frozen=True, kw_only=True)
class SitingRequest:
    """A problem, the service, where new sites may stand, how many or for how much, and for whom.

    `candidates` is `municipalities` or the name of a published layer. `existing` keeps the sites of today open.
    `public`: asked by a visitor, who may use public layers only; it changes no answer.
    """

    problem: str
    service: str
    candidates: str = MUNICIPALITIES
    number: int | None = None
    budget_eur: float | None = None
    cost_field: str = ""
    minutes: int = 20
    mode: str = "car"
    group: str = EVERYONE
    demand: str = MUNICIPALITIES
    existing: bool = True
    time_limit_s: int = 60
    public: bool = False

    def __post_init__(self) -> None:
        _one_of("problem", self.problem, PROBLEMS)
        _one_of("mode", self.mode, MODES)
        _one_of("demand", self.demand, (MUNICIPALITIES, CELLS))
        _whole("minutes", self.minutes, MAX_MINUTES)
        _whole("time_limit", self.time_limit_s, MAX_TIME_S)
        ages_of(self.group)
        if self.mode == "car" and self.demand == CELLS:
            _refuse(
                "demand",
                CELLS,
                MUNICIPALITIES,
                "car minutes are known between municipalities; walk or bike them",
            )
        self._check_allowance()

    def _check_allowance(self) -> None:
        costs = bool(self.cost_field)
        if costs and self.candidates == MUNICIPALITIES:
            _refuse("cost_field", self.cost_field, "candidates of a layer", "municipalities have no cost")
        if self.problem == LSCP:
            if self.number is not None or self.budget_eur is not None:
                _refuse("allowance", "a number or a budget", "none", "lscp finds how many sites it takes")
            return
        if (self.number is None) == (self.budget_eur is None):
            found = "neither" if self.number is None else "both"
            _refuse("allowance", found, "a number of sites or a budget", "give --p or --budget")
        if self.number is not None:
            _whole("number", self.number, MAX_SITES)
        if self.budget_eur is not None and not (costs and 0 < self.budget_eur < 1e12):
            found = f"{self.budget_eur:g} €" + ("" if costs else " without --cost-field")
            _refuse("budget", found, "a budget above 0 and the column of the costs", "give both")

    @property
    def parameters(self) -> dict[str, Any]:
        """As a Run keeps them; what was not asked is left out."""
        asked: dict[str, Any] = {
            "problem": self.problem,
            "service": self.service,
            "candidates": self.candidates,
            "number": self.number,
            "budget_eur": self.budget_eur,
            "cost_field": self.cost_field or None,
            "minutes": self.minutes,
            "mode": self.mode,
            "group": self.group,
            "demand": self.demand,
            "existing": self.existing,
            "time_limit_s": self.time_limit_s,
        }
        return {name: value for name, value in asked.items() if value is not None}


def request_of(parameters: dict[str, Any]) -> SitingRequest:
    """The request that a Run or a job keeps."""
    names = SitingRequest.__dataclass_fields__
    return SitingRequest(**{name: value for name, value in parameters.items() if name in names})


def _one_of(field: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        _refuse(field, found[:40], ", ".join(known), "choose one")


def _whole(field: str, found: int, most: int) -> None:
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
        _refuse(field, str(found)[:40], f"1–{most}", "give a whole number of that range")


_OPTIONS = {
    "allowance": "siting",
    "number": "--p",
    "budget": "--budget",
    "time_limit": "--time-limit",
    "cost_field": "--cost-field",
}


def _refuse(field: str, found: str, expected: str, then: str) -> NoReturn:
    option = _OPTIONS.get(field, f"--{field}")
    raise RequestRefused(
        f"{option} expects {expected}, found {found}: {then}.", field=field, found=found, expected=expected
    )
