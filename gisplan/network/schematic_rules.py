"""The values of the schematic network, each with its unit and its source, from `schematic_rules.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gisplan.network.errors import BadParameter

RULES_FILE = Path(__file__).with_name("schematic_rules.toml")
TERRAINS = ("unknown", "plain", "hill", "mountain")
ROADS = ("local", "main", "trunk", "motorway")
#: ISTAT's altimetric zone (position; 0 is not known) -> terrain.
TERRAIN_OF_ZONE = (0, 3, 3, 2, 2, 1)


@dataclass(frozen=True)
class SchematicRules:
    """What the schematic network assumes of roads; the file says where each value comes from.

    Attributes
    ----------
    detour, speed_kmh : road length per straight length, and speed, by kind of road, then by terrain
    steepest : metres of climb per metre of road, at most
    ridge_m : metres of a ridge above the lower of the two centres beside it, at least
    centre_people : people from which a centre is joined to its like by main and by trunk roads
    sought_min : minutes by local road within which two centres are joined
    town_speed_kmh, town_detour : within the built-up area of origin and destination
    built_up_m2 : built-up ground per person
    terminal_min : minutes to leave and to park at either end, in towns and in cities
    """

    detour: tuple[tuple[float, ...], ...]
    speed_kmh: tuple[tuple[float, ...], ...]
    steepest: float
    ridge_m: float
    centre_people: tuple[float, float]
    sought_min: float
    town_speed_kmh: float
    town_detour: float
    built_up_m2: float
    terminal_min: tuple[float, float]

    @property
    def as_parameters(self) -> dict[str, Any]:
        """Plain values for a record of what was computed."""
        return {
            "detour": _by_name(self.detour),
            "speed_kmh": _by_name(self.speed_kmh),
            "steepest": self.steepest,
            "ridge_m": self.ridge_m,
            "centre_people": list(self.centre_people),
            "sought_min": self.sought_min,
            "town": {
                "speed_kmh": self.town_speed_kmh,
                "detour": self.town_detour,
                "built_up_m2_per_person": self.built_up_m2,
                "terminal_min": self.terminal_min[0],
                "terminal_city_min": self.terminal_min[1],
            },
        }


@cache
def read_rules(path: Path = RULES_FILE) -> SchematicRules:
    """The rules of a file (units as in `SchematicRules`); the product's own unless another is named.

    Raises
    ------
    BadParameter
        A value that is missing, not above 0 or without a source.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    def value(*names: str) -> float:
        return _value(table, names, path)

    def by_road(name: str) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(value(name, road, terrain) for terrain in TERRAINS) for road in ROADS)

    return SchematicRules(
        detour=by_road("detour"),
        speed_kmh=by_road("speed_kmh"),
        steepest=value("steepest"),
        ridge_m=value("ridge_m"),
        centre_people=(value("centre_people", "main"), value("centre_people", "trunk")),
        sought_min=value("sought_min"),
        town_speed_kmh=value("town", "speed_kmh"),
        town_detour=value("town", "detour"),
        built_up_m2=value("town", "built_up_m2_per_person"),
        terminal_min=(value("town", "terminal_min"), value("town", "terminal_city_min")),
    )


def _by_name(values: tuple[tuple[float, ...], ...]) -> dict[str, dict[str, float]]:
    return {
        road: dict(zip(TERRAINS, of_road, strict=True)) for road, of_road in zip(ROADS, values, strict=True)
    }


def _value(table: Mapping[str, Any], names: tuple[str, ...], path: Path) -> float:
    entry: Any = table
    for name in names:
        entry = entry.get(name) if isinstance(entry, Mapping) else None
    number = entry.get("value") if isinstance(entry, Mapping) else None
    if not isinstance(number, int | float) or number <= 0 or not str(entry.get("source", "")).strip():
        raise BadParameter(
            f"Expected a value above 0 and its source for {'.'.join(names)} in {path.name}, found {entry!r}; "
            "give both."
        )
    return float(number)
