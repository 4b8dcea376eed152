"""Kept results, as the pages need them."""

from gisplan.analysis.models import Band, Run
from gisplan.territory.models import Station

#: What is computed unless other minutes are asked for, and what a page shows where it can.
STANDARD_MINUTES = (5, 10, 15)


def latest_run(station: Station, mode: str = "walk") -> Run | None:
    """The newest catchment run of the standard minutes that holds this station; else the newest of any."""
    runs = Run.objects.filter(bands__station=station, bands__mode=mode).distinct()
    return runs.filter(parameters__minutes=list(STANDARD_MINUTES)).first() or runs.first()


def bands_of_station(station: Station, mode: str = "walk") -> list[Band]:
    """The bands of `latest_run`, from the smallest; empty where none was computed."""
    run = latest_run(station, mode)
    return list(Band.objects.filter(run=run, station=station).select_related("run")) if run else []


def bands_within(minutes: int, mode: str = "walk") -> dict[int, Band]:
    """Station id -> its band of these minutes in the newest run that holds it, without the geometry."""
    newest = (
        Band.objects.filter(minutes=minutes, mode=mode)
        .order_by("station_id", "-run__last_asked_at", "-run_id")
        .distinct("station_id")
    )
    return {band.station_id: band for band in newest.defer("geometry")}
