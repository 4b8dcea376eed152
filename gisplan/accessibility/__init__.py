"""Who and what is reached: people and places, the measures of accessibility, and how evenly they are spread."""

from gisplan.accessibility.catchment import (
    PeopleReached,
    PeopleSurface,
    mixed_people,
    people_by_municipality,
    people_in_areas,
    people_surface,
    points_in_areas,
)
from gisplan.accessibility.decay import (
    Decay,
    ExponentialDecay,
    GaussianDecay,
    LinearDecay,
    PowerDecay,
    StepDecay,
)
from gisplan.accessibility.equity import gini, lorenz, palma, theil, theil_by_group
from gisplan.accessibility.errors import AccessibilityError
from gisplan.accessibility.fca import (
    FloatingCatchment,
    balanced_fca,
    enhanced_two_step_fca,
    three_step_fca,
    two_step_fca,
)
from gisplan.accessibility.hub_quality import hub_category, quality_classes, quality_table
from gisplan.accessibility.hub_ranking import rank_hubs
from gisplan.accessibility.overlap import access_gap, catchment_overlap
from gisplan.accessibility.proximity import (
    Nearest,
    cumulative_opportunities,
    gravity,
    k_nearest,
    nearest,
)
from gisplan.accessibility.siting import locate_center, locate_max_covering, locate_set_covering
from gisplan.accessibility.siting_choice import Choice, SitePlan
from gisplan.accessibility.siting_median import locate_median
from gisplan.accessibility.siting_solver import Effort, Progress

__all__ = [
    "AccessibilityError",
    "Choice",
    "Decay",
    "Effort",
    "ExponentialDecay",
    "FloatingCatchment",
    "GaussianDecay",
    "LinearDecay",
    "Nearest",
    "PeopleReached",
    "PeopleSurface",
    "PowerDecay",
    "Progress",
    "SitePlan",
    "StepDecay",
    "access_gap",
    "balanced_fca",
    "catchment_overlap",
    "cumulative_opportunities",
    "enhanced_two_step_fca",
    "gini",
    "gravity",
    "hub_category",
    "k_nearest",
    "locate_center",
    "locate_max_covering",
    "locate_median",
    "locate_set_covering",
    "lorenz",
    "mixed_people",
    "nearest",
    "palma",
    "people_by_municipality",
    "people_in_areas",
    "people_surface",
    "points_in_areas",
    "quality_classes",
    "quality_table",
    "rank_hubs",
    "theil",
    "theil_by_group",
    "three_step_fca",
    "two_step_fca",
]
