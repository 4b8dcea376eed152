"""Every public page: each address without a parameter, and samples of the others, in both languages."""

from django.urls import URLPattern

from gisplan.web.urls import urlpatterns

from .conftest import COLLEGNO

TORINO, COLLEGNO_TOWN = "001272", "001090"
#: Of each address with a parameter, the pages that show what it can.
SAMPLES: dict[str, tuple[str, ...]] = {
    "axis": tuple(f"/assi/{code}/" for code in "123456"),
    "edition": ("/piani/psm-2024-2026/",),
    "edition_axis": ("/piani/psm-2024-2026/assi/3/",),
    "municipality": (f"/comuni/{COLLEGNO_TOWN}/", f"/comuni/{TORINO}/"),
    "station": (f"/stazioni/{COLLEGNO}/",),
    "station_profile": (f"/stazioni/{COLLEGNO}/profilo/",),
    "run": ("/analisi/esecuzioni/{run}/",),
    "embed": (f"/comuni/{COLLEGNO_TOWN}/incorpora/",),
}
#: Addresses with a parameter that no reader opens as a page: files, answers to a button, what signed-in keepers see.
NOT_PAGES = {
    *("ground_tile", "siting_state", "axis_answers", "layer_tile", "layer_feature"),
    *(
        "run_csv",
        "run_xlsx",
        "run_gpkg",
        "layer_qml",
        "layer_sld",
        "shapes",
        "headway",
        "layer_tile",
        "layer_feature",
    ),
    *("import_choose", "import_run", "import_state", "import_publish", "import_discard"),
    *("layer_edit", "layer_open", "layer_rollback"),
}
#: Pages of what only some data has; their own tests open them.
ELSEWHERE = {"layer", "scenario", "siting_job", "place"}
#: The same pages with a question in the address.
ASKED = (
    "/comuni/?q=susa",
    "/comuni/?q=nessuno",
    "/analisi/hub/?lon=7.5787&lat=45.0789&modo=walk&minuti=5,10",
    "/confronto/?tipo=comuni&a=001090&b=001219",
    "/confronto/?tipo=zone&a=2&b=3",
    "/confronto/?tipo=comuni&a=001090&b=001219&voce=polo",
    "/confronto/?tipo=piani&a=psm-2021-2023&b=psm-2024-2026",
    "/confronto/?tipo=anni&a=2019&b=2023",
    "/analisi/hub/profilo/?lon=7.5787&lat=45.0789",
)
SIGN_IN = "/accesso/"
#: Behind the sign-in, answers to a button, no page at all, or none without a question.
_BUTTONS = ("salva/", "conserva/", "/scenario/")
_NOT_READ = {"import_upload", "sign_out", "catchment_api", "profile"}


def with_parameters(pattern: URLPattern) -> bool:
    return bool(pattern.pattern.converters)


def _plain() -> list[str]:
    named = [one for one in urlpatterns if not with_parameters(one) and one.name not in _NOT_READ]
    return [f"/{one.pattern}" for one in named if not str(one.pattern).endswith(_BUTTONS)]


PUBLIC_PAGES = (*_plain(), *(page for pages in SAMPLES.values() for page in pages), *ASKED)
BOTH_LANGUAGES = tuple(prefix + page for prefix in ("", "/en") for page in PUBLIC_PAGES)
