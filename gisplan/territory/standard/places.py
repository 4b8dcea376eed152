"""What the registers of places share: positions, sources, statements of coverage."""

from collections.abc import Sequence

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import F
from django.utils.text import slugify

from gisplan.territory.models import Place, RegisterCoverage, Source
from gisplan.territory.standard.outcome import LoadRequest
from layers import crs

Statement = tuple[str, str]  # Italian, English


def points(lon_lat: Sequence[tuple[float, float]]) -> list[Point]:
    """Positions in the stored CRS."""
    if not lon_lat:
        return []
    moved = crs.transform(shapely.points(np.array(lon_lat)), crs.WGS84, settings.STORED_SRID).geometries
    return [Point(x, y, srid=settings.STORED_SRID) for x, y in shapely.get_coordinates(moved)]


def source_of(
    request: LoadRequest, *, code: str, title: str, publisher: str, licence: str, url: str
) -> Source:
    """One for each register and reference date, so that a row names the file it comes from."""
    day = request.reference_day
    stated = day.isoformat() if day else ""
    row, _ = Source.objects.get_or_create(
        code=slugify(f"{code}-{stated or request.path.stem}")[:50],
        defaults={
            "title": f"{title} ({request.path.name})"[:300],
            "publisher": publisher,
            "licence": licence,
            "reference_date": stated,
            "url": url,
        },
    )
    return row


def state_coverage(register: str, kind: str, statement: Statement, source: Source) -> None:
    """What is loaded now; whether that is all there is, the owner alone can say."""
    RegisterCoverage.objects.update_or_create(
        register=register,
        kind=kind,
        defaults={"statement_it": statement[0], "statement_en": statement[1], "source": source},
        create_defaults={
            "statement_it": statement[0],
            "statement_en": statement[1],
            "source": source,
            "complete": False,
        },
    )


def outside_their_municipality(model: type[Place]) -> list[str]:
    """Places whose point falls in no boundary, of any date, of the municipality of their address."""
    placed = model._default_manager.filter(location__isnull=False, municipality__boundaries__isnull=False)
    inside = placed.filter(municipality__boundaries__geometry__contains=F("location")).values("pk")
    outside = placed.exclude(pk__in=inside).select_related("municipality").distinct()
    return [f"{place.name}: its point is not in {place.municipality}" for place in outside]
