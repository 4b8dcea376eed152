"""The door to HiGHS: one mixed integer problem in, values with a proven bound out."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gisplan.accessibility.checks import Floats
from gisplan.accessibility.errors import BadParameter, SolverFailed


@dataclass(frozen=True)
class Progress:
    """How far a search is: seconds since its start, best value and proven bound (minimised, may be inf)."""

    seconds: float
    best: float
    bound: float


@dataclass(frozen=True)
class Effort:
    """When an exact search may stop.

    Attributes
    ----------
    time_limit_s : float
    gap : float
        Relative distance between value and proven bound that is good enough; 0 asks for the optimum.
    progress : function or None
        Called now and then from the solver.

    Raises
    ------
    BadParameter
        A limit that is not above 0, a gap below 0.
    """

    time_limit_s: float = 60.0
    gap: float = 0.0
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        if not self.time_limit_s > 0:
            raise BadParameter(f"Expected time_limit_s above 0, found {self.time_limit_s}; correct it.")
        if not 0 <= self.gap < math.inf:
            raise BadParameter(f"Expected a gap of 0 or more, found {self.gap}; correct it.")


@dataclass(frozen=True)
class Mip:
    """Minimise cost · v, 0 <= v <= 1, row_lower <= rows v <= row_upper; the first `n_binary` values are 0 or 1."""

    cost: Floats
    rows: csr_array
    row_lower: Floats
    row_upper: Floats
    n_binary: int


@dataclass(frozen=True)
class Solved:
    """Values, shape (n,), or None where none was found in time; the proven lower bound; whether none exists."""

    values: Floats | None
    bound: float
    infeasible: bool


def solve(
    mip: Mip, effort: Effort, *, start: Floats | None = None, time_limit_s: float | None = None
) -> Solved:
    """Values that minimise the cost (its unit), and a bound that no values go below.

    `start` is a feasible point or None; `time_limit_s` is what is left of the effort's.

    Raises
    ------
    SolverFailed
        HiGHS itself reports an error: no figure comes of it.
    """
    if not len(mip.cost):
        return Solved(np.zeros(0), 0.0, infeasible=bool((mip.row_lower > 0).any()))
    limit_s = time_limit_s or effort.time_limit_s
    found, objective = _run(mip, effort, start=start, time_limit_s=limit_s)
    if start is not None and not _agrees(mip, found, objective):
        # HiGHS 1.16 hands back the start beside the better objective where presolve alone solves the problem
        found, objective = _run(mip, effort, start=None, time_limit_s=limit_s)
    if not _agrees(mip, found, objective):
        raise SolverFailed(
            f"Expected values that cost {objective:g} as HiGHS says, found other values; report it with the input."
        )
    return found


def _agrees(mip: Mip, found: Solved, objective: float) -> bool:
    if found.values is None:
        return True
    return abs(float(mip.cost @ found.values) - objective) <= 1e-6 * max(1.0, abs(objective))


def _run(mip: Mip, effort: Effort, *, start: Floats | None, time_limit_s: float) -> tuple[Solved, float]:
    _swallow_greeting()
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_detect_symmetry", False)  # merged rows leave none worth the search
    highs.setOptionValue("mip_rel_gap", effort.gap)
    highs.setOptionValue("time_limit", time_limit_s)
    highs.passModel(_model(mip))
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    if effort.progress is not None:
        highs.cbMipLogging.subscribe(_reporter(effort.progress))
    if highs.run() == highspy.HighsStatus.kError:
        raise SolverFailed(
            "Expected HiGHS to run, found that it stopped with an error; report it with the input."
        )
    return _read(highs), float(highs.getInfo().objective_function_value)


@functools.cache
def _swallow_greeting() -> None:
    """HiGHS greets on standard output, once a process and before any option can be set: a command's output is ours."""
    try:
        kept = os.dup(1)
    except OSError:
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _model(mip: Mip) -> Any:
    model = highspy.HighsLp()
    n_rows, n_columns = mip.rows.shape
    model.num_col_, model.num_row_ = n_columns, n_rows
    model.col_cost_ = mip.cost
    model.col_lower_, model.col_upper_ = np.zeros(n_columns), np.ones(n_columns)
    model.row_lower_, model.row_upper_ = mip.row_lower, mip.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = mip.rows.indptr
    model.a_matrix_.index_ = mip.rows.indices
    model.a_matrix_.value_ = mip.rows.data
    binary, continuous = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [binary] * mip.n_binary + [continuous] * (n_columns - mip.n_binary)
    return model


def _reporter(progress: Callable[[Progress], None]) -> Callable[[Any], None]:
    def report(event: Any) -> None:
        found = event.data_out
        progress(Progress(found.running_time, found.mip_primal_bound, found.mip_dual_bound))

    return report


def _read(highs: Any) -> Solved:
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Solved(None, math.inf, infeasible=True)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values: NDArray[np.float64] | None = np.array(highs.getSolution().col_value) if found else None
    return Solved(values, float(info.mip_dual_bound), infeasible=False)
