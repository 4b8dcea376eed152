"""Streets of a GraphML file that OSMnx wrote: each street once, in its direction where it is one-way."""

import ast
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import GEOSException

from layers import crs
from layers.errors import StreetsRefused
from layers.street_lines import TAG_KEYS, StreetLines, Ways

Point = tuple[float, float]


def read_graphml(path: Path) -> StreetLines:
    graph = _graph(path)
    nodes = _Nodes(graph, path)
    ways = Ways()
    seen: Counter[Any] = Counter()
    for source, target, data in graph.edges(data=True):
        places = _places(data, nodes.place(source), nodes.place(target), path)
        oneway = str(data.get("oneway")).lower() in {"true", "yes", "1"}
        if not oneway and _is_way_back(seen, source, target, places):
            ways.dropped["way_back_of_two_way_street"] += 1
            continue
        tags = _tags(data, ways.dropped) | {"oneway": "yes" if oneway else "no"}
        ways.add(nodes.chain(source, target, places), tags)
    return ways.as_streets(
        "graphml",
        path,
        np.array(nodes.keys, dtype=np.int64),
        places=nodes.lon_lat(graph.graph.get("crs"), path),
        z_m=nodes.altitudes(),
    )


def _graph(path: Path) -> Any:
    import networkx as nx  # slow to load, and of this format alone

    try:
        return nx.read_graphml(path, force_multigraph=True)
    except (ParseError, nx.NetworkXError, KeyError, ValueError) as error:
        raise StreetsRefused(
            f"Expected a readable GraphML file in {path.name}, found: {error}: save it again with OSMnx."
        ) from error


class _Nodes:
    """Places of the graph's nodes, and of the vertices between them (with negative keys)."""

    def __init__(self, graph: Any, path: Path) -> None:
        self._position = {name: number for number, name in enumerate(graph.nodes)}
        try:
            self.places = [(float(data["x"]), float(data["y"])) for _, data in graph.nodes(data=True)]
            self.keys = [int(name) for name in graph.nodes]
            self._z_m = [float(data.get("elevation", "nan")) for _, data in graph.nodes(data=True)]
        except (KeyError, ValueError) as error:
            raise StreetsRefused(
                f"Expected nodes with a number, x and y in {path.name} as OSMnx writes them, found one"
                " without"
                f" ({error}): save the graph with osmnx.save_graphml."
            ) from error

    def place(self, name: Any) -> Point:
        return self.places[self._position[name]]

    def chain(self, source: Any, target: Any, places: list[Point]) -> list[int]:
        between = []
        for place in places[1:-1]:
            between.append(len(self.places))
            self.keys.append(-len(self.places))
            self.places.append(place)
        return [self._position[source], *between, self._position[target]]

    def altitudes(self) -> npt.NDArray[np.float64]:
        """What OSMnx writes as `elevation`, in metres; the vertices between nodes have none."""
        return np.array(self._z_m + [np.nan] * (len(self.places) - len(self._z_m)))

    def lon_lat(self, system: str | None, path: Path) -> npt.NDArray[np.float64]:
        points = shapely.points(np.array(self.places, dtype=float).reshape(-1, 2))
        srid = crs.srid_from_text(str(system or "EPSG:4326"), where=path.name)
        moved = crs.transform(points, srid, crs.WGS84).geometries
        return np.asarray(shapely.get_coordinates(moved))


def _places(data: dict[str, Any], start: Point, end: Point, path: Path) -> list[Point]:
    """Vertices of an edge from its start to its end; straight where the file gives no geometry."""
    if "geometry" not in data:
        return [start, end]
    try:
        vertices = shapely.get_coordinates(shapely.from_wkt(data["geometry"]))
    except GEOSException as error:
        raise StreetsRefused(
            f"Expected WKT lines in {path.name}, found: {error}: save it again with OSMnx."
        ) from error
    return [(float(x), float(y)) for x, y in vertices]


def _is_way_back(seen: Counter[Any], source: Any, target: Any, places: list[Point]) -> bool:
    """Whether the other direction of this two-way street came already; parallel ones differ in vertices."""
    back = (target, source, tuple(reversed(places)))
    if seen[back]:
        seen[back] -= 1
        return True
    seen[source, target, tuple(places)] += 1
    return False


def _tags(data: dict[str, Any], dropped: Counter[str]) -> dict[str, str]:
    """An edge can join ways of several values, written as a list: the first is taken, and counted."""
    tags = {}
    for key in TAG_KEYS:
        value = data.get(key)
        if isinstance(value, str) and value.startswith("["):
            dropped["further_values_of_a_tag"] += 1
            value = _first(value)
        if value is not None:
            tags[key] = str(value)
    return tags


def _first(text: str) -> str | None:
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return str(values[0]) if isinstance(values, list) and values else None
