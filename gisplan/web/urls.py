"""The pages: Italian at the root, English below /en/."""

from django.urls import path

from gisplan.web import plan_pages, territory_pages

urlpatterns = [
    path("", plan_pages.home, name="home"),
    path("comuni/", territory_pages.municipalities, name="municipalities"),
    path("fonti/", territory_pages.sources, name="sources"),
]
