"""The pages: Italian at the root, English below /en/."""

from django.urls import path

from gisplan.web import analysis_pages, catchment_api, plan_pages, territory_pages

urlpatterns = [
    path("", plan_pages.home, name="home"),
    path("assi/<str:code>/", plan_pages.axis, name="axis"),
    path("piani/<slug:edition>/", plan_pages.home, name="edition"),
    path("piani/<slug:edition>/assi/<str:code>/", plan_pages.axis, name="edition_axis"),
    path("comuni/", territory_pages.municipalities, name="municipalities"),
    path("comuni/<str:istat_code>/", territory_pages.municipality, name="municipality"),
    path("stazioni/", analysis_pages.stations, name="stations"),
    path("stazioni/<str:code>/", analysis_pages.station, name="station"),
    path("analysis/catchment", catchment_api.catchment, name="catchment_api"),
    path("fonti/", territory_pages.sources, name="sources"),
]
