"""The sites that siting chose, as a scenario with a name that can be changed and compared."""

from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.db import transaction

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.models import Run, Scenario, ScenarioChange
from gisplan.analysis.scenarios import checked_name
from gisplan.analysis.siting import METHOD
from gisplan.analysis.siting_request import request_of


def save_scenario(run: Run, name: str, *, user: User | None = None) -> Scenario:
    """A new scenario of the run's service with its new sites; without a new site there is nothing to save."""
    if run.method != METHOD:
        raise RequestRefused(
            f"Expected a run of siting, found {run.method}: save what siting has chosen.",
            field="scenario_of",
            found=run.method,
        )
    request = request_of(run.parameters)
    (table,) = [one for one in run.result["tables"] if one["name"] == "sites"]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    new = [row for row in rows if row["site_kind"] == "new"]
    if not new:
        raise RequestRefused(
            "Expected a new site to save, found that none was chosen: ask for more minutes or another service.",
            field="nothing_new",
        )
    with transaction.atomic():
        scenario = Scenario.objects.create(
            name=checked_name(name),
            note=f"gisplan siting {request.problem}, run {run.pk}",
            mode=request.mode,
            minutes=request.minutes,
            service=request.service,
            age_group=request.group,
            created_by=user,
        )
        for row in new:
            ScenarioChange.objects.create(
                scenario=scenario,
                kind=ScenarioChange.Kind.ADD,
                name=row["name"][:120],
                location=Point(row["x_m"], row["y_m"]),
            )
    return scenario
