"""Whether a Run still stands on what the database holds."""

from collections.abc import Callable, Mapping

from gisplan import __version__
from gisplan.analysis import (
    access,
    coverage,
    equity,
    hub_network,
    hubs,
    inner_area_runs,
    plan_coverage,
    profile,
    scenarios,
    siting,
    station_reach,
    trends,
)
from gisplan.analysis.access_inputs import supply_points
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.headways import stored_headways
from gisplan.analysis.inner_areas import METHOD as INNER_AREAS
from gisplan.analysis.inner_areas import InnerAreasRequest
from gisplan.analysis.inputs import station_inputs
from gisplan.analysis.models import Run
from gisplan.analysis.profile_inputs import profile_inputs
from gisplan.analysis.runs import catchments_digest, parts_now
from gisplan.analysis.service_scenarios import service_digest
from gisplan.analysis.siting_inputs import siting_digest
from gisplan.analysis.siting_request import request_of


def _of_stations(run: Run, ground: Ground) -> str:
    return catchments_digest(station_inputs(run.parameters["stations"]), ground)


def _of_scenario(run: Run, ground: Ground) -> str:
    """A scenario is compared with all the stations, or all sites of its service: a new one counts as a change."""
    if "service" in run.parameters:
        return service_digest(run.parameters, ground)
    return catchments_digest(station_inputs(), ground)


def _of_ranking(run: Run, ground: Ground) -> str:
    kept = hub_network.written_headways(stored_headways())
    if run.parameters.get("headways_kept") and run.parameters["headways"] != kept:
        return ""
    codes = None if run.parameters.get("all_stations") else run.parameters["stations"]
    return catchments_digest(station_inputs(codes), ground)


def _of_hub(run: Run, ground: Ground) -> str:
    return hubs.hub_digest(run.parameters["lon"], run.parameters["lat"], ground)


def _of_profile(run: Run, ground: Ground) -> str:
    asked = run.parameters
    return profile.profile_digest(asked["lon"], asked["lat"], ground, profile_inputs(ground))


def _of_access(run: Run, ground: Ground) -> str:
    return access.access_digest(supply_points(run.parameters["supply"]), ground)


def _of_inner_areas(run: Run, ground: Ground) -> str:
    request = InnerAreasRequest(run.parameters["snai_edition"], run.parameters["territory"])
    return inner_area_runs.inputs_digest(request)


def _of_trends(run: Run, ground: Ground) -> str:
    return trends.trends_digest()


def _of_siting(run: Run, ground: Ground) -> str:
    return siting_digest(request_of(run.parameters), ground)


def _of_equity(run: Run, ground: Ground) -> str:
    """An index stands as long as the runs that it compares."""
    numbers = [run.parameters[name] for name in ("run", "run_then") if name in run.parameters]
    kept = Run.objects.in_bulk(numbers)
    if len(kept) < len(numbers) or any(is_stale(one) for one in kept.values()):
        raise AnalysisError(
            f"Expected that runs {numbers} still stand, found that they do not: compute them again."
        )
    return equity.equity_digest(kept[numbers[0]], kept[numbers[1]] if len(numbers) > 1 else None)


def _of_coverage(run: Run, ground: Ground) -> str:
    return coverage.coverage_digest(coverage.request_of(run.parameters))


def _of_station_reach(run: Run, ground: Ground) -> str:
    return station_reach.reach_digest(ground)


def _of_plan(run: Run, ground: Ground) -> str:
    return plan_coverage.plan_digest(plan_coverage.request_of(run.parameters))


#: Method -> the digest that its inputs have now.
DIGESTS: dict[str, Callable[[Run, Ground], str]] = {
    "catchments": _of_stations,
    station_reach.METHOD: _of_station_reach,
    hub_network.METHOD: _of_ranking,
    scenarios.METHOD: _of_scenario,
    hubs.METHOD: _of_hub,
    profile.METHOD: _of_profile,
    access.METHOD: _of_access,
    INNER_AREAS: _of_inner_areas,
    trends.METHOD: _of_trends,
    equity.METHOD: _of_equity,
    siting.METHOD: _of_siting,
    coverage.METHOD: _of_coverage,
    plan_coverage.METHOD: _of_plan,
}


def changed_inputs(run: Run, now: Mapping[str, str] | None = None) -> list[str]:
    """The parts of the loaded data that are not as they were when the run was computed, and the engine.

    `now`: the parts as they are, for whoever asks of many runs.
    """
    engine = ["engine"] if run.engine_version != __version__ else []
    if not run.inputs:
        return engine
    now = parts_now() if now is None else now
    return [*(name for name in run.inputs if run.inputs[name] != now.get(name)), *engine]


def is_stale(run: Run) -> bool:
    """True where an input or the engine has changed since, or where an input is gone."""
    if run.engine_version != __version__:
        return True
    try:
        return DIGESTS[run.method](run, current_ground()) != run.input_digest
    except (AnalysisError, KeyError):
        return True
