"""The steps of need and plan, and where a thing made of others acts: without a database."""

import numpy as np
import pytest

from gisplan.analysis.plan_need import steps_of_need, steps_of_plan
from gisplan.plan.where import Nowhere, Where, together


def test_steps_count_what_is_known_only() -> None:
    steps, limits = steps_of_need(np.array([1.0, 2.0, 3.0, np.nan]), reverse=False)
    assert steps == [0, 1, 2, None]
    assert limits == (pytest.approx(5 / 3), pytest.approx(7 / 3))
    assert steps_of_need(np.array([1.0, 2.0, 3.0]), reverse=True)[0] == [2, 1, 0]
    assert steps_of_plan(np.array([0.0, np.nan, 1.0, 2.0, 3.0])) == ([0, 0, 1, 1, 2], 2.0)
    assert steps_of_plan(np.zeros(2)) == ([0, 0], None)


def test_what_is_not_known_of_a_part_is_not_known_of_the_whole() -> None:
    here, there = Where(frozenset(["1"])), Where(frozenset(["2"]))
    assert together([here, there]) == Where(frozenset(["1", "2"]))
    assert together([here, Where(reason=Nowhere.TO_BE_SITED), Where(reason=Nowhere.UNKNOWN)]) == Where(
        frozenset(["1"]), Nowhere.UNKNOWN
    )
    assert together([]).reason == Nowhere.UNKNOWN
