"""Street networks, searches and service areas: arrays in metres and minutes in, values out."""

from gisplan.network.build import BuildReport, build_network
from gisplan.network.errors import NetworkError
from gisplan.network.graph import StreetNetwork
from gisplan.network.lines import node_crossings, raw_from_lines
from gisplan.network.raw import RawStreets
from gisplan.network.service_area import AreaRules, Band, ServiceArea, service_areas, straight_line_areas
from gisplan.network.snap import SnapRules, Snaps, SnapStatus, snap
from gisplan.network.storage import load_network, save_network

__all__ = [
    "AreaRules",
    "Band",
    "BuildReport",
    "NetworkError",
    "RawStreets",
    "ServiceArea",
    "SnapRules",
    "SnapStatus",
    "Snaps",
    "StreetNetwork",
    "build_network",
    "load_network",
    "node_crossings",
    "raw_from_lines",
    "save_network",
    "service_areas",
    "snap",
    "straight_line_areas",
]
