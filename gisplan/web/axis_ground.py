"""What the map of an axis answers at first sight: a choropleth of the axis's own question, the places upon it, and a
sentence that says what it shows."""

from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.models import Band
from gisplan.analysis.queries import STANDARD_MINUTES, bands_within
from gisplan.maps.spec import MapLayer
from gisplan.plan.models import Axis
from gisplan.territory.models import HealthSite, Hospital, School, Station, TerritoryEdition
from gisplan.territory.profile import SNAI_EDITION, municipalities_in_territory, snai_classes_are_loaded
from gisplan.web import ground_layers, place_layers, reach_layers
from gisplan.web.cited_runs import citation
from gisplan.web.kept import data_stamp, kept
from gisplan.web.reach_figures import HEALTH_GROUPS, SCHOOL_MINUTES, coverages_of_axis, station_reach_run

PNRR = "pnrr"  # key of the layer of the PNRR's projects
INSIDE = {"municipality__in_territory": True}


@dataclass(frozen=True)
class AxisGround:
    """`areas` from the bottom, `places` upon them; `says` has a sentence by the key of the layer that it describes.

    `bands` are those of which the stations tell.
    """

    areas: list[MapLayer]
    places: list[MapLayer] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    bands: list[Band] = field(default_factory=list)


def axis_ground(axis: Axis, edition: TerritoryEdition) -> AxisGround:
    """From memory while no municipality, place, catchment or layer has changed.

    Only whether the run of the stations still stands is asked anew, for that depends on the plan, too.
    """
    stamp = data_stamp().of("territory", "analysis", "layers")
    ground = kept(stamp, ("axis ground", axis.code), lambda: _ground(axis, edition))
    areas = [replace(layer, stamp=layer.stamp or f"{stamp}") for layer in ground.areas]
    cited = citation(ground.bands) if ground.bands else ""
    places = [replace(one, note=cited) if one.key == "stations" else one for one in ground.places]
    return replace(ground, areas=areas, places=places)


def _ground(axis: Axis, edition: TerritoryEdition) -> AxisGround:
    """Boundaries alone where the axis has no question of its own, or what would answer it is not loaded."""
    plain = AxisGround([ground_layers.boundaries(edition)])
    try:
        found = GROUNDS[axis.code](edition) if axis.code in GROUNDS else None
    except AnalysisError:  # the answers of the page say what is missing
        found = None
    if found is None:
        return plain
    outlines = [] if found.areas[0].key == plain.areas[0].key else plain.areas
    return replace(found, areas=[*outlines, *found.areas])  # what is left where the coloured layer is off


def caption(ground: AxisGround, layers: list[MapLayer]) -> str:
    """What the lowest of the layers that are switched on shows; empty where none of them has a sentence."""
    says = ground.says | {PNRR: _pnrr_says()}
    return next((says[layer.key] for layer in layers if layer.visible and layer.key in says), "")


def _pnrr_says() -> str:
    return _(
        "La mappa mostra gli euro per abitante dei progetti PNRR che agiscono in un solo comune; tratteggiati i comuni "
        "che hanno solo progetti in comune con altri, bianchi quelli di cui non è caricato alcun progetto."
    )


def _stations(edition: TerritoryEdition) -> AxisGround:
    bands = bands_within(10)
    stops = place_layers.stations(Station.objects.filter(**INSIDE), bands=bands, small=True)
    places = [*reach_layers.station_bands(edition), stops]
    run = station_reach_run()
    if run is None:
        return AxisGround([ground_layers.boundaries(edition)], places, bands=list(bands.values()))
    sentence = _(
        "La mappa mostra, comune per comune, quanta parte dei residenti vive entro %(minutes)s minuti a piedi da una "
        "stazione; i punti sono le stazioni."
    ) % {"minutes": STANDARD_MINUTES[-1]}
    share = reach_layers.station_share(run, edition)
    return AxisGround([share], places, {share.key: sentence}, list(bands.values()))


def _schools(edition: TerritoryEdition) -> AxisGround | None:
    if not School.objects.filter(**INSIDE).exists():
        return None
    levels = reach_layers.school_levels(coverages_of_axis("4"), edition)
    register = ground_layers.schools(edition, municipalities_in_territory(), visible=False)
    sentence = _(
        "La mappa mostra, comune per comune, quanti dei quattro gradi di scuola si raggiungono entro %(minutes)s "
        "minuti in auto."
    ) % {"minutes": SCHOOL_MINUTES}
    return AxisGround([levels, register], says={levels.key: sentence, register.key: _register_says()})


def _register_says() -> str:
    return _("La mappa mostra quante scuole di ogni comune sono nel registro.")


def _snai(edition: TerritoryEdition) -> AxisGround | None:
    if not snai_classes_are_loaded():
        return None
    classes = ground_layers.snai_classes(edition, municipalities_in_territory())
    sentence = _(
        "La mappa mostra le classi SNAI %(edition)s dei comuni: dai poli, che hanno i servizi, alle aree interne, che "
        "ne sono più lontane."
    ) % {"edition": SNAI_EDITION}
    return AxisGround([classes], says={classes.key: sentence})


def _health(edition: TerritoryEdition) -> AxisGround:
    places = [
        place_layers.hospitals(Hospital.objects.filter(**INSIDE)),
        place_layers.health_sites(HealthSite.objects.filter(**INSIDE)),
    ]
    found = coverages_of_axis("6")
    each = len(HEALTH_GROUPS)
    if not len(found[0].services):
        return AxisGround([ground_layers.boundaries(edition)], places)
    hospital = reach_layers.service_minutes(found[:each], edition)
    community = reach_layers.service_minutes(found[each:], edition, visible=False)
    says = {
        hospital.key: _(
            "La mappa mostra, comune per comune, i minuti in auto all'ospedale pubblico più vicino."
        ),
        community.key: _(
            "La mappa mostra, comune per comune, i minuti in auto alla Casa della Comunità più vicina."
        ),
    }
    return AxisGround([hospital, community], places, says)


GROUNDS = {"3": _stations, "4": _schools, "5": _snai, "6": _health}
