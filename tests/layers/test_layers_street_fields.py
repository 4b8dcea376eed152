"""Line layers whose fields are named by the user, and the altitudes that street files give."""

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely

from layers.errors import StreetsRefused
from layers.streets import StreetFields, read_streets

Write = Callable[..., Path]
X, Y = 395000.0, 4990000.0


def street(k: int, z_m: tuple[float, float] | None = None) -> shapely.LineString:
    """One of many that join end to end, 100 m each; with altitudes where given."""
    ends = [(X + 100 * k, Y), (X + 100 * (k + 1), Y)]
    return shapely.LineString(ends if z_m is None else [(*end, z) for end, z in zip(ends, z_m, strict=True)])


@pytest.fixture
def regional(write_vector: Write) -> Path:
    """A layer as a region publishes it: its own field names and values."""
    return write_vector(
        "grafo.gpkg",
        [street(k) for k in range(4)],
        DIREZ=["E", "FT", "TF", "E"],
        CLASSE=["U", "U", "A", "P"],
        KMH=["50", "32,5", "0", "n.d."],
        QDA=[240.0, 241.0, 243.0, 246.0],
        QA=[241.0, 243.0, 246.0, -9999.0],
    )


NAMED = StreetFields(
    oneway="DIREZ",
    forward=("FT",),
    backward=("TF",),
    speed="KMH",
    street_class="CLASSE",
    classes=(("U", "residential"), ("A", "motorway")),
    altitudes=("QDA", "QA"),
)


def test_named_fields_become_the_tags_of_openstreetmap(regional: Path) -> None:
    streets = read_streets(regional, fields=NAMED)
    assert streets.tags["oneway"] == ["no", "yes", "-1", "no"]
    assert streets.tags["highway"] == ["residential", "residential", "motorway", "P"]
    assert streets.tags["speed_kmh"] == ["50", "32,5", None, None]
    assert streets.dropped == {"speeds_not_read": 2, "altitudes_out_of_range": 1}


def test_altitudes_of_named_fields_belong_to_the_ends_of_each_line(regional: Path) -> None:
    streets = read_streets(regional, fields=NAMED)
    by_lon = streets.z_m[np.argsort(streets.lon)]
    np.testing.assert_array_equal(by_lon, [240, 241, 243, 246, np.nan])


def test_names_are_found_whatever_their_case_and_nothing_is_read_unless_named(regional: Path) -> None:
    assert read_streets(regional, fields=StreetFields(speed="kmh")).tags["speed_kmh"][0] == "50"
    plain = read_streets(regional)
    assert plain.z_m is None
    assert set(plain.tags["oneway"]) == set(plain.tags["highway"]) == {None}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (StreetFields(oneway="SENSO"), "Expected a field 'SENSO' .* found DIREZ, CLASSE, KMH, QDA, QA"),
        (StreetFields(oneway="DIREZ"), "Expected yes, no or -1 in DIREZ .* found 'E'"),
        (StreetFields(oneway="DIREZ", forward=("FF",)), "Expected FF among .* found 'E', 'FT', 'TF'"),
        (StreetFields(street_class="CLASSE", classes=(("Z", "path"),)), "Expected Z among .* 'U', 'A', 'P'"),
    ],
)
def test_a_slip_is_refused_with_what_the_layer_has(regional: Path, fields: StreetFields, said: str) -> None:
    with pytest.raises(StreetsRefused, match=said):
        read_streets(regional, fields=fields)


def test_fields_are_not_named_for_a_file_that_has_tags(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x="7.6", y="45")
    nx.write_graphml(graph, tmp_path / "rete.graphml")
    with pytest.raises(StreetsRefused, match="Expected a line layer for fields that are named"):
        read_streets(tmp_path / "rete.graphml", fields=NAMED)


def test_third_coordinate_of_a_line_is_its_altitude(write_vector: Write) -> None:
    lines = [street(0, (240, 250)), street(1, (999, 260))]
    streets = read_streets(write_vector("strade.gpkg", lines, highway=["path", "path"]))
    np.testing.assert_array_equal(streets.z_m[np.argsort(streets.lon)], [240, 250, 260])
    assert streets.dropped == {}


def test_layer_with_0_at_every_vertex_has_no_altitudes_and_says_so(write_vector: Write) -> None:
    streets = read_streets(write_vector("strade.gpkg", [street(0, (0, 0))], highway=["path"]))
    assert streets.z_m is None
    assert streets.dropped == {"altitudes_all_zero": 2}


def test_altitudes_of_osm_nodes_are_read_where_they_are_numbers(tmp_path: Path) -> None:
    written = {10: "243", 11: "244,5 m", 12: "circa 250", 13: None}
    nodes = "".join(
        f'<node id="{key}" version="1" lat="45" lon="{7.6 + key / 1000}">'
        + (f'<tag k="ele" v="{ele}"/>' if ele else "")
        + "</node>"
        for key, ele in written.items()
    )
    refs = "".join(f'<nd ref="{key}"/>' for key in written)
    path = tmp_path / "a.osm"
    path.write_text(
        f'<?xml version="1.0"?><osm version="0.6">{nodes}<way id="1" version="1">{refs}'
        '<tag k="highway" v="path"/></way></osm>'
    )
    streets = read_streets(path)
    np.testing.assert_array_equal(streets.z_m, [243, 244.5, np.nan, np.nan])
    assert streets.dropped == {"altitudes_not_read": 1}


def test_altitudes_of_a_graph_are_its_elevations(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x="7.6", y="45", elevation="243.5")
    graph.add_node(2, x="7.61", y="45")
    graph.add_edge(1, 2, oneway="True", highway="path", geometry="LINESTRING (7.6 45, 7.605 45.1, 7.61 45)")
    nx.write_graphml(graph, tmp_path / "rete.graphml")
    streets = read_streets(tmp_path / "rete.graphml")
    np.testing.assert_array_equal(streets.z_m, [243.5, np.nan, np.nan])
