"""The pages: Italian at the root, English below /en/."""

from django.urls import path

from gisplan.web import (
    access,
    analysis_pages,
    catchment_api,
    footer_pages,
    hub_pages,
    import_pages,
    layer_pages,
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
    path("accessibilita/", footer_pages.accessibility, name="accessibility"),
    path("privacy/", footer_pages.privacy, name="privacy"),
    path("fonti/", territory_pages.sources, name="sources"),
    path("accesso/", access.SignIn.as_view(), name="sign_in"),
    path("uscita/", access.SignOut.as_view(), name="sign_out"),
    path("strati/", layer_pages.layer_list, name="layers"),
    path("strati/importa/", import_pages.upload, name="import_upload"),
    path("strati/importa/caricati/<str:token>/", import_pages.choose, name="import_choose"),
    path("strati/importa/<int:number>/", import_pages.run, name="import_run"),
    path("strati/importa/<int:number>/stato/", import_pages.state, name="import_state"),
    path("strati/importa/<int:number>/pubblica/", import_pages.publish, name="import_publish"),
    path("strati/importa/<int:number>/scarta/", import_pages.discard, name="import_discard"),
    path("strati/<str:name>/", layer_pages.layer, name="layer"),
    path("strati/<str:name>/modifica/", layer_pages.edit, name="layer_edit"),
    path("strati/<str:name>/ripristina/", layer_pages.rollback, name="layer_rollback"),
    path("strati/<str:name>/stile.qml", layer_pages.qml, name="layer_qml"),
    path("strati/<str:name>/stile.sld", layer_pages.sld, name="layer_sld"),
]
