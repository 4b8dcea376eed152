from itertools import combinations, pairwise

import numpy as np
import pytest

from gisplan.maps.choropleth import CLASS_FIELD, classified, ramp_classes
from gisplan.maps.classes import Classification, fixed, natural_breaks, quantile
from gisplan.maps.errors import MapInputError, MapsError
from gisplan.maps.palettes import RAMP

from .samples import collection, feature


def deviation(groups: list[np.ndarray]) -> float:
    return float(sum(((group - group.mean()) ** 2).sum() for group in groups))


def least_deviation(values: list[float], count: int) -> float:
    """Sum of squares of the best classes, found by trying every place to cut."""
    cuts = combinations(range(1, len(values)), count - 1)
    return min(deviation(np.split(np.sort(values), cut)) for cut in cuts)


def groups_of(classes: Classification, values: list[float]) -> list[np.ndarray]:
    keys = np.array([classes.class_of(value) for value in values])
    return [np.array(values)[keys == key] for key in np.unique(keys)]


def test_quartiles_of_one_to_eight_hold_two_each() -> None:
    classes = quantile([8, 7, 6, 5, 4, 3, 2, 1], 4)
    assert classes.upper == (2.75, 4.5, 6.25, 8)
    assert [classes.class_of(value) for value in range(1, 9)] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_ties_make_fewer_quantile_classes() -> None:
    classes = quantile([0, 0, 0, 0, 0, 0, 1, 9], 4)
    assert classes.upper == (0, 0.25, 9)
    assert [classes.class_of(value) for value in (0, 1, 9)] == [0, 2, 2]


def test_natural_breaks_find_the_three_clusters() -> None:
    classes = natural_breaks([1, 2, 3, 10, 11, 12, 50, 51], 3)
    assert classes.upper == (3, 12, 51)
    assert classes.lowest == 1


def test_natural_breaks_of_a_worked_example() -> None:
    # 4 5 9 10 in two classes: {4, 5} {9, 10} leaves 0.5 + 0.5; every other cut leaves 14 or more.
    classes = natural_breaks([10, 4, 9, 5], 2)
    assert classes.upper == (5, 10)
    assert deviation(groups_of(classes, [10, 4, 9, 5])) == pytest.approx(1)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_natural_breaks_are_as_good_as_every_cut_tried(seed: int, count: int) -> None:
    values = np.random.default_rng(seed).lognormal(3, 1, 13).round(1).tolist()
    classes = natural_breaks(values, count)
    assert len(classes.upper) == count
    assert deviation(groups_of(classes, values)) == pytest.approx(least_deviation(values, count))


def test_natural_breaks_weigh_repeated_values() -> None:
    # Nine times 0 pull the cut away from the lone 4: {0 x 9} {4, 6}, not {0 x 9, 4} {6}.
    assert natural_breaks([0] * 9 + [4, 6], 2).upper == (0, 6)


def test_natural_breaks_are_not_fooled_by_a_large_offset() -> None:
    assert natural_breaks([1e9 + value for value in (1, 2, 3, 10, 11, 12)], 2).upper == (1e9 + 3, 1e9 + 12)


def test_fewer_values_than_classes_give_one_class_a_value() -> None:
    assert natural_breaks([5, 5, 7, None], 4).upper == (5, 7)


@pytest.mark.parametrize("method", [quantile, natural_breaks])
def test_missing_values_have_no_class_and_no_weight(method: type[quantile]) -> None:
    known = [1.0, 2.0, 3.0, 4.0]
    with_gaps = method([None, 1.0, float("nan"), 2.0, 3.0, None, 4.0], 2)
    assert with_gaps == method(known, 2)
    assert with_gaps.class_of(None) is None
    assert with_gaps.class_of(float("nan")) is None
    assert with_gaps.class_of(0.0 + 1) == 0


def test_zero_is_a_value_not_a_gap() -> None:
    assert quantile([0, 0, 5], 1).class_of(0) == 0


@pytest.mark.parametrize("method", [quantile, natural_breaks])
def test_nothing_known_gives_no_class(method: type[quantile]) -> None:
    classes = method([None, None], 3)
    assert classes.upper == ()
    assert classes.labels() == []
    assert classes.class_of(None) is None


def test_fixed_limits_belong_to_the_lower_class_and_ends_are_open() -> None:
    classes = fixed([10, 20])
    assert [classes.class_of(value) for value in (-5, 10, 10.01, 20, 1e9)] == [0, 0, 1, 1, 2]
    assert classes.labels("it", unit="min") == ["≤ 10 min", "10 – 20 min", "> 20 min"]


def test_labels_are_written_as_italians_and_english_write_numbers() -> None:
    classes = quantile([1000, 2000.5, 3000], 2)
    assert classes.labels("it", unit="€", decimals=1) == ["1.000,0 – 2.000,5 €", "2.000,5 – 3.000,0 €"]
    assert classes.labels("en", decimals=1) == ["1,000.0 – 2,000.5", "2,000.5 – 3,000.0"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quantile([1, 2], 0), "The number of classes must be from 1 to 7, found 0."),
        (lambda: natural_breaks([1, 2], 8), "The number of classes must be from 1 to 7, found 8."),
        (lambda: quantile([1, float("inf")], 2), "must be finite, found an infinite one"),
        (lambda: fixed([]), "need 1 to 6 finite, rising limits, found []"),
        (lambda: fixed([2, 1]), "need 1 to 6 finite, rising limits, found [2, 1]"),
        (lambda: quantile([1, 2], 2).class_of(3), "The classes cover 1.0 to 2.0, found 3"),
        (lambda: quantile([1, 2], 2).class_of(0), "The classes cover 1.0 to 2.0, found 0"),
        (lambda: quantile([None], 2).class_of(3), "The classes cover no value at all, found 3"),
    ],
)
def test_what_cannot_be_classified_is_refused_in_one_sentence(call: object, message: str) -> None:
    with pytest.raises(MapInputError) as refusal:
        call()  # type: ignore[operator]
    assert message in str(refusal.value)
    assert isinstance(refusal.value, MapsError)
    assert isinstance(refusal.value, ValueError)


def test_classified_features_carry_their_class_and_the_input_stays_as_it_was() -> None:
    data = collection(
        feature("a", "A", None, rate=1), feature("b", "B", None, rate=None), feature("c", "C", None)
    )
    result = classified(data, "rate", fixed([5]))
    assert [item["properties"][CLASS_FIELD] for item in result["features"]] == [0, None, None]
    assert CLASS_FIELD not in data["features"][0]["properties"]


@pytest.mark.parametrize("count", range(1, 8))
def test_ramp_classes_take_rising_steps_of_the_ramp(count: int) -> None:
    classes = ramp_classes(quantile(range(70), count), unit="%")
    steps = [RAMP.index(item.style.fill) for item in classes]
    assert len(classes) == count
    assert all(low < high for low, high in pairwise(steps))
    assert [item.value for item in classes] == list(range(count))
    assert classes[0].label.endswith(" %")


def test_natural_breaks_of_very_many_values_end_at_their_clusters() -> None:
    rng = np.random.default_rng(3)
    clusters = [rng.uniform(low, low + 10, 20_000) for low in (0, 100, 1000)]
    classes = natural_breaks(np.concatenate(clusters), 3)
    assert classes.upper == tuple(max(cluster) for cluster in clusters)


def test_a_class_of_one_value_says_it_once() -> None:
    assert quantile([55.0], 5).labels(unit="€") == ["55 €"]


def test_the_euro_of_a_class_stands_where_the_language_puts_it() -> None:
    classes = fixed([1_000.0, 2_500.0])
    assert classes.labels("it", unit="€") == ["≤ 1.000 €", "1.000 – 2.500 €", "> 2.500 €"]
    assert classes.labels("en", unit="€") == ["≤ €1,000", "€1,000 – 2,500", "> €2,500"]
    assert classes.labels("en", unit="min") == ["≤ 1,000 min", "1,000 – 2,500 min", "> 2,500 min"]
