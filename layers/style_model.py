"""How a layer is drawn, kept in `Layer.style`, and written for QGIS (.qml) and for map servers (SLD 1.0).

`{"kind": "single", "color": "#3b6ea5"}`, `{"kind": "categorised", "column": "tipo", "classes": [{"value": "A",
"color": "#3b6ea5", "label": "…"}]}` or `{"kind": "graduated", "column": "n", "classes": [{"from": 0, "to": 10,
"color": "#3b6ea5"}]}`; each with `stroke` (a colour), `width_mm`, `size_mm` and `opacity` where wanted. A value on
the border of two classes belongs to the lower one.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.current import current_version
from layers.errors import StyleRefused
from layers.models import Layer, Version

SINGLE, CATEGORISED, GRADUATED = "single", "categorised", "graduated"
_DEFAULTS: dict[str, Any] = {
    "kind": SINGLE,
    "color": "#3b6ea5",
    "stroke": "#1f3a57",
    "width_mm": 0.3,
    "size_mm": 2.4,
    "opacity": 1.0,
}
_LIMITS = {"width_mm": (0.0, 20.0), "size_mm": (0.1, 50.0), "opacity": (0.0, 1.0)}
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_KEYS = {*_DEFAULTS, "column", "classes", "method", "unit"}  # the last two say how the classes were made


@dataclass(frozen=True)
class Drawn:
    """One symbol: for every feature, for one value, or for values from `low` (not in it) to `high` (in it)."""

    color: str
    label: str
    value: str | int | float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Style:
    """`family` is Point, LineString or Polygon."""

    name: str
    title: str
    family: str
    kind: str
    column: str | None
    drawn: tuple[Drawn, ...]
    stroke: str
    width_mm: float
    size_mm: float
    opacity: float


def style_of(layer: Layer) -> Style:
    return style_of_version(current_version(layer), layer)


def style_of_version(version: Version, layer: Layer | None = None) -> Style:
    """The style of the layer as it draws this version, staged or published."""
    layer = layer or version.layer
    columns = [column["name"] for column in version.columns]
    family = version.geometry_type.removeprefix("Multi")
    return _parsed(layer.style or {}, name=layer.name, title=layer.title, family=family, columns=columns)


def check_style(style: Mapping[str, Any], columns: list[str]) -> None:
    """Refuse what could not be drawn."""
    _parsed(style, name="", title="", family="Polygon", columns=columns)


def _parsed(style: Mapping[str, Any], *, name: str, title: str, family: str, columns: list[str]) -> Style:
    unknown = sorted(set(style) - _KEYS)
    if unknown:
        raise StyleRefused(
            f"Expected {', '.join(sorted(_KEYS))} in a style, found {', '.join(unknown)[:80]}: leave it out."
        )
    given = {**_DEFAULTS, **style}
    kind = given["kind"]
    if kind not in {SINGLE, CATEGORISED, GRADUATED}:
        raise StyleRefused(
            f"Expected a style of kind {SINGLE}, {CATEGORISED} or {GRADUATED}, found {str(kind)[:40]!r}: choose one."
        )
    column = None if kind == SINGLE else given.get("column")
    if kind != SINGLE and column not in columns:
        raise StyleRefused(
            f"Expected a column of the layer ({', '.join(columns) or 'none'}) in its style, found {column!r}:"
            " choose one."
        )
    return Style(
        name=name,
        title=_text(title or name),
        family=family,
        kind=kind,
        column=column,
        drawn=_drawn(kind, given),
        stroke=_color(given["stroke"]),
        **{field: _number(given[field], field, limits) for field, limits in _LIMITS.items()},
    )


def _drawn(kind: str, given: Mapping[str, Any]) -> tuple[Drawn, ...]:
    if kind == SINGLE:
        return (Drawn(_color(given["color"]), ""),)
    classes = given.get("classes")
    if not isinstance(classes, list) or not classes or not all(isinstance(each, dict) for each in classes):
        raise StyleRefused(
            f"Expected at least one class in a {kind} style, found none: add one with its colour."
        )
    if kind == CATEGORISED:
        values = [each.get("value") for each in classes]
        if len(set(map(str, values))) < len(values) or not all(
            isinstance(v, str | int | float) for v in values
        ):
            raise StyleRefused(
                "Expected a different value, text or number, in each class of a style: correct the classes."
            )
        return tuple(
            Drawn(_color(each.get("color")), _text(each.get("label") or value), value=_value(value))
            for each, value in zip(classes, values, strict=True)
        )
    return tuple(_range(each, position, classes) for position, each in enumerate(classes))


def _range(each: Mapping[str, Any], position: int, classes: list[dict[str, Any]]) -> Drawn:
    everything = (-math.inf, math.inf)
    low, high = (_number(each.get(name), name, everything) for name in ("from", "to"))
    before = _number(classes[position - 1].get("to"), "to", everything) if position else low
    if low > high or low < before:
        raise StyleRefused(
            f"Expected classes of a style that rise, found {low:g} to {high:g} after {before:g}: put them in order."
        )
    return Drawn(
        _color(each.get("color")), _text(each.get("label") or f"{low:g} – {high:g}"), low=low, high=high
    )


def _number(value: Any, field: str, limits: tuple[float, float]) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not limits[0] <= value <= limits[1]:
        between = "" if math.isinf(limits[0]) else f" from {limits[0]:g} to {limits[1]:g}"
        raise StyleRefused(
            f"Expected a number{between} as {field} of a style, found {str(value)[:40]!r}: correct it."
        )
    return float(value)


def _color(value: Any) -> str:
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        raise StyleRefused(
            f"Expected a colour such as #3b6ea5 in a style, found {str(value)[:40]!r}: correct it."
        )
    return value.lower()


def _text(value: Any) -> str:
    text = str(value)
    if not text.isprintable():
        raise StyleRefused(
            f"Expected texts without control characters in a style, found {text[:40]!r}: correct it."
        )
    return text


def _value(value: Any) -> Any:
    return _text(value) if isinstance(value, str) else value
