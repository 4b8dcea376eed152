"""Siting problems that take longer than a page waits: queued, solved by the worker, watched by the page."""

import logging
import math
import time
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone
from procrastinate.contrib.django import app

from gisplan.accessibility.siting_solver import Progress
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.models import SitingJob
from gisplan.analysis.siting import site
from gisplan.analysis.siting_request import SitingRequest, request_of
from gisplan.network.errors import NetworkError

TASK = "siting"
Status = SitingJob.Status
GOING = (Status.WAITING, Status.RUNNING)
WRITTEN_EVERY_S = 1.0
#: Beyond its own time limit: matrices are made before, and the last step of the solver is not cut short.
GRACE_S = 300
_log = logging.getLogger(__name__)


def start(request: SitingRequest, *, user: User | None = None) -> SitingJob:
    """The job of this question: one that is under way, or a new one in the queue."""
    under_way = SitingJob.objects.filter(parameters=request.parameters, status__in=GOING).first()
    if under_way and settle(under_way).status in GOING:
        return under_way
    job = SitingJob.objects.create(parameters=request.parameters, created_by=user)
    app.configure_task(TASK, queue="analysis").defer(job=job.pk)  # by name: the task imports this module
    return job


def work(pk: int) -> None:
    """Solve what a waiting job asks; how it ended stays with the job."""
    if not SitingJob.objects.filter(pk=pk, status=Status.WAITING).update(
        status=Status.RUNNING, seen_at=timezone.now()
    ):
        return
    job = SitingJob.objects.select_related("created_by").get(pk=pk)
    try:
        job.run = site(request_of(job.parameters), progress=_writer(pk)).keep(user=job.created_by)
        job.status = Status.DONE
    except (AnalysisError, NetworkError) as error:
        job.status, job.refusal = Status.REFUSED, _written(error)
    except (DatabaseError, OSError, MemoryError):
        _log.exception("Siting job %s failed.", pk)
        job.status = Status.FAILED
    job.save(update_fields=["run", "status", "refusal", "seen_at"])


def settle(job: SitingJob) -> SitingJob:
    """A job whose worker has not written for longer than the job may take has failed, and says so."""
    patience = timedelta(seconds=int(job.parameters.get("time_limit_s", 0)) + GRACE_S)
    if job.status == Status.RUNNING and timezone.now() - job.seen_at > patience:
        job.status = Status.FAILED
        job.save(update_fields=["status"])
    return job


def _writer(pk: int) -> Any:
    """Writes how far the solver is, at most once a second."""
    written = [-math.inf]

    def report(now: Progress) -> None:
        if time.monotonic() - written[0] < WRITTEN_EVERY_S:
            return
        written[0] = time.monotonic()
        SitingJob.objects.filter(pk=pk).update(progress=progress_of(now), seen_at=timezone.now())

    return report


def progress_of(now: Progress) -> dict[str, float | None]:
    """What is to be most comes from the solver with a minus, which says nothing to a reader."""
    best, bound = abs(now.best), abs(now.bound)
    gap = abs(now.best - now.bound) / best if 0 < best < math.inf and bound < math.inf else math.inf
    found = {"seconds": now.seconds, "best": best, "bound": bound, "gap": gap}
    return {name: float(f"{value:.6g}") if math.isfinite(value) else None for name, value in found.items()}


def _written(error: Exception) -> dict[str, str]:
    if isinstance(error, RequestRefused):
        return {
            "sentence": str(error),
            "field": error.field,
            "found": error.found,
            "expected": error.expected,
        }
    return {"sentence": str(error)}
