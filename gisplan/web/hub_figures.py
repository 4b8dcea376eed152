"""What the workbench found of its two hubs, and where their figures differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gisplan.analysis.hubs import HubCatchment
from gisplan.web.column_names import COLUMNS
from gisplan.web.hub_question import HubQuestion

FIGURES = (
    *("people", "people_0_14", "people_15_64", "people_65_plus"),
    *("schools", "hospitals", "health_sites", "interventions"),
)


@dataclass(frozen=True)
class Answer:
    """What one of the two hubs was asked and what it got; `error` is the sentence of what cannot be answered."""

    question: HubQuestion | None = None
    found: HubCatchment | None = None
    error: str = ""


def compared(first: HubCatchment | None, second: HubCatchment | None) -> list[tuple[str, Any, list[Any]]]:
    """By figure: A, B and B − A of each band; no difference where one of them is not known."""
    if first is None or second is None:
        return [(name, COLUMNS[name], []) for name in FIGURES]
    pairs = list(zip(first.bands, second.bands, strict=True))
    return [
        (name, COLUMNS[name], [cell for a, b in pairs for cell in _pair(a.columns[name], b.columns[name])])
        for name in FIGURES
    ]


def _pair(a: float | None, b: float | None) -> Sequence[float | None]:
    return a, b, None if a is None or b is None else b - a
