"""Two municipalities or two homogeneous zones side by side, at one scale, by a figure that the reader chooses."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.plan.models import Intervention
from gisplan.plan.queries import default_edition, interventions_of_municipality
from gisplan.territory.display import territory_bounds
from gisplan.territory.models import Municipality, MunicipalityBoundary, TerritoryEdition, Zone
from gisplan.territory.profile import latest_edition, zone_of_municipalities
from gisplan.web import difference_map, indicators, maps
from gisplan.web.compare_figures import (
    interventions_in,
    municipality_figures,
    paired,
    rate_figures,
    zone_figures,
)
from gisplan.web.comparison import FIRST, SECOND, CannotCompare, Comparison, Side
from gisplan.web.difference_map import Differences, Places
from gisplan.web.features import lang
from gisplan.web.indicators import Figures, Indicator
from gisplan.web.kept import data_stamp, kept
from gisplan.web.place_maps import outline, outlines, value_layer
from gisplan.web.plan_layers import interventions_by_axis

_GROUND = ("boundaries", "municipality")


@dataclass(frozen=True, kw_only=True)
class _Two:
    """Two among all `places` of their kind: `keys` name them there, `codes` are the municipalities of each."""

    edition: TerritoryEdition
    ground: Places
    places: Places
    known: Figures
    keys: tuple[str, str]
    codes: tuple[Collection[str], Collection[str]]

    @cached_property
    def asked(self) -> Differences:
        words = {"indicator": self.known.chosen.name, "place": self.places.names[self.keys[0]]}
        return Differences(
            title=_("%(indicator)s: quanto in più o in meno di %(place)s") % words,
            unit=str(self.known.chosen.unit),
            decimals=self.known.chosen.decimals,
            names=("", str(self.known.chosen.name)),
            difference_name=_("Differenza da %(place)s") % words,
        )

    @cached_property
    def names(self) -> tuple[str, str]:
        return self.places.names[self.keys[0]], self.places.names[self.keys[1]]

    def outlines(self, *, whole: bool = False) -> MapLayer:
        return outlines(list(zip(self.names, self.codes, strict=True)), self.ground.shapes, whole=whole)

    def values(self, named: Collection[str] = ()) -> MapLayer:
        own = self.known.chosen_of(self.ground.names)
        return value_layer(self.known.chosen, self.ground, own, named=named)

    def comparison(
        self, sides: tuple[Side, Side], figures: tuple[list[tuple[str, object, int]], ...]
    ) -> Comparison:
        values = self.known.chosen_of(self.places.names)
        pair = (values[self.keys[0]], values[self.keys[1]])
        drawn = difference_map.difference_map(
            self.asked,
            self.edition,
            {key: (pair[0], value) for key, value in values.items()},
            places=self.places,
            above=[self.outlines()],
        )
        ground = maps.named_sources([self.edition.source])
        sources = (*ground, *indicators.sources(self.known.chosen))
        return Comparison(
            first=sides[0],
            second=sides[1],
            figures=paired(figures),
            difference=replace(drawn, sources=tuple(dict.fromkeys(sources))),
            says=(
                difference_map.in_words(self.asked, pair, self.names),
                indicators.stands_on(self.known.chosen),
            ),
            filters=((_("Voce"), str(self.known.chosen.name)),),
            shared_view=False,
            decimals=self.known.chosen.decimals,
        )


def municipalities(first: str, second: str, indicator: Indicator) -> Comparison:
    """By ISTAT codes."""
    found = _municipality(first), _municipality(second)
    edition = _ground()
    places = difference_map.municipalities(edition)
    keys = (found[0].istat_code, found[1].istat_code)
    two = _Two(
        edition=edition,
        ground=places,
        places=places,
        known=_known(indicator, {code: {code} for code in places.names}),
        keys=keys,
        codes=({keys[0]}, {keys[1]}),
    )
    edition_of_plan = default_edition()
    here = [interventions_of_municipality(one, edition=edition_of_plan).here for one in found]
    sides = [
        Side(one.name, reverse("municipality", args=[one.istat_code]), _municipality_map(one, key, two, own))
        for one, key, own in zip(found, (FIRST, SECOND), here, strict=True)
    ]
    figures = [
        [
            *municipality_figures(one, len(own) if edition_of_plan else None),
            *rate_figures(two.known, one.istat_code, "comuni"),
        ]
        for one, own in zip(found, here, strict=True)
    ]
    return two.comparison((sides[0], sides[1]), (figures[0], figures[1]))


def _known(indicator: Indicator, groups: Mapping[str, Collection[str]], *, by_zone: bool = False) -> Figures:
    """The same for every two places, so it is kept."""
    key = ("compared figures", indicator.code, by_zone)
    return kept(data_stamp(), key, lambda: indicators.figures(indicator, groups, by_zone=by_zone))


def _ground() -> TerritoryEdition:
    edition = latest_edition()
    if edition is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    return edition


def _municipality(code: str) -> Municipality:
    found = Municipality.objects.filter(istat_code=code, in_territory=True).first()
    if found is None:
        raise CannotCompare(_("Scegli due comuni del territorio: uno di quelli nell'indirizzo non c'è."))
    return found


def _municipality_map(
    one: Municipality, key: str, two: _Two, interventions: Sequence[Intervention]
) -> MapSpec:
    """The map of its own page, the municipalities coloured by value."""
    spec = maps.municipality_map(one, interventions)
    if spec is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    named = {
        item["properties"]["id"]
        for layer in spec.layers
        if layer.key == "boundaries"
        for item in layer.features
    }
    layers = [
        *(layer for layer in spec.layers if layer.key == "outside"),
        two.values(named - set(two.keys)),
        two.outlines(whole=True),
        *(layer for layer in spec.layers if layer.key not in ("outside", *_GROUND)),
    ]
    return replace(spec, key=key, layers=tuple(layers))


def zones(first: str, second: str, indicator: Indicator) -> Comparison:
    """By their numbers."""
    found = _zone(first), _zone(second)
    edition = _ground()
    ground = difference_map.municipalities(edition)
    members = _members()
    keys = (str(found[0].number), str(found[1].number))
    two = _Two(
        edition=edition,
        ground=ground,
        places=_zones(members, ground),
        known=_known(indicator, {code: {code} for code in ground.names} | members, by_zone=True),
        keys=keys,
        codes=(members.get(keys[0], set()), members.get(keys[1], set())),
    )
    layers = [two.values(), two.outlines()]
    sides = [
        Side(
            two.places.names[str(zone.number)],
            f"{reverse('municipalities')}?zona={zone.number}",
            _zone_map(two, key, layers, codes=sorted(codes)),
        )
        for zone, key, codes in zip(found, (FIRST, SECOND), two.codes, strict=True)
    ]
    figures = [
        [*zone_figures(zone, sorted(codes)), *rate_figures(two.known, str(zone.number), "zone")]
        for zone, codes in zip(found, two.codes, strict=True)
    ]
    return two.comparison((sides[0], sides[1]), (figures[0], figures[1]))


def _zone(number: str) -> Zone:
    found = Zone.objects.filter(number=int(number)).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise CannotCompare(_("Scegli due zone omogenee: una di quelle nell'indirizzo non c'è."))
    return found


def _members() -> dict[str, set[str]]:
    """Number of the zone, as text -> its municipalities of today."""
    found: dict[str, set[str]] = {}
    for code, zone in zone_of_municipalities().items():
        found.setdefault(str(zone.number), set()).add(code)
    return found


def _zones(members: dict[str, set[str]], ground: Places) -> Places:
    """Every zone as one shape."""
    drawn = {number: outline(codes, ground.shapes) for number, codes in members.items()}
    names = {str(zone.number): f"{_('Zona')} {zone}" for zone in Zone.objects.all()}
    return Places(names, {number: shape for number, shape in drawn.items() if shape})


def _zone_map(two: _Two, key: str, ground: list[MapLayer], *, codes: list[str]) -> MapSpec:
    inside = MunicipalityBoundary.objects.filter(edition=two.edition, municipality__istat_code__in=codes)
    box = inside.aggregate(box=Extent(Transform("geometry", 4326)))["box"]
    return MapSpec(
        title=two.names[0 if key == FIRST else 1],
        layers=(*ground, *interventions_by_axis(interventions_in(codes))),
        lang=lang(),
        key=key,
        bounds=tuple(box) if box else territory_bounds(two.edition),
        attribution=maps.attribution(two.edition),
    )


BUILDERS: dict[str, Callable[[str, str, Indicator], Comparison]] = {"comuni": municipalities, "zone": zones}
