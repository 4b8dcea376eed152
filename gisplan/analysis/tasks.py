"""Work for the background worker; the queue is a table of the database."""

from procrastinate.contrib.django import app


@app.task(name="catchments", queue="analysis")
def catchments(*, codes: list[str] | None, minutes: list[int], mode: str, speed_kmh: float | None) -> int:
    """Compute and keep the catchments of stations (all of them without codes); the Run's number."""
    from gisplan.analysis.runs import catchment_request, run_catchments

    return run_catchments(catchment_request(minutes, mode=mode, speed_kmh=speed_kmh, codes=codes)).pk


@app.task(name="siting", queue="analysis")
def solve_siting(*, job: int) -> None:
    """Solve the siting problem of a waiting job."""
    from gisplan.analysis.siting_jobs import work

    work(job)
