"""The charts of an axis's answers: each stands beside the table that holds the same figures, in the axis's colour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gisplan.maps.charts import Bar, Part, Stack, bars, stacked, tint
from gisplan.maps.palettes import AXES
from gisplan.web.features import lang

_TINTS = (1.0, 0.5, 0.22)  # from the nearest on, as the bands of a map


@dataclass(frozen=True)
class Chart:
    """`svg` is trusted, and says in words all that it shows."""

    title: str
    svg: str


def bar_chart(
    title: str, rows: Iterable[tuple[str, float | None]], *, axis_code: str, unit: str = "", decimals: int = 0
) -> list[Chart]:
    """One bar a row; none at all where no figure is known or all are nought."""
    found = [Bar(label=label, value=value, fill=_colour(axis_code)) for label, value in rows]
    if not any(row.value for row in found):
        return []
    return [Chart(title, bars(found, title=title, unit=unit, lang=lang(), decimals=decimals))]


def share_chart(
    title: str,
    rows: Iterable[tuple[str, Sequence[float]]],
    *,
    axis_code: str,
    parts: Sequence[str],
    rest: Sequence[Part],
) -> list[Chart]:
    """One full bar a row, in the shares of `parts`, which have the axis's colour, and of `rest`."""
    coloured = [
        Part(label=label, fill=tint(_colour(axis_code), share))
        for label, share in zip(parts, _TINTS, strict=False)
    ]
    found = [Stack(label=label, values=values) for label, values in rows]
    if not any(sum(row.values) > 0 for row in found):
        return []
    return [Chart(title, stacked(found, [*coloured, *rest], title=title, lang=lang()))]


def _colour(axis_code: str) -> str:
    return AXES.get(axis_code, AXES["1"]).style.fill
