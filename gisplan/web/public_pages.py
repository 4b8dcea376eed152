"""Every page that anyone may read, with addresses of it: for the benches, and for a server that warms itself."""

from collections.abc import Callable, Iterable

from django.urls import URLPattern, reverse

from gisplan.analysis.models import Band, Run, Scenario
from gisplan.plan.queries import default_edition
from gisplan.territory.display import screen_bounds
from gisplan.territory.models import Municipality, Station
from gisplan.web import axis_reach
from layers.models import Layer

Addresses = list[str]
#: Files, parts of pages, answers to a button, and what is behind the sign-in.
NOT_PAGES = {
    *("layer_tile", "ground_tile", "layer_feature", "layer_qml", "layer_sld", "catchment_api"),
    *("run_csv", "run_xlsx", "run_gpkg", "place", "headway", "sign_out"),
    *("save_hub", "hub_to_scenario", "keep_profile", "save_plan_coverage", "save_coverage", "save_siting"),
    *("import_upload", "import_choose", "import_run", "import_state", "import_publish", "import_discard"),
    *("layer_edit", "layer_open", "layer_rollback", "siting_job", "siting_state"),
}


def public_pages(patterns: Iterable[URLPattern]) -> dict[str, Addresses]:
    """Name of a page -> some addresses of it, as far as the loaded data has any."""
    names = dict.fromkeys(str(one.name) for one in patterns if one.name not in NOT_PAGES)
    return {name: SAMPLES[name]() if name in SAMPLES else [reverse(name)] for name in names}


def _axes() -> Addresses:
    edition = default_edition()
    return [reverse("axis", args=[axis.code]) for axis in edition.axes.all()] if edition else []


def _axis_answers() -> Addresses:
    edition = default_edition()
    axes = edition.axes.filter(code__in=axis_reach.QUESTIONS) if edition else []
    return [reverse("axis_answers", args=[axis.code]) for axis in axes]


def _edition() -> Addresses:
    edition = default_edition()
    return [reverse("edition", args=[edition.code])] if edition else []


def _edition_axis() -> Addresses:
    edition = default_edition()
    axes = edition.axes.all()[:1] if edition else []
    return [reverse("edition_axis", args=[axis.edition.code, axis.code]) for axis in axes]


def _largest(count: int) -> list[str]:
    """The codes of the municipalities with the most people."""
    rows = Municipality.objects.filter(in_territory=True).order_by("-populations__people", "istat_code")
    return list(dict.fromkeys(rows.values_list("istat_code", flat=True)[: 3 * count]))[:count]


def _of_largest(name: str) -> Addresses:
    return [reverse(name, args=[code]) for code in _largest(1)]


def _located_station() -> Station | None:
    """One with a catchment upon streets, if there is any."""
    band = Band.objects.exclude(network_name="").select_related("station").order_by("station__code").first()
    located = Station.objects.filter(municipality__in_territory=True, location__isnull=False)
    return band.station if band else located.first()


def _station(name: str) -> Addresses:
    station = _located_station()
    return [reverse(name, args=[station.code])] if station else []


def _at_station(name: str) -> Addresses:
    """The question of a hub that stands where the station is."""
    station = _located_station()
    if station is None or station.location is None:
        return []
    lon, lat, *_ = screen_bounds(station.location)
    return [f"{reverse(name)}?lon={lon:.5f}&lat={lat:.5f}&modo=walk&minuti=5,10,15"]


def _compare() -> Addresses:
    page, two = reverse("compare"), _largest(2)
    return [page, f"{page}?tipo=comuni&a={two[0]}&b={two[1]}"] if len(two) == 2 else [page]


def _run() -> Addresses:
    run = Run.objects.first()
    return [reverse("run", args=[run.pk])] if run else []


def _layer() -> Addresses:
    layer = Layer.objects.filter(is_public=True, versions__is_current=True).first()
    return [reverse("layer", args=[layer.name])] if layer else []


def _scenario() -> Addresses:
    scenario = Scenario.objects.first()
    return [reverse("scenario", args=[scenario.pk])] if scenario else []


#: Pages whose address has a parameter, or that say little without a question.
SAMPLES: dict[str, Callable[[], Addresses]] = {
    "axis": _axes,
    "axis_answers": _axis_answers,
    "edition": _edition,
    "edition_axis": _edition_axis,
    "municipality": lambda: _of_largest("municipality"),
    "embed": lambda: _of_largest("embed"),
    "station": lambda: _station("station"),
    "station_profile": lambda: _station("station_profile"),
    "hub": lambda: [reverse("hub"), *_at_station("hub")],
    "profile": lambda: _at_station("profile"),
    "compare": _compare,
    "run": _run,
    "layer": _layer,
    "scenario": _scenario,
}
