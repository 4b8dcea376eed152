"""An answer to a question of an axis: figures, a table, and how it was computed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from gisplan.territory.models import Source
from gisplan.web.axis_charts import Chart


@dataclass(frozen=True)
class AnswerTable:
    """Cells are as templates/web/parts/answer.html reads them."""

    title: str
    names: list[str]
    rows: list[list[dict[str, Any]]]
    charts: list[Chart] = field(default_factory=list)

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Name of each column, and whether it holds numbers."""
        return [
            (name, any("number" in row[place] for row in self.rows)) for place, name in enumerate(self.names)
        ]


@dataclass(frozen=True)
class Answer:
    """`how` says from what and by which rule; without figures and table, `missing` says what to do."""

    key: str
    question: str
    how: str
    figures: list[tuple[str, str]] = field(default_factory=list)
    tables: list[AnswerTable] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    missing: str = ""
    more: str = ""  # address of the page that answers in full
    more_words: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)  # the same question on other pages


def text(value: object) -> dict[str, Any]:
    return {"text": str(value)}


def number(value: float | None, decimals: int = 0) -> dict[str, Any]:
    return {"unknown": True} if value is None else {"number": value, "decimals": decimals}


def share(value: float | None) -> dict[str, Any]:
    return number(None if value is None else 100 * value, 1)


def table(
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[dict[str, Any]]],
    *,
    charts: Sequence[Chart] = (),
) -> AnswerTable:
    return AnswerTable(title, list(names), [list(row) for row in rows], list(charts))


def zone_name(zone: object | None) -> dict[str, Any]:
    return text(zone) if zone is not None else text(_("Non attribuito a una sola zona"))
