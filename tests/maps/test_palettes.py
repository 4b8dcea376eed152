"""The palette's promises, computed from the definitions of WCAG 2.1, CIELAB and Machado et al. (2009)."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from gisplan.maps.palettes import (
    AXES,
    BANDS_MIN,
    BIVARIATE,
    BOUNDARY,
    COVERAGE,
    FOCUS,
    GROUND,
    LAND,
    LESS,
    MORE,
    NO_DATA,
    OUTSIDE,
    PLACES,
    RAMP,
    SNAI,
    Entry,
)
from gisplan.maps.style import mark_svg, swatch_svg

# Severity 1.0, applied to linear RGB.
SIGHTS = {
    "full": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
EVERY = [
    *AXES.values(),
    *SNAI.values(),
    *BANDS_MIN.values(),
    *PLACES.values(),
    *COVERAGE.values(),
    *BIVARIATE.values(),
    NO_DATA,
    BOUNDARY,
    OUTSIDE,
    FOCUS,
]


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(linear(colour) @ XYZ[1]) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, sight: str) -> np.ndarray:
    seen = np.clip(SIGHTS[sight] @ linear(colour), 0, 1)
    relative = XYZ @ seen / XYZ.sum(axis=1)
    root = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def distance(one: str, other: str, sight: str) -> float:
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def test_measures_agree_with_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lab("#ff0000", "full") == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
    assert distance("#ff0000", "#6a6a00", "protan") < distance("#ff0000", "#6a6a00", "full") / 4


@pytest.mark.parametrize("ground", [GROUND, LAND, "#ffffff"])
@pytest.mark.parametrize("entry", [*AXES.values(), *PLACES.values()], ids=lambda entry: entry.key)
def test_every_mark_stands_out_from_the_ground(entry: Entry, ground: str) -> None:
    assert contrast(entry.style.fill, ground) >= 3


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.key)
def test_text_on_every_fill_can_be_read(entry: Entry) -> None:
    assert contrast(entry.style.fill, entry.style.on_fill) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    ("table", "least"),
    [(AXES, 16), (SNAI, 14), (BANDS_MIN, 14), (COVERAGE, 40), (BIVARIATE, 16)],
    ids=["axes", "snai", "bands", "coverage", "bivariate"],
)
def test_every_pair_of_a_table_stays_apart_for_every_sight(
    table: dict[str, Entry], least: int, sight: str
) -> None:
    fills = [entry.style.fill for entry in table.values()]
    closest = min(combinations(fills, 2), key=lambda pair: distance(*pair, sight))
    assert distance(*closest, sight) >= least, closest


@pytest.mark.parametrize("sight", SIGHTS)
def test_ramp_darkens_step_by_step_for_every_sight(sight: str) -> None:
    lightness = [lab(colour, sight)[0] for colour in RAMP]
    assert all(light - dark >= 5 for light, dark in pairwise(lightness))


@pytest.mark.parametrize("sight", SIGHTS)
def test_differences_stay_apart_and_darken_away_from_equal_for_every_sight(sight: str) -> None:
    fills = [*reversed(LESS), LAND, *MORE]
    closest = min(combinations(fills, 2), key=lambda pair: distance(*pair, sight))
    assert distance(*closest, sight) >= 20, closest
    for side in (LESS, MORE):
        lightness = [lab(colour, sight)[0] for colour in (LAND, *side)]
        assert all(light - dark >= 10 for light, dark in pairwise(lightness))


def test_no_two_axes_share_a_shape_or_a_digit() -> None:
    symbols = [entry.style.symbol for entry in AXES.values()]
    assert list(AXES) == ["1", "2", "3", "4", "5", "6"]
    assert len({symbol.path for symbol in symbols if symbol}) == 6
    assert len({symbol.line for symbol in symbols if symbol}) == 6


def test_bands_differ_by_their_dash_too() -> None:
    assert len({entry.style.dash for entry in BANDS_MIN.values()}) == 3


def test_every_entry_has_both_languages() -> None:
    assert [entry.key for entry in EVERY if not (entry.label("it") and entry.label("en"))] == []
    assert AXES["6"].label("it") == "Salute"
    assert AXES["6"].label("en") == "Health"


def test_samples_are_hidden_from_readers_of_the_screen_and_need_no_inline_style() -> None:
    for entry in EVERY:
        for svg in (mark_svg(entry.style), swatch_svg(entry.style, "area"), swatch_svg(entry.style, "line")):
            assert 'aria-hidden="true"' in svg
            assert "style=" not in svg


def test_no_data_is_hatched_not_only_pale() -> None:
    assert swatch_svg(NO_DATA.style, "area").count("<path") == 1
    assert swatch_svg(BOUNDARY.style, "area").count("<path") == 0


def test_the_nine_pairs_are_every_step_of_need_with_every_step_of_the_plan_and_darken_with_both() -> None:
    assert list(BIVARIATE) == [f"{need}{plan}" for need in range(3) for plan in range(3)]
    for sight in SIGHTS:
        lightness = {key: lab(entry.style.fill, sight)[0] for key, entry in BIVARIATE.items()}
        for step in range(3):
            assert lightness[f"{step}0"] > lightness[f"{step}1"] > lightness[f"{step}2"]
            assert lightness[f"0{step}"] > lightness[f"1{step}"] > lightness[f"2{step}"]
