from django.core.management.base import BaseCommand

from gisplan.web.public_pages import public_pages
from gisplan.web.urls import urlpatterns


class Command(BaseCommand):
    help = "List an address of every page that anyone may read, one a line."

    def handle(self, *_: object, **__: object) -> None:
        for addresses in public_pages(urlpatterns).values():
            for address in addresses:
                self.stdout.write(address)
