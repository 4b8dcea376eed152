"""How the pull of a place falls with time: one small class a curve, all 0 where unreachable.

Each is called with minutes of any shape and gives weights (no unit) of that shape. The limit belongs to the
catchment: a place exactly `threshold_min` away counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from gisplan.accessibility.checks import Floats, OdMatrix
from gisplan.accessibility.errors import BadParameter

Decay = Callable[[Floats], Floats]

NEGLIGIBLE = 1e-100
"""A smaller weight counts as 0: supply divided by it would leave the range of double precision."""


@dataclass(frozen=True)
class StepDecay:
    """Weights (no unit) constant within zones of time: `weights[k]` up to `limits_min[k]` minutes, 0 beyond.

    Raises
    ------
    BadParameter
        Lengths that differ, limits that do not rise, a weight that is negative or not finite.

    Notes
    -----
    One zone of weight 1 is the catchment of Luo and Wang (2003); three zones of 10, 20 and 30 minutes with
    weights 1, 0.68 and 0.22 those of Luo and Qi (2009).
    """

    limits_min: tuple[float, ...]
    weights: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if len(self.limits_min) != len(self.weights) or not self.limits_min:
            raise BadParameter(
                f"Expected one weight for each limit, found {len(self.limits_min)} limits and "
                f"{len(self.weights)} weights; give as many."
            )
        edges = (0.0, *self.limits_min, math.inf)
        if not all(low < high for low, high in pairwise(edges)):
            raise BadParameter(
                f"Expected limits_min that rise from above 0, found {self.limits_min}; sort them."
            )
        if not all(0 <= weight < math.inf for weight in self.weights):
            raise BadParameter(f"Expected weights of 0 or more, found {self.weights}; correct them.")

    def __call__(self, minutes: Floats) -> Floats:
        zone = np.zeros(np.shape(minutes), dtype=np.uint8)
        for limit_min in self.limits_min:
            zone += minutes > limit_min
        return np.array((*self.weights, 0.0)).take(zone)


@dataclass(frozen=True)
class LinearDecay:
    """Weights (no unit) that fall from 1 at 0 minutes to 0 at `threshold_min`: w(t) = 1 - t / t0.

    Raises
    ------
    BadParameter
        A threshold that is not above 0 and finite.
    """

    threshold_min: float

    def __post_init__(self) -> None:
        _refuse_unless_positive(self.threshold_min, "threshold_min")

    def __call__(self, minutes: Floats) -> Floats:
        return np.maximum(0.0, 1.0 - minutes / self.threshold_min)


@dataclass(frozen=True)
class ExponentialDecay:
    """Weights (no unit) w(t) = exp(-b t) up to `threshold_min`, b = `beta_per_min` (Wilson 1971).

    Raises
    ------
    BadParameter
        A number that is not above 0; only the threshold may be inf.
    """

    beta_per_min: float
    threshold_min: float = math.inf

    def __post_init__(self) -> None:
        _refuse_unless_positive(self.beta_per_min, "beta_per_min")
        _refuse_threshold(self.threshold_min)

    def __call__(self, minutes: Floats) -> Floats:
        return _cut(np.exp(-self.beta_per_min * minutes), minutes, self.threshold_min)


@dataclass(frozen=True)
class GaussianDecay:
    """Weights (no unit) w(t) = exp(-t² / 2s²) up to `threshold_min`, s = `sigma_min` (Ingram 1971).

    Raises
    ------
    BadParameter
        A number that is not above 0; only the threshold may be inf.
    """

    sigma_min: float
    threshold_min: float = math.inf

    def __post_init__(self) -> None:
        _refuse_unless_positive(self.sigma_min, "sigma_min")
        _refuse_threshold(self.threshold_min)

    def __call__(self, minutes: Floats) -> Floats:
        scaled = minutes / self.sigma_min
        return _cut(np.exp(-0.5 * scaled * scaled), minutes, self.threshold_min)


@dataclass(frozen=True)
class PowerDecay:
    """Weights (no unit) w(t) = t^-a up to `threshold_min`, a = `exponent` (Hansen 1959).

    Raises
    ------
    BadParameter
        An exponent that is not above 0; on use, a time of 0 minutes, whose weight would be infinite.
    """

    exponent: float = 1.0
    threshold_min: float = math.inf

    def __post_init__(self) -> None:
        _refuse_unless_positive(self.exponent, "exponent")
        _refuse_threshold(self.threshold_min)

    def __call__(self, minutes: Floats) -> Floats:
        if (minutes == 0).any():
            raise BadParameter(
                "Expected minutes above 0 for a power of time, found 0; give a time within the place, "
                "such as 1 minute, or another curve."
            )
        return _cut(np.power(minutes, -float(self.exponent)), minutes, self.threshold_min)


def decay_weights(od_min: OdMatrix, decay: Decay) -> OdMatrix:
    """Weights (no unit), as `od_min` dense or CSR, shape (n_origins, n_destinations); 0 where unreachable.

    Raises
    ------
    BadParameter
        The curve gives a weight that is nan, negative or infinite.
    """
    if isinstance(od_min, csr_array):
        weights = _checked_weights(decay(od_min.data))
        return csr_array((weights, od_min.indices, od_min.indptr), shape=od_min.shape)
    return _checked_weights(decay(od_min))


def over_destinations(weights: OdMatrix, amounts: Floats) -> Floats:
    """Σ_j W_ij x_j in the unit of the amounts, shape (n_origins,).

    einsum and not `@`: one thread, so the same bits whatever the machine is doing, and no wait for a second core.
    """
    if isinstance(weights, csr_array):
        return np.asarray(weights @ amounts, dtype=np.float64)
    return np.asarray(np.einsum("ij,j->i", weights, amounts), dtype=np.float64)


def over_origins(weights: OdMatrix, amounts: Floats) -> Floats:
    """Σ_i W_ij x_i in the unit of the amounts, shape (n_destinations,); see `over_destinations`."""
    if isinstance(weights, csr_array):
        return np.asarray(weights.T @ amounts, dtype=np.float64)
    return np.asarray(np.einsum("ij,i->j", weights, amounts), dtype=np.float64)


def _checked_weights(weights: Floats) -> Floats:
    if weights.size and not (weights.min() >= 0 and weights.max() < math.inf):
        raise BadParameter(
            "Expected weights of 0 or more, found one below 0, nan or inf; choose another curve."
        )
    return weights


def _cut(weights: Floats, minutes: Floats, threshold_min: float) -> Floats:
    beyond = weights < NEGLIGIBLE
    if threshold_min < math.inf:
        beyond |= minutes > threshold_min
    weights[beyond] = 0.0
    return weights


def _refuse_unless_positive(value: float, name: str) -> None:
    if not 0 < value < math.inf:
        raise BadParameter(f"Expected {name} above 0 and finite, found {value}; correct it.")


def _refuse_threshold(threshold_min: float) -> None:
    if not threshold_min > 0:
        raise BadParameter(f"Expected threshold_min above 0, found {threshold_min}; correct it.")
