from typing import Any, cast

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


class Command(BaseCommand):
    help = "Run the background worker until it is interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="stop when the queue is empty")

    def handle(self, *_: object, **options: Any) -> None:
        # The queue of Django's connection cannot wait for notices: the worker opens its own.
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        app.with_connector(connector).run_worker(wait=not options["until_idle"])
