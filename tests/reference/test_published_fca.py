"""Worked examples of others: PySAL `access` publishes these three places, W = 1 / cost, nothing from 61 on."""

import numpy as np
import pytest

from gisplan.accessibility import PowerDecay, enhanced_two_step_fca

PEOPLE, SUPPLY = [100.0, 50, 10], [15.0, 20, 100]


def costs(into: float, out: float, across: float) -> list[list[float]]:
    """Two suburbs and a centre: into it, out of it, across from suburb to suburb; 1 within a place."""
    return [[1, across, into], [across, 1, into], [out, out, 1]]


@pytest.mark.parametrize(
    ("matrix", "published"),
    [
        (costs(40, 40, 80), [0.331444, 0.579828, 7.286418]),
        (costs(20, 40, 80), [0.435340, 0.683724, 5.727977]),
    ],
)
def test_worked_example_of_pysal_access(matrix: list[list[float]], published: list[float]) -> None:
    found = enhanced_two_step_fca(
        matrix, people=PEOPLE, supply=SUPPLY, decay=PowerDecay(1.0, threshold_min=60)
    )
    np.testing.assert_allclose(found.access, published, atol=5e-7)
    assert found.access @ PEOPLE == pytest.approx(135)
