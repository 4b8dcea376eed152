"""The siting workbench's question, to and from the address; how long its answer may take decides who computes it."""

from collections.abc import Mapping
from typing import Any

from gisplan.analysis.coverage_ground import AGE_GROUPS, EVERYONE
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.siting_request import CELLS, LSCP, MODES, MUNICIPALITIES, PROBLEMS, SitingRequest
from gisplan.web.planning_words import PROBLEM_NAMES
from gisplan.web.refusals import chosen
from gisplan.web.service_words import age_name, service_groups

#: Field of the request -> field of the address, and what it is where the address does not say.
FIELDS = {
    "problem": ("problema", "mclp"),
    "service": ("servizio", ""),
    "candidates": ("candidati", MUNICIPALITIES),
    "number": ("siti", ""),
    "budget_eur": ("budget", ""),
    "cost_field": ("costo", ""),
    "minutes": ("minuti", "20"),
    "mode": ("modo", "car"),
    "group": ("eta", EVERYONE),
    "demand": ("domanda", MUNICIPALITIES),
    "time_limit_s": ("tempo", "60"),
    "existing": ("esistenti", "1"),
}
USUAL_NUMBER = "3"
MOST_EUR = 1e15


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """What the form shows: the address, else the usual."""
    asked = {word: query.get(word, "").strip() or usual for word, usual in FIELDS.values()}
    if not query.get("servizio"):
        asked["siti"] = USUAL_NUMBER
    return asked


def from_query(query: Mapping[str, str], *, public: bool) -> SitingRequest | None:
    """None where no service is asked for."""
    if not query.get("servizio"):
        return None
    asked = asked_of(query)
    chosen("domanda", asked["domanda"], (MUNICIPALITIES, CELLS))
    chosen("esistenti", asked["esistenti"], ("0", "1"))
    lscp = asked["problema"] == LSCP  # finds its number itself: that of the form is of the others
    return SitingRequest(
        problem=asked["problema"],
        service=asked["servizio"],
        candidates=asked["candidati"],
        number=None if lscp or not asked["siti"] else whole("number", asked["siti"]),
        budget_eur=None if lscp or not asked["budget"] else _amount(asked["budget"]),
        cost_field=asked["costo"],
        minutes=whole("minutes", asked["minuti"]),
        mode=asked["modo"],
        group=asked["eta"],
        demand=asked["domanda"],
        existing=asked["esistenti"] == "1",
        time_limit_s=whole("time_limit", asked["tempo"]),
        public=public,
    )


def query_of(request: SitingRequest) -> dict[str, str]:
    """The fields of an address that asks the same."""
    values: dict[str, Any] = {name: getattr(request, name) for name in FIELDS}
    values["existing"] = "1" if request.existing else "0"
    written = {FIELDS[name][0]: "" if value is None else _written(value) for name, value in values.items()}
    return {word: value for word, value in written.items() if value}


def choices(asked: Mapping[str, str], *, public: bool, layers: list[str]) -> dict[str, Any]:
    """What the form offers."""
    ages = [(ages, age_name(ages)) for ages in AGE_GROUPS]
    if asked["eta"] not in AGE_GROUPS:
        ages.append((asked["eta"], asked["eta"]))
    return {
        "problems": [(code, PROBLEM_NAMES[code]) for code in PROBLEMS],
        "services": service_groups(public=public),
        "ages": ages,
        "mode_codes": MODES,
        "layers": layers,
    }


def whole(field: str, written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 7):
        raise RequestRefused(
            f"{field} expects a whole number, found {written[:20]!r}: correct it.",
            field=field,
            found=written[:20],
            expected="1, 2, 3…",
        )
    return int(written)


def _amount(written: str) -> float:
    try:
        amount = float(written.replace(" ", "").replace(",", "."))
    except ValueError:
        amount = 0.0
    if not 0 < amount < MOST_EUR:
        raise RequestRefused(
            f"budget expects an amount in € above 0, found {written[:20]!r}: correct it.",
            field="amount",
            found=written[:20],
        )
    return amount


def _written(value: Any) -> str:
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, float) else str(value)
