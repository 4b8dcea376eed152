"""Street networks, searches and service areas: arrays in metres and minutes in, values out."""

from gisplan.network.build import BuildReport, build_network
from gisplan.network.cells import AreaCells, area_cells
from gisplan.network.errors import NetworkError
from gisplan.network.graph import StreetNetwork
from gisplan.network.lines import node_crossings, raw_from_lines, rejoined
from gisplan.network.nearest import KNearest, NearestByNode, k_nearest, nearest_by_node
from gisplan.network.od import OdMatrix, od_matrix
from gisplan.network.raw import RawStreets
from gisplan.network.service_area import AreaRules, Band, ServiceArea, service_areas, straight_line_areas
from gisplan.network.snap import SnapRules, Snaps, SnapStatus, snap
from gisplan.network.storage import load_network, save_network
from gisplan.network.travel import Travel

__all__ = [
    "AreaCells",
    "AreaRules",
    "Band",
    "BuildReport",
    "KNearest",
    "NearestByNode",
    "NetworkError",
    "OdMatrix",
    "RawStreets",
    "ServiceArea",
    "SnapRules",
    "SnapStatus",
    "Snaps",
    "StreetNetwork",
    "Travel",
    "area_cells",
    "build_network",
    "k_nearest",
    "load_network",
    "nearest_by_node",
    "node_crossings",
    "od_matrix",
    "raw_from_lines",
    "rejoined",
    "save_network",
    "service_areas",
    "snap",
    "straight_line_areas",
]
