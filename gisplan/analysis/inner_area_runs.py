"""Inner areas that are kept: the same question on the same inputs is the same Run, found without computing."""

from typing import Any

from django.contrib.auth.models import User

from gisplan.accessibility.inner_areas import THRESHOLDS_MIN
from gisplan.analysis.answers import Answer
from gisplan.analysis.inner_area_tables import summary_of, tables_of
from gisplan.analysis.inner_areas import EDGE, METHOD, InnerAreasRequest, inner_areas
from gisplan.analysis.inputs import digest
from gisplan.analysis.italy import italy_digest
from gisplan.analysis.models import Run
from gisplan.analysis.poles import listed_poles, official_classes, poles_of_territory
from gisplan.analysis.road_times import road_times
from gisplan.analysis.runs import known_run
from gisplan.network.schematic_rules import read_rules


def run_inner_areas(request: InnerAreasRequest, *, user: User | None = None) -> Run:
    kept = known_run(METHOD, _parameters(request), inputs_digest(request))
    return kept or answer_of(request).keep(user=user)


def run_or_answer(request: InnerAreasRequest) -> Run:
    """The Run that keeps it, or one that is in no table and has no number."""
    kept = known_run(METHOD, _parameters(request), inputs_digest(request), to_front=False)
    return kept or answer_of(request).run()


def answer_of(request: InnerAreasRequest) -> Answer:
    found = inner_areas(request)
    result = {"summary": summary_of(found), "tables": [one.as_json() for one in tables_of(found)]}
    editions = {"territory": found.ground.times.edition, "snai": request.snai_edition}
    return Answer(METHOD, _parameters(request), editions, inputs_digest(request), result)


def _parameters(request: InnerAreasRequest) -> dict[str, Any]:
    return {
        "snai_edition": request.snai_edition,
        "territory": request.territory,
        "thresholds_min": list(THRESHOLDS_MIN[request.snai_edition]),
        "edge": EDGE,
        "road_times": read_rules().as_parameters if request.is_italy else road_times().parameters,
    }


def inputs_digest(request: InnerAreasRequest) -> str:
    """Of the roads, the poles and the official classes that it stands on now."""
    official = sorted(official_classes(request.snai_edition).items())
    if request.is_italy:
        return digest([italy_digest(), sorted(listed_poles().items()), official])
    times = road_times()
    poles = poles_of_territory(times.codes, times.neighbours)
    return digest([times.digest, sorted(poles.classes.items()), sorted(poles.by_rule.items()), official])
