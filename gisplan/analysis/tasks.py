"""Work for the background worker; the queue is a table of the database."""

from procrastinate.contrib.django import app


@app.task(name="catchments", queue="analysis")
def catchments(*, codes: list[str] | None, minutes: list[int], mode: str, speed_kmh: float) -> int:
    """Compute and keep the catchments of stations (all of them without codes); the Run's number."""
    from gisplan.analysis.runs import CatchmentRequest, run_catchments

    request = CatchmentRequest(tuple(minutes), mode=mode, speed_kmh=speed_kmh, codes=codes)
    return run_catchments(request).pk
