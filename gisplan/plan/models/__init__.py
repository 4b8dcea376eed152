from gisplan.plan.models.monitoring import Claim
from gisplan.plan.models.places import PlanPlace
from gisplan.plan.models.register import (
    Action,
    Axis,
    Connection,
    CrosswalkEntry,
    Intervention,
    PlanEdition,
    Strategy,
)

__all__ = [
    "Action",
    "Axis",
    "Claim",
    "Connection",
    "CrosswalkEntry",
    "Intervention",
    "PlanEdition",
    "PlanPlace",
    "Strategy",
]
