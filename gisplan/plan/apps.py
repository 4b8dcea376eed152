from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "gisplan.plan"
    verbose_name = "Strategic plan"
