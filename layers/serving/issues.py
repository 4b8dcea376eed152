"""The issues of an import: counted by code, and those that have a place as GeoJSON."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min

from layers.issues import DROPS, NOTES, Code, Issue
from layers.models import ImportRun


@dataclass(frozen=True)
class IssueGroup:
    """All issues of one code; `kind` is note, repair or drop, `message` the English sentence of the code."""

    code: str
    count: int
    kind: str
    message: str


def groups(run: ImportRun) -> list[IssueGroup]:
    """One entry a code, in the order in which they first came."""
    counted = run.issues.values("code").annotate(count=Count("pk"), first=Min("pk")).order_by("first")
    return [IssueGroup(row["code"], row["count"], kind(row["code"]), message(row["code"])) for row in counted]


def kind(code: str) -> str:
    if code in NOTES:
        return "note"
    return "drop" if code in DROPS else "repair"


def message(code: str) -> str:
    known = set(Code)
    return Issue(Code(code)).message if code in known else ""


def issues_geojson(run: ImportRun, *, limit: int) -> dict[str, Any]:
    """Points in EPSG:4326 of the issues that have a place, with code, feature, before and after."""
    placed = run.issues.filter(lon__isnull=False, lat__isnull=False).order_by("pk")[:limit]
    features = [
        {
            "type": "Feature",
            "id": issue.pk,
            "geometry": {"type": "Point", "coordinates": [issue.lon, issue.lat]},
            "properties": {
                "code": issue.code,
                "feature": issue.feature,
                "before": issue.before,
                "after": issue.after,
            },
        }
        for issue in placed
    ]
    return {"type": "FeatureCollection", "features": features}
