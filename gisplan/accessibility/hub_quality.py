"""Quality class of public transport at a place, from a hub's mode, its headway and the metres to it.

The table is data: `DEFAULT_TABLE`, or one made with `quality_table` from what the user gives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gisplan.accessibility.checks import Floats
from gisplan.accessibility.errors import BadParameter, BadTable, BadValues

LETTERS = "ABCDEF"
NO_CLASS = 0


def _refuse_unless_rising(limits: Sequence[float], name: str) -> None:
    if not limits or not all(
        low < high for low, high in zip((0.0, *limits), (*limits, math.inf), strict=True)
    ):
        raise BadTable(f"Expected {name} that rise from above 0, found {tuple(limits)}; sort them.")


def _refuse_length(row: Sequence[int], length: int, name: str) -> None:
    if len(row) != length:
        raise BadTable(f"Expected {length} {name}, found {len(row)}; give one for each limit.")


@dataclass(frozen=True)
class QualityTable:
    """How mode and headway give a category, and category and distance a class; every limit is included.

    Attributes
    ----------
    headway_limits_min : tuple of float
        Rising; a longer headway than the last has no category.
    category_by_mode : mode group -> one category a headway limit
    distance_limits_m : tuple of float
        Rising; beyond the last there is no class.
    class_by_category : category -> one class a distance limit, 1 (A, best) to 6 (F), 0 for none
    source : str
    """

    headway_limits_min: tuple[float, ...]
    category_by_mode: Mapping[str, tuple[int, ...]]
    distance_limits_m: tuple[float, ...]
    class_by_category: Mapping[int, tuple[int, ...]]
    source: str

    def __post_init__(self) -> None:
        _refuse_unless_rising(self.headway_limits_min, "headway_limits_min")
        _refuse_unless_rising(self.distance_limits_m, "distance_limits_m")
        for mode, categories in self.category_by_mode.items():
            _refuse_length(categories, len(self.headway_limits_min), f"categories of {mode}")
            missing = set(categories) - set(self.class_by_category)
            if missing:
                raise BadTable(
                    f"Expected classes for category {min(missing)} of {mode}, found none; add its row."
                )
        for category, classes in self.class_by_category.items():
            _refuse_length(classes, len(self.distance_limits_m), f"classes of category {category}")
            if not set(classes) <= set(range(len(LETTERS) + 1)):
                raise BadTable(
                    f"Expected classes 0 to 6 in category {category}, found {classes}; correct them."
                )


DEFAULT_TABLE = QualityTable(
    headway_limits_min=(5, 10, 20, 40, 60, 120),
    category_by_mode={
        "rail": (1, 1, 2, 3, 4, 5),
        "tram": (1, 2, 3, 4, 5, 6),
        "bus": (2, 3, 4, 5, 6, 7),
    },
    distance_limits_m=(300, 500, 750, 1000),
    class_by_category={
        1: (1, 1, 2, 3),
        2: (1, 2, 3, 4),
        3: (2, 3, 4, 5),
        4: (3, 4, 5, 6),
        5: (4, 5, 6, 0),
        6: (5, 6, 0, 0),
        7: (6, 0, 0, 0),
    },
    source="ÖV-Güteklassen (ARE, Switzerland) in the variant of GOAT; trams include bus rapid transit",
)


def quality_table(table: Mapping[str, Any]) -> QualityTable:
    """A table from plain data (JSON, TOML): the names of `QualityTable`'s attributes, keys of categories as text.

    Raises
    ------
    BadTable
        A part is missing, unknown, of another length than its limits, or not a number.
    """
    expected = set(QualityTable.__dataclass_fields__)
    if set(table) != expected:
        raise BadTable(f"Expected the parts {sorted(expected)}, found {sorted(table)}; name exactly these.")
    try:
        return QualityTable(
            tuple(float(limit) for limit in table["headway_limits_min"]),
            {str(mode): tuple(map(int, row)) for mode, row in table["category_by_mode"].items()},
            tuple(float(limit) for limit in table["distance_limits_m"]),
            {int(category): tuple(map(int, row)) for category, row in table["class_by_category"].items()},
            str(table["source"]),
        )
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, BadTable):
            raise
        raise BadTable(f"Expected a table of numbers, found {error}; correct it.") from error


def hub_category(
    mode_group: str | None, headway_min: float | None, *, table: QualityTable = DEFAULT_TABLE
) -> int | None:
    """Category of a hub (no unit, 1 best): None where mode or headway is not known, 0 where too rare to have one.

    Raises
    ------
    BadParameter
        A mode group that the table lacks, a headway that is not above 0.
    """
    if mode_group is None or headway_min is None:
        return None
    if mode_group not in table.category_by_mode:
        raise BadParameter(
            f"Expected a mode group of {', '.join(table.category_by_mode)}, found {mode_group!r}; choose one."
        )
    if not headway_min > 0:
        raise BadParameter(f"Expected a headway above 0 min, found {headway_min}; leave it out if not known.")
    zone = int(np.searchsorted(table.headway_limits_min, headway_min, side="left"))
    return (*table.category_by_mode[mode_group], NO_CLASS)[zone]


def quality_classes(
    distance_m: ArrayLike, categories: Sequence[int | None], *, table: QualityTable = DEFAULT_TABLE
) -> NDArray[np.int8]:
    """Best quality class at each place (1 is A, 6 is F, 0 none), shape (n_places,), among hubs of known category.

    Parameters
    ----------
    distance_m : metres, shape (n_places, n_hubs)
        inf where out of reach.
    categories : length n_hubs
        As `hub_category` gives them; None and 0 give no class.
    table : QualityTable
        Ours by default.

    Raises
    ------
    BadValues
        Another shape, a nan, a negative distance, a category that the table lacks.
    """
    metres = _checked_distance(distance_m, len(categories))
    worst = len(LETTERS) + 1
    best = np.full(len(metres), worst, dtype=np.int8)
    for hub, category in enumerate(categories):
        if category is None or category == NO_CLASS:
            continue
        if category not in table.class_by_category:
            raise BadValues(f"Expected a category of the table, found {category} for hub {hub}; correct it.")
        row = np.array((*table.class_by_category[category], NO_CLASS), dtype=np.int8)
        row[row == NO_CLASS] = worst
        best = np.minimum(best, row[np.searchsorted(table.distance_limits_m, metres[:, hub], side="left")])
    return np.where(best == worst, NO_CLASS, best).astype(np.int8)


def class_letter(quality_class: int) -> str | None:
    """A to F for 1 to 6, None for no class."""
    return LETTERS[quality_class - 1] if quality_class else None


def _checked_distance(distance_m: ArrayLike, n_hubs: int) -> Floats:
    metres = np.asarray(distance_m, dtype=np.float64)
    if metres.ndim != 2 or metres.shape[1] != n_hubs:
        raise BadValues(
            f"Expected metres of shape (n_places, {n_hubs}), found {metres.shape}; give one a hub."
        )
    if not (metres >= 0).all():
        raise BadValues("Expected metres of 0 or more, inf out of reach, found a nan or less; correct them.")
    return metres
