from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "gisplan.analysis"
    verbose_name = "Analyses"
