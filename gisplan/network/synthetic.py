"""A seeded city for tests and benches: blocks, rivers with few bridges, one-way streets, dead ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter
from gisplan.network.raw import RawStreets


@dataclass(frozen=True)
class CityPlan:
    """What the generated city looks like; the same plan and seed give the same streets on every machine.

    Attributes
    ----------
    columns, rows : int
        Crossings from west to east and from south to north.
    block_m, jitter_m : float
    river_every, river_m : int, float
        A river runs north after every so many columns, of that width.
    bridge_every : int
        Of the streets that meet a river, one in so many crosses it.
    main_every : int
        One street in so many is a main street, two-way throughout.
    one_way_share, gap_share, dead_end_share : float
        Of the other streets, of the blocks' sides, and of the crossings.
    """

    columns: int = 60
    rows: int = 60
    block_m: float = 90.0
    jitter_m: float = 12.0
    river_every: int = 25
    river_m: float = 120.0
    bridge_every: int = 7
    main_every: int = 8
    one_way_share: float = 0.3
    gap_share: float = 0.06
    dead_end_share: float = 0.05


def generate_city(plan: CityPlan | None = None, *, seed: int = 0) -> RawStreets:
    """Raw streets (metres) of the planned city, one way a side of a block."""
    plan = plan or CityPlan()
    if plan.columns < 2 or plan.rows < 2:
        raise BadParameter(
            f"Expected at least 2 x 2 crossings, found {plan.columns} x {plan.rows}; plan more."
        )
    draw = np.random.Generator(np.random.PCG64(seed))
    x_m, y_m = _crossings(plan, draw)
    eastward, northward = _sides(plan, draw)
    stubs = np.flatnonzero(draw.random(len(x_m)) < plan.dead_end_share)
    turn = draw.random(len(stubs)) * 2 * np.pi
    tips = len(x_m) + np.arange(len(stubs))
    ends = np.concatenate((eastward[0], northward[0], np.column_stack((stubs, tips))))
    line = np.concatenate((eastward[1], northward[1], np.full(len(stubs), -1)))
    highway, oneway = _tags(plan, line, draw)
    return RawStreets(
        node_key=np.arange(len(x_m) + len(stubs), dtype=np.int64),
        x_m=np.concatenate((x_m, x_m[stubs] + plan.block_m / 3 * np.cos(turn))),
        y_m=np.concatenate((y_m, y_m[stubs] + plan.block_m / 3 * np.sin(turn))),
        way_offsets=np.arange(len(ends) + 1, dtype=np.int64) * 2,
        way_nodes=ends.astype(np.int32).ravel(),
        tags={"highway": highway, "oneway": oneway},
    )


def _crossings(plan: CityPlan, draw: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    column = np.tile(np.arange(plan.columns), plan.rows)
    row = np.repeat(np.arange(plan.rows), plan.columns)
    jitter_m = draw.uniform(-plan.jitter_m, plan.jitter_m, (2, len(column)))
    return (
        column * plan.block_m + (column // plan.river_every) * plan.river_m + jitter_m[0],
        row * plan.block_m + jitter_m[1],
    )


def _sides(
    plan: CityPlan, draw: np.random.Generator
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Ends of the sides running east and north, each with the number of its street; rivers cut the first."""
    node = np.arange(plan.rows * plan.columns).reshape(plan.rows, plan.columns)
    east = np.column_stack((node[:, :-1].ravel(), node[:, 1:].ravel()))
    north = np.column_stack((node[:-1].ravel(), node[1:].ravel()))
    column, row = east[:, 1] % plan.columns, east[:, 1] // plan.columns
    river = column // plan.river_every
    meets = column % plan.river_every == 0
    bridge = (row + 3 * river) % plan.bridge_every == 0
    open_east = np.where(meets, bridge, draw.random(len(east)) >= plan.gap_share)
    open_north = draw.random(len(north)) >= plan.gap_share
    street_north = plan.rows + north[:, 0] % plan.columns
    return (east[open_east], row[open_east]), (north[open_north], street_north[open_north])


def _tags(
    plan: CityPlan, line: NDArray[np.int64], draw: np.random.Generator
) -> tuple[list[str | None], list[str | None]]:
    streets = plan.rows + plan.columns
    main = np.append(np.arange(streets) % plan.main_every == 0, False)
    direction = draw.choice(
        [0, 1, -1], size=streets + 1, p=[1 - plan.one_way_share, *[plan.one_way_share / 2] * 2]
    )
    direction[-1] = 0
    direction[main] = 0
    oneway = {0: None, 1: "yes", -1: "-1"}
    return (
        ["secondary" if is_main else "residential" for is_main in main[line].tolist()],
        [oneway[way] for way in direction[line].tolist()],
    )
