from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gisplan.accessibility.errors import AccessibilityError, BadParameter, BadValues
from gisplan.accessibility.inner_areas import (
    THRESHOLDS_MIN,
    PoleFacts,
    intermunicipal_poles,
    is_pole,
    quantile_classes,
    snai_classes,
)

INF = float("inf")
WHOLE = PoleFacts(liceo=True, technical=True, dea_level=1, station_class="Silver")


@pytest.mark.parametrize(
    ("edition", "minutes", "expected"),
    [
        ("2014", [0, 19.9, 20, 20.1, 40, 40.1, 75, 75.1], "CCCDDEEF"),
        ("2020", [0, 27.6, 27.7, 27.8, 40.9, 41, 66.9, 67], "CCCDDEEF"),
    ],
)
def test_minutes_at_a_threshold_belong_to_the_nearer_class(
    edition: str, minutes: list[float], expected: str
) -> None:
    assert "".join(str(one) for one in snai_classes(minutes, edition=edition)) == expected


def test_other_edge_rule_moves_only_what_lies_at_the_threshold() -> None:
    minutes = [20, 20.1, 40, 75, 75.1]
    assert snai_classes(minutes, edition="2014", edge="farther") == ("D", "D", "E", "F", "F")
    assert snai_classes(minutes, edition="2014") == ("C", "D", "D", "E", "F")


def test_unreachable_has_no_class_and_is_never_the_farthest() -> None:
    assert snai_classes([INF, 900], edition="2020") == (None, "F")


def test_poles_keep_their_class_whatever_their_minutes() -> None:
    assert snai_classes([0, 0, INF, 50], edition="2020", poles={0: "A", 2: "B"}) == ("A", "C", "B", "E")


def test_later_edition_has_other_classes_for_the_same_minutes() -> None:
    assert snai_classes([25, 70], edition="2014") == ("D", "E")
    assert snai_classes([25, 70], edition="2020") == ("C", "F")


def test_quantiles_are_of_the_reachable_that_are_not_poles() -> None:
    minutes = [0.0, *np.arange(1, 101), INF]
    classes, limits = quantile_classes(minutes, poles={0: "A"})
    assert limits == pytest.approx((50.5, 75.25, 95.05))
    assert Counter(classes) == {"C": 50, "D": 25, "E": 20, "F": 5, "A": 1, None: 1}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"station_class": "PLATINUM"}, True),
        ({"station_class": "bronze"}, False),
        ({"station_class": "none"}, False),
        ({"station_class": None}, None),
        ({"dea_level": 0}, False),
        ({"dea_level": 2}, True),
        ({"dea_level": None}, None),
        ({"liceo": False, "dea_level": None}, False),
        ({"technical": None}, None),
    ],
)
def test_pole_has_schools_hospital_and_station(change: dict[str, Any], expected: bool | None) -> None:
    assert is_pole(PoleFacts(**(WHOLE.__dict__ | change))) is expected


def test_neighbours_make_a_pole_together_only_in_one_piece() -> None:
    facts = [
        PoleFacts(liceo=True, technical=False, dea_level=0, station_class="gold"),
        PoleFacts(liceo=False, technical=True, dea_level=0, station_class="none"),
        PoleFacts(liceo=False, technical=False, dea_level=1, station_class="none"),
        PoleFacts(),
    ]
    groups = [(0, 1, 2), (0, 1), (0, 2, 3), (0, 1, 3), (2, 0, 1)]
    touching = [(0, 1), (1, 2), (1, 3)]
    found = intermunicipal_poles(facts, groups, neighbours=touching)
    assert found == (True, False, False, None, True)


def test_thresholds_rise_in_every_edition() -> None:
    for limits in THRESHOLDS_MIN.values():
        assert list(limits) == sorted(set(limits))


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: snai_classes([1], edition="1999"), BadParameter),
        (lambda: snai_classes([1], edition="2020", edge="middle"), BadParameter),  # type: ignore[arg-type]
        (lambda: snai_classes([1], edition="2020", poles={1: "A"}), BadParameter),
        (lambda: snai_classes([1], edition="2020", poles={0: "C"}), BadParameter),
        (lambda: snai_classes([float("nan")], edition="2020"), BadValues),
        (lambda: snai_classes([-1], edition="2020"), BadValues),
        (lambda: snai_classes([[1]], edition="2020"), BadValues),
        (lambda: quantile_classes([INF, 0], poles={1: "A"}), BadValues),
        (lambda: is_pole(PoleFacts(dea_level=-1)), BadValues),
        (lambda: intermunicipal_poles([WHOLE], [()], neighbours=[]), BadValues),
        (lambda: intermunicipal_poles([WHOLE], [(1,)], neighbours=[]), BadValues),
    ],
)
def test_what_cannot_be_classed_is_refused(call: Callable[[], Any], kind: type[AccessibilityError]) -> None:
    with pytest.raises(kind):
        call()
