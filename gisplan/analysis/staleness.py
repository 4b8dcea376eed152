"""Whether a Run still stands on what the database holds."""

from collections.abc import Callable

from gisplan import __version__
from gisplan.analysis import access, hub_network, hubs, scenarios
from gisplan.analysis.access_inputs import supply_points
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import station_inputs
from gisplan.analysis.models import Run
from gisplan.analysis.runs import catchments_digest


def _of_stations(run: Run, ground: Ground) -> str:
    return catchments_digest(station_inputs(run.parameters["stations"]), ground)


def _of_every_station(run: Run, ground: Ground) -> str:
    """A scenario is compared with all the stations: one that is new since counts as a change."""
    return catchments_digest(station_inputs(), ground)


def _of_ranking(run: Run, ground: Ground) -> str:
    codes = None if run.parameters.get("all_stations") else run.parameters["stations"]
    return catchments_digest(station_inputs(codes), ground)


def _of_hub(run: Run, ground: Ground) -> str:
    return hubs.hub_digest(run.parameters["lon"], run.parameters["lat"], ground)


def _of_access(run: Run, ground: Ground) -> str:
    return access.access_digest(supply_points(run.parameters["supply"]), ground)


#: Method -> the digest that its inputs have now.
DIGESTS: dict[str, Callable[[Run, Ground], str]] = {
    "catchments": _of_stations,
    hub_network.METHOD: _of_ranking,
    scenarios.METHOD: _of_every_station,
    hubs.METHOD: _of_hub,
    access.METHOD: _of_access,
}


def is_stale(run: Run) -> bool:
    """True where an input or the engine has changed since, or where an input is gone."""
    if run.engine_version != __version__:
        return True
    try:
        return DIGESTS[run.method](run, current_ground()) != run.input_digest
    except (AnalysisError, KeyError):
        return True
