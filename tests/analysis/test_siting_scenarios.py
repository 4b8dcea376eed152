"""What siting chose as a scenario, and siting by the worker."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gisplan.__main__ import main
from gisplan.accessibility.siting_solver import Progress
from gisplan.analysis.equity import columns_of
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.models import Run, SitingJob
from gisplan.analysis.scenarios import create_scenario, run_scenario
from gisplan.analysis.siting import site
from gisplan.analysis.siting_jobs import progress_of, settle, start, work
from gisplan.analysis.siting_scenarios import save_scenario
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import HealthSite
from tests.analysis.test_siting import PEOPLE, SERVICE, asked, site_in_alpe, valley
from tests.analysis.test_trends import tables

__all__ = ["site_in_alpe", "valley"]


def test_the_saved_scenario_gives_back_the_figures_of_siting(site_in_alpe: HealthSite) -> None:
    run = site(asked(number=2, minutes=1, group="0-14")).keep()
    scenario = save_scenario(run, " Due case ")
    assert (scenario.name, scenario.service, scenario.age_group, scenario.mode) == (
        "Due case",
        SERVICE,
        "0-14",
        "car",
    )
    compared = run_scenario(scenario)
    (then,), (found,) = tables(compared)["totals"], tables(run)["totals"]
    for column in ("people", "covered_today", "covered_then", "difference", "mean_min_then"):
        assert then[column] == found[column], column
    assert (then["sites_today"], then["sites_then"]) == (1, 3)
    assert tables(compared)["minutes_by_municipality"] == tables(run)["minutes_by_municipality"]
    assert run_scenario(scenario).pk == compared.pk
    assert not is_stale(compared)
    assert columns_of(compared) == ["covered"]
    HealthSite.objects.all().delete()
    assert is_stale(compared)


def test_the_commands_save_and_compare_a_scenario(
    site_in_alpe: HealthSite, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["siting", "--problem", "mclp", "--service", SERVICE, "--p", "1", "--minutes", "1"]
    assert main([*words, "--save-scenario", "Una casa", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["proof"]["sites_new"] == 1
    assert "scenario 'Una casa': 1 new sites" in captured.err
    assert main(["scenario", "Una casa"]) == 0
    said = capsys.readouterr().out
    assert f"1 sites of {SERVICE} today, 2 then" in said
    assert f"{PEOPLE[0]:,.0f} today, {PEOPLE[:2].sum():,.0f} then, +{PEOPLE[1]:,.0f}" in said
    assert main(["equity", "--scenario", "Una casa"]) == 0
    assert "covered [share of 1]" in capsys.readouterr().out
    assert main([*words, "--save-scenario", "Una casa"]) == 2
    assert "Expected a new name" in capsys.readouterr().err


def test_a_run_without_new_sites_and_a_run_of_something_else_are_no_scenario(
    site_in_alpe: HealthSite,
) -> None:
    run = site(asked("lscp", number=None, minutes=120)).keep()
    with pytest.raises(RequestRefused, match="found that none was chosen"):
        save_scenario(run, "Niente")
    run.method = "trends"
    with pytest.raises(RequestRefused, match="Expected a run of siting, found trends"):
        save_scenario(run, "Altro")


def test_a_scenario_of_a_service_takes_new_sites_alone(site_in_alpe: HealthSite) -> None:
    scenario = create_scenario("Vuoto")
    scenario.service = SERVICE
    scenario.save()
    with pytest.raises(AnalysisError, match="found none: add one first"):
        run_scenario(scenario)


def in_queue() -> list[int]:
    """The jobs that wait for the worker, as the queue's table has them."""
    return [row.args["job"] for row in ProcrastinateJob.objects.filter(task_name="siting")]


def test_the_worker_keeps_the_run_and_the_same_question_under_way_is_the_same_job(
    site_in_alpe: HealthSite,
) -> None:
    who = User.objects.create_user("planner")
    request = asked("p-median", number=2)
    job = start(request, user=who)
    assert start(request).pk == job.pk
    assert in_queue() == [job.pk]
    work(job.pk)
    job.refresh_from_db()
    assert job.status == SitingJob.Status.DONE
    assert job.run is not None
    assert (job.run.created_by, job.run.parameters) == (who, request.parameters)
    seen_at = job.seen_at
    work(job.pk)  # a second worker finds nothing to do
    job.refresh_from_db()
    assert job.seen_at == seen_at
    assert Run.objects.count() == 1
    assert start(request).pk != job.pk


def test_a_job_that_cannot_be_done_ends_with_its_sentence(
    site_in_alpe: HealthSite,
) -> None:
    job = start(asked(mode="walk"))
    work(job.pk)
    job.refresh_from_db()
    assert job.status == SitingJob.Status.REFUSED
    assert "Expected a street network open to walk" in job.refusal["sentence"]


def test_a_job_whose_worker_is_gone_has_failed(
    site_in_alpe: HealthSite,
) -> None:
    job = start(asked())
    SitingJob.objects.filter(pk=job.pk).update(
        status=SitingJob.Status.RUNNING, seen_at=timezone.now() - timedelta(seconds=400)
    )
    job.refresh_from_db()
    assert settle(job).status == SitingJob.Status.FAILED
    assert start(asked()).pk != job.pk


@pytest.mark.parametrize(
    ("now", "gap"),
    [
        (Progress(1.0, -90.0, -100.0), 10 / 90),
        (Progress(1.0, 100.0, 90.0), 0.1),
        (Progress(0.0, float("inf"), 1.0), None),
    ],
)
def test_progress_tells_the_gap_of_either_sense(now: Progress, gap: Any) -> None:
    told = progress_of(now)
    assert told["gap"] == (None if gap is None else pytest.approx(gap, rel=1e-5))
    assert told["bound"] == abs(now.bound)
