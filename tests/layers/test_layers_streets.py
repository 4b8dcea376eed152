from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely

from layers.errors import CrsMissing, LayersError, SourceNotFound, StreetsRefused
from layers.street_lines import TAG_KEYS, StreetLines
from layers.streets import read_streets

Write = Callable[..., Path]
OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
 <node id="10" version="1" lat="45.00" lon="7.60"/>
 <node id="11" version="1" lat="45.00" lon="7.61"/>
 <node id="12" version="1" lat="45.00" lon="7.62"/>
 <node id="13" version="1" lat="45.01" lon="7.62"/>
 <node id="99" version="1" lat="45.50" lon="7.90"/>
 <way id="1" version="1"><nd ref="10"/><nd ref="11"/><nd ref="12"/>
  <tag k="highway" v="residential"/><tag k="oneway:bicycle" v="no"/><tag k="name" v="Via Cirié"/></way>
 <way id="2" version="1"><nd ref="12"/><nd ref="777"/><nd ref="12"/><nd ref="13"/><tag k="highway" v="steps"/></way>
 <way id="3" version="1"><nd ref="10"/><nd ref="13"/><tag k="building" v="yes"/></way>
 <way id="4" version="1"><nd ref="10"/><nd ref="13"/><tag k="highway" v="construction"/></way>
 <way id="5" version="1"><nd ref="13"/><nd ref="778"/><tag k="highway" v="path"/></way>
</osm>
"""


RAILS = """
 <node id="20" version="1" lat="45.00" lon="7.60"/><node id="21" version="1" lat="45.02" lon="7.63"/>
 <node id="22" version="1" lat="45.03" lon="7.64"/>
 <way id="20" version="1"><nd ref="20"/><nd ref="779"/><nd ref="21"/><tag k="railway" v="rail"/></way>
 <way id="21" version="1"><nd ref="21"/><nd ref="22"/><tag k="railway" v="subway"/><tag k="tunnel" v="yes"/></way>
 <way id="22" version="1"><nd ref="20"/><nd ref="22"/><tag k="railway" v="rail"/><tag k="service" v="yard"/></way>
 <way id="23" version="1"><nd ref="20"/><nd ref="22"/><tag k="railway" v="abandoned"/></way>
 <way id="24" version="1"><nd ref="20"/><nd ref="780"/><tag k="railway" v="tram"/></way>
</osm>"""


def ways(streets: StreetLines) -> list[list[tuple[float, float]]]:
    offsets = streets.way_offsets
    return [
        [(float(streets.lon[node]), float(streets.lat[node])) for node in streets.way_nodes[start:end]]
        for start, end in pairwise(offsets.tolist())
    ]


def check_whole(streets: StreetLines) -> None:
    number = len(streets.way_offsets) - 1
    assert set(streets.tags) == set(TAG_KEYS)
    assert all(len(values) == number for values in streets.tags.values())
    assert (np.diff(streets.way_offsets) >= 2).all()
    assert streets.way_offsets[-1] == len(streets.way_nodes)
    assert (
        len(set(streets.node_key.tolist())) == len(streets.node_key) == len(streets.lon) == len(streets.lat)
    )
    assert set(streets.way_nodes.tolist()) == set(range(len(streets.lon)))
    assert (streets.way_nodes.dtype, streets.way_offsets.dtype) == (np.int32, np.int64)


def test_osm_keeps_streets_and_counts_what_it_drops(tmp_path: Path) -> None:
    path = tmp_path / "estratto.osm"
    path.write_text(OSM, encoding="utf-8")
    streets = read_streets(path)
    check_whole(streets)
    assert streets.kind == "osm"
    assert ways(streets) == [[(7.60, 45.0), (7.61, 45.0), (7.62, 45.0)], [(7.62, 45.0), (7.62, 45.01)]]
    assert streets.tags["highway"] == ["residential", "steps"]
    assert streets.tags["oneway:bicycle"] == ["no", None]
    assert streets.tags["name"] == ["Via Cirié", None]
    assert streets.node_key.tolist() == [10, 11, 12, 13]
    assert streets.dropped == {"not_a_street": 1, "missing_nodes": 2, "ways_without_two_nodes": 1}


def test_graphml_has_each_two_way_street_once_and_keeps_direction(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for name, (x, y) in {1: (7.60, 45.0), 2: (7.61, 45.0), 3: (7.61, 45.01)}.items():
        graph.add_node(name, x=str(x), y=str(y))
    bend = "LINESTRING (7.6 45, 7.605 45.001, 7.61 45)"
    back = "LINESTRING (7.61 45, 7.605 45.001, 7.6 45)"
    graph.add_edge(1, 2, oneway="False", highway="['residential', 'service']", geometry=bend, osmid="1")
    graph.add_edge(2, 1, oneway="False", highway="['residential', 'service']", geometry=back, osmid="1")
    graph.add_edge(1, 2, oneway="False", highway="footway", osmid="2")
    graph.add_edge(2, 1, oneway="False", highway="footway", osmid="2")
    graph.add_edge(3, 2, oneway="True", highway="primary", osmid="3")
    path = tmp_path / "rete.graphml"
    nx.write_graphml(graph, path)
    streets = read_streets(path)
    check_whole(streets)
    assert ways(streets) == [
        [(7.60, 45.0), (7.605, 45.001), (7.61, 45.0)],
        [(7.60, 45.0), (7.61, 45.0)],
        [(7.61, 45.01), (7.61, 45.0)],
    ]
    assert streets.tags["highway"] == ["residential", "footway", "primary"]
    assert streets.tags["oneway"] == ["no", "no", "yes"]
    assert streets.dropped == {"way_back_of_two_way_street": 2, "further_values_of_a_tag": 1}


def test_projected_graphml_comes_back_to_degrees(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(crs="epsg:32632")
    graph.add_node(1, x="395000", y="4990000")
    graph.add_node(2, x="395100", y="4990000")
    graph.add_edge(1, 2, oneway="True", highway="primary")
    nx.write_graphml(graph, tmp_path / "rete.graphml")
    streets = read_streets(tmp_path / "rete.graphml")
    assert streets.lon.tolist() == pytest.approx([7.667, 7.668], abs=0.002)
    assert streets.lat.tolist() == pytest.approx([45.055, 45.055], abs=0.002)


def test_line_layer_joins_at_equal_vertices_and_reads_tags(write_vector: Write) -> None:
    lines = [
        shapely.LineString([(395000, 4990000), (395100, 4990000)]),
        shapely.LineString([(395100, 4990000.001), (395100, 4990100)]),
        shapely.LineString([(395100, 4990000.5), (395200, 4990000)]),
    ]
    path = write_vector("strade.gpkg", lines, highway=["primary", "", "steps"], oneway=[True, False, False])
    streets = read_streets(path)
    check_whole(streets)
    assert len(streets.lon) == 5  # 1 mm apart is one node, half a metre is not
    assert streets.tags["highway"] == ["primary", None, "steps"]
    assert streets.tags["oneway"] == ["yes", "no", "no"]


def test_multi_lines_become_single_ways_with_the_same_tags(write_vector: Write) -> None:
    two = shapely.MultiLineString(
        [[(395000, 4990000), (395100, 4990000)], [(395200, 4990000), (395300, 4990000)]]
    )
    streets = read_streets(write_vector("strade.gpkg", [two], name=["Via Po"]))
    assert streets.tags["name"] == ["Via Po", "Via Po"]


def test_line_layer_without_system_asks_for_it(write_vector: Write) -> None:
    line = shapely.LineString([(395000, 4990000), (395100, 4990000)])
    path = write_vector("strade.shp", [line], crs=None, a=[1])
    with pytest.raises(CrsMissing):
        read_streets(path)
    assert read_streets(path, srid=32632).lat[0] == pytest.approx(45.055, abs=0.01)


def test_file_that_holds_no_streets_is_refused_and_named(tmp_path: Path, write_geojson: Write) -> None:
    text = tmp_path / "a.txt"
    text.write_text("ciao")
    empty = tmp_path / "a.osm"
    empty.write_text("<?xml version='1.0'?><osm version='0.6'></osm>")
    broken = tmp_path / "a.graphml"
    broken.write_text("<graphml><graph>")
    cut = tmp_path / "b.osm"
    cut.write_text(OSM[:300])
    points = write_geojson([(shapely.Point(7.6, 45), {})])
    for path, found in [
        (text, "plain text"),
        (empty, "without any"),
        (broken, "found"),
        (cut, "found"),
        (points, "Point"),
    ]:
        with pytest.raises(StreetsRefused, match=found):
            read_streets(path)
    with pytest.raises(SourceNotFound):
        read_streets(tmp_path / "nowhere.osm")


def test_graph_without_places_is_refused(tmp_path: Path) -> None:
    nx.write_graphml(nx.path_graph(3), tmp_path / "a.graphml")
    with pytest.raises(LayersError, match="as OSMnx writes them"):
        read_streets(tmp_path / "a.graphml")


@pytest.mark.parametrize(
    ("file", "number", "dropped"),
    [
        ("collegno.graphml", 3856, {"way_back_of_two_way_street": 2482, "further_values_of_a_tag": 88}),
        ("porto_alegre.osm.pbf", 15701, {"not_a_street": 185}),
        ("torino_named_streets_noded.gpkg", 19352, {}),
    ],
)
def test_real_networks_come_whole(shared_data: Path, file: str, number: int, dropped: dict[str, int]) -> None:
    streets = read_streets(shared_data / "network" / file)
    check_whole(streets)
    assert len(streets.way_offsets) - 1 == number
    assert streets.dropped == dropped


def test_collegno_has_as_many_streets_as_networkx_counts(shared_data: Path) -> None:
    """6,338 directed edges; those that are not one-way come in pairs."""
    graph = nx.read_graphml(shared_data / "network" / "collegno.graphml", force_multigraph=True)
    kinds = Counter(data["oneway"] for _, _, data in graph.edges(data=True))
    streets = read_streets(shared_data / "network" / "collegno.graphml")
    assert Counter(streets.tags["oneway"]) == {"yes": kinds["True"], "no": kinds["False"] // 2}


def test_osm_keeps_the_railways_in_use_apart_from_the_streets(tmp_path: Path) -> None:
    """Tunnels too, for they are drawn and not walked over; no yard, nothing abandoned, nothing of one node."""
    path = tmp_path / "estratto.osm"
    path.write_text(OSM.replace("</osm>", RAILS), encoding="utf-8")
    streets = read_streets(path)
    rails = streets.railways
    assert rails.places.tolist() == [[7.60, 45.0], [7.63, 45.02], [7.63, 45.02], [7.64, 45.03]]
    assert (rails.offsets.tolist(), rails.kinds.tolist()) == ([0, 2, 4], [0, 1])
    check_whole(streets)
    path.write_text(OSM, encoding="utf-8")
    assert len(read_streets(path).railways.kinds) == 0
