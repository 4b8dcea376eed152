from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "gisplan.territory"
    verbose_name = "Territory"
