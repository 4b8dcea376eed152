from gisplan.plan.models.monitoring import Claim
from gisplan.plan.models.people import Editorship
from gisplan.plan.models.places import AxisLayer, PlanPlace
from gisplan.plan.models.pnrr import PnrrLocalisation, PnrrProject
from gisplan.plan.models.register import (
    Action,
    Axis,
    Connection,
    CrosswalkEntry,
    ExtentKind,
    Intervention,
    PlaceClass,
    PlanEdition,
    Strategy,
)
from gisplan.plan.models.seeds import SeedRow

__all__ = [
    "Action",
    "Axis",
    "AxisLayer",
    "Claim",
    "Connection",
    "CrosswalkEntry",
    "Editorship",
    "ExtentKind",
    "Intervention",
    "PlaceClass",
    "PlanEdition",
    "PlanPlace",
    "PnrrLocalisation",
    "PnrrProject",
    "SeedRow",
    "Strategy",
]
