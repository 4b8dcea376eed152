from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "gisplan.web"
    verbose_name = "Pages"
