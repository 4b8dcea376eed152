"""The pages: Italian at the root, English below /en/."""

from django.urls import path

from gisplan.web import (
    analysis_pages,
    catchment_api,
    hub_pages,
    plan_pages,
    run_pages,
    scenario_pages,
    territory_pages,
)

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
    path("analisi/", run_pages.runs, name="analyses"),
    path("analisi/hub/", hub_pages.hub, name="hub"),
    path("analisi/hub/salva/", hub_pages.save, name="save_hub"),
    path("analisi/poli/", hub_pages.ranking, name="ranking"),
    path("analisi/scenari/", scenario_pages.scenarios, name="scenarios"),
    path("analisi/scenari/<int:number>/", scenario_pages.scenario, name="scenario"),
    path("analisi/esecuzioni/<int:number>/", run_pages.run, name="run"),
    *(
        path(
            f"analisi/esecuzioni/<int:number>/gisplan.{kind}",
            run_pages.download,
            {"kind": kind},
            f"run_{kind}",
        )
        for kind in run_pages.TYPES
    ),
    path("fonti/", territory_pages.sources, name="sources"),
]
