"""How the values of one column colour a layer: what its keeper asks becomes the classes of its style."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from gisplan.maps.classes import MAX_CLASSES, Classification, Method, fixed, natural_breaks, quantile
from gisplan.maps.errors import MapInputError
from gisplan.maps.palettes import KINDS, ramp_colours
from gisplan.maps.texts import Lang
from layers.models import Layer, Version
from layers.serving.classes import commonest_values, is_number, lost_column, numbers_of
from layers.style_model import CATEGORISED, GRADUATED, SINGLE, Drawn

How = Literal["single", "values", "quantile", "natural", "fixed"]
_OF_CLASSES = ("kind", "column", "classes", "method", "unit")


@dataclass(frozen=True)
class Asked:
    """What the form says: how, by which column, in how many classes or at which limits, in which unit."""

    how: How
    column: str = ""
    count: int = 5
    limits: str = ""
    unit: str = ""


def asked_of(layer: Layer) -> Asked:
    """What was asked when the style was made, as far as the style tells."""
    style = layer.style
    if style.get("kind", SINGLE) == SINGLE:
        return Asked("single")
    column, classes = str(style.get("column", "")), style.get("classes") or []
    if style["kind"] == CATEGORISED:
        return Asked("values", column)
    method = style.get("method", "fixed")
    inner = "; ".join(f"{one['to']:g}" for one in classes[:-1]) if method == "fixed" else ""
    return Asked(cast(How, method), column, len(classes), inner, str(style.get("unit", "")))


def with_classes(style: dict[str, Any], version: Version, asked: Asked) -> dict[str, Any]:
    """The style with the classes that were asked for, made of the values of this version.

    Raises
    ------
    ValidationError
        The column does not go with what was asked; the sentence is for the form.
    """
    plain = {name: value for name, value in style.items() if name not in _OF_CLASSES}
    if asked.how == "single":
        return plain
    if asked.column not in [column["name"] for column in version.columns]:
        raise ValidationError(_("Scegli la colonna che colora gli elementi."))
    if asked.how == "values":
        return plain | _by_value(version, asked.column)
    if not is_number(version, asked.column):
        raise ValidationError(
            _("La colonna %(column)s non contiene numeri: scegline un'altra, o colora per valore.")
            % {"column": asked.column}
        )
    return plain | _by_range(version, asked)


def _by_value(version: Version, column: str) -> dict[str, Any]:
    values = commonest_values(version, column, most=len(KINDS) + 1)
    if not values or len(values) > len(KINDS):
        raise ValidationError(
            _(
                "Per colorare per valore servono da 1 a %(most)s valori diversi: la colonna %(column)s non li ha."
            )
            % {"most": len(KINDS), "column": column}
        )
    classes = [
        {"value": value, "color": color, "label": str(value)}
        for value, color in zip(values, KINDS, strict=False)
    ]
    return {"kind": CATEGORISED, "column": column, "classes": classes}


def _by_range(version: Version, asked: Asked) -> dict[str, Any]:
    values = numbers_of(version, asked.column)
    if not values.size:
        raise ValidationError(_("La colonna %(column)s non ha valori noti.") % {"column": asked.column})
    try:
        if asked.how == "fixed":
            found = fixed(_limits(asked.limits))
        else:
            found = (quantile if asked.how == "quantile" else natural_breaks)(values, asked.count)
    except MapInputError as error:
        raise ValidationError(
            _("I limiti delle classi sono da 1 a %(most)s numeri crescenti, ad esempio 10; 100; 1000.")
            % {"most": MAX_CLASSES - 1}
        ) from error
    lowest, highest = float(values.min()), float(values.max())
    ends = [*(end for end in found.upper if math.isfinite(end))]
    if asked.how == "fixed":
        lowest, ends = min(lowest, ends[0]), [*ends, max(highest, ends[-1])]
    starts = [lowest, *ends[:-1]]
    labels = _labels(cast(Method, asked.how), lowest, ends, lang="it", unit=asked.unit)
    classes = [
        {"from": low, "to": high, "color": color, "label": label}
        for low, high, color, label in zip(starts, ends, ramp_colours(len(ends)), labels, strict=True)
    ]
    return {
        "kind": GRADUATED,
        "column": asked.column,
        "classes": classes,
        "method": asked.how,
        "unit": asked.unit,
    }


def _limits(text: str) -> list[float]:
    """Numbers between semicolons or spaces, with a decimal comma or point."""
    words = [word for word in re.split(r"[;\s]+", text.strip()) if word]
    try:
        return [float(word.replace(",", ".")) for word in words]
    except ValueError as error:
        raise MapInputError(f"Fixed classes need numbers, found {text!r}.") from error


def labels_of(layer: Layer, drawn: Sequence[Drawn], lang: Lang) -> list[str]:
    """What the legend says of each class: limits in the reader's own writing, where a method made them."""
    ends = [one.high for one in drawn if one.high is not None]
    if "method" not in layer.style or not drawn or drawn[0].low is None or len(ends) < len(drawn):
        return [one.label for one in drawn]
    return _labels(
        layer.style["method"], drawn[0].low, ends, lang=lang, unit=str(layer.style.get("unit", ""))
    )


def _labels(method: Method, lowest: float, ends: Sequence[float], *, lang: Lang, unit: str) -> list[str]:
    """With two digits more than the width of all classes has before its point."""
    span = max(ends[-1] - lowest, 1e-9)
    decimals = min(6, max(0, 2 - math.floor(math.log10(span))))
    whole = all(float(end).is_integer() for end in (lowest, *ends))
    upper = (*ends[:-1], math.inf) if method == "fixed" else tuple(ends)
    return Classification(method, lowest, upper).labels(lang, unit=unit, decimals=0 if whole else decimals)


def reclassified(layer: Layer) -> None:
    """The classes follow the values of the version that is current by now; one that cannot be made so stays.

    The settings name this function in `LAYERS_AFTER_PUBLICATION`, so that it follows every publication and roll-back.
    """
    asked, version = asked_of(layer), layer.current
    if version is None or asked.how == "single" or lost_column(version):
        return
    if asked.how == "values":
        style = _with_new_values(layer.style, version)
    elif "method" in layer.style:
        try:
            style = with_classes(layer.style, version, asked)
        except ValidationError:
            return
    else:
        return
    layer.style = style
    layer.save(update_fields=["style"])


def _with_new_values(style: dict[str, Any], version: Version) -> dict[str, Any]:
    """Values without a class get the colours that are free; classes that somebody named or coloured stay."""
    classes = list(style["classes"])
    known = {str(one["value"]) for one in classes}
    free = [color for color in KINDS if color not in {one["color"] for one in classes}]
    values = commonest_values(version, str(style["column"]), most=len(KINDS) + 1)
    new = [value for value in values if value not in known]
    if len(new) > len(free):
        return style
    more = [{"value": value, "color": color, "label": value} for value, color in zip(new, free, strict=False)]
    return style | {"classes": [*classes, *more]}


def lost_classes(version: Version | None) -> str:
    """One sentence where the version cannot be coloured as its layer asks; empty where it can."""
    column = "" if version is None else lost_column(version)
    if not column:
        return ""
    return _(
        "La versione pubblicata non ha la colonna %(column)s con i valori che colorano gli elementi: lo strato ha "
        "un colore solo finché non scegli un'altra colonna."
    ) % {"column": column}
