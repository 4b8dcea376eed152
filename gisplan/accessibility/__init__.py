"""Who and what is reached: people, places and, later, the measures of accessibility."""

from gisplan.accessibility.catchment import (
    PeopleReached,
    PeopleSurface,
    mixed_people,
    people_by_municipality,
    people_in_areas,
    people_surface,
    points_in_areas,
)
from gisplan.accessibility.errors import AccessibilityError

__all__ = [
    "AccessibilityError",
    "PeopleReached",
    "PeopleSurface",
    "mixed_people",
    "people_by_municipality",
    "people_in_areas",
    "people_surface",
    "points_in_areas",
]
