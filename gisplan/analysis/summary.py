"""What is loaded, counted from the database."""

from django.db.models import Sum

from gisplan.analysis.models import StreetNetwork
from gisplan.plan.models import Action, Axis, Intervention, PnrrLocalisation, PnrrProject, Strategy
from gisplan.plan.queries import default_edition
from gisplan.territory.models import HealthSite, Hospital, Municipality, Population, School, Station
from layers.models import Layer


def summarise() -> dict[str, int | str]:
    """Counts of the territory (neighbours left out), of the first plan edition, of layers and streets."""
    inside = {"municipality__in_territory": True}
    plan, own = default_edition(), Intervention.Register.PLAN
    people = Population.objects.filter(**inside).order_by("-reference_date")
    latest = people.values_list("reference_date", flat=True).first()
    total = people.filter(reference_date=latest).aggregate(total=Sum("people"))["total"] if latest else 0
    hospitals = Hospital.objects.filter(**inside)
    clinics = hospitals.filter(kind=Hospital.Kind.PRIVATE_CLINIC).count()
    return {
        "municipalities": Municipality.objects.filter(in_territory=True).count(),
        "population": total or 0,
        "population_date": latest.isoformat() if latest else "",
        "stations": Station.objects.filter(**inside).count(),
        "stations_rail": Station.objects.filter(**inside, kind=Station.Kind.RAIL).count(),
        "hospitals": hospitals.count() - clinics,
        "private_clinics": clinics,
        "health_sites": HealthSite.objects.filter(**inside).count(),
        "schools": School.objects.filter(**inside).count(),
        "plan_edition": plan.code if plan else "",
        "axes": Axis.objects.filter(edition=plan).count(),
        "strategies": Strategy.objects.filter(edition=plan).count(),
        "actions": Action.objects.filter(edition=plan).count(),
        "actions_declared": plan.actions_declared if plan else 0,
        "interventions": Intervention.objects.filter(axis__edition=plan, register=own).count(),
        "pnrr_projects": PnrrProject.objects.count(),
        "pnrr_localisations": PnrrLocalisation.objects.count(),
        "layers": Layer.objects.count(),
        "network_nodes": StreetNetwork.objects.aggregate(total=Sum("nodes"))["total"] or 0,
    }
