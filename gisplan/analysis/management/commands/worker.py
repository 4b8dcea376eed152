from typing import cast

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


class Command(BaseCommand):
    help = "Run the background worker until it is interrupted."

    def handle(self, *_: object, **__: object) -> None:
        # The queue of Django's connection cannot wait for notices: the worker opens its own.
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        app.with_connector(connector).run_worker(install_signal_handlers=True)
