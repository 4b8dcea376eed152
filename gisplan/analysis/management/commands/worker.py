from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app


class Command(BaseCommand):
    help = "Run the background worker until it is interrupted."

    def handle(self, *_: object, **__: object) -> None:
        # The queue of Django's connection cannot wait for notices: the worker opens its own.
        worker_app = app.with_connector(app.connector.get_worker_connector())
        worker_app.run_worker(install_signal_handlers=True)
