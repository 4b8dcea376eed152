"""The figures by which places are compared: their names, units and values, one source for each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisplan.analysis import place_indicators
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.place_indicators import Values
from gisplan.analysis.road_times import SCHEMATIC, road_times
from gisplan.analysis.trends import population_dates
from gisplan.maps.spec import Source
from gisplan.plan.models import PnrrProject
from gisplan.plan.queries import completeness, default_edition
from gisplan.territory.models import (
    Municipality,
    MunicipalityBoundary,
    Population,
    SnaiClass,
    Zone,
    ZoneMembership,
)
from gisplan.territory.models import Source as SourceRow
from gisplan.web.kept import kept, stamp_of
from gisplan.web.maps import named_sources

#: What the series of residents by age is made of.
PEOPLE = (Municipality, MunicipalityBoundary, Population, SnaiClass, Zone, ZoneMembership)


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """`code` is its word in the address, `key` its name in the analyses, `unit` that of a difference."""

    code: str
    key: str
    name: Any
    unit: Any
    decimals: int
    of_zones: bool = True
    of_municipalities: bool = True


_POINTS = gettext_lazy("punti percentuali")
INDICATORS = {
    one.code: one
    for one in (
        Indicator(
            code="anziani",
            key="share_65_plus",
            name=gettext_lazy("65 anni e oltre (%)"),
            unit=_POINTS,
            decimals=1,
        ),
        Indicator(
            code="giovani", key="share_0_14", name=gettext_lazy("0–14 anni (%)"), unit=_POINTS, decimals=1
        ),
        Indicator(
            code="vecchiaia",
            key="old_age_index",
            name=gettext_lazy("Indice di vecchiaia"),
            unit=gettext_lazy("punti"),
            decimals=1,
        ),
        Indicator(
            code="variazione",
            key="change_pct",
            name=gettext_lazy("Variazione dei residenti (%)"),
            unit=_POINTS,
            decimals=1,
        ),
        Indicator(
            code="interne",
            key="share_inner",
            name=gettext_lazy("Residenti in aree interne (%)"),
            unit=_POINTS,
            decimals=1,
            of_municipalities=False,
        ),
        Indicator(
            code="polo",
            key="minutes_to_pole",
            name=gettext_lazy("Minuti in auto dal polo più vicino"),
            unit="min",
            decimals=0,
            of_zones=False,
        ),
        Indicator(
            code="ospedale",
            key="minutes_to_hospital",
            name=gettext_lazy("Minuti in auto dal più vicino ospedale pubblico del registro"),
            unit="min",
            decimals=0,
            of_zones=False,
        ),
        Indicator(
            code="interventi",
            key="interventions_per_1000",
            name=gettext_lazy("Interventi del piano ogni 1.000 residenti"),
            unit=gettext_lazy("interventi ogni 1.000 residenti"),
            decimals=3,
        ),
        Indicator(
            code="progetti",
            key="pnrr_per_1000",
            name=gettext_lazy("Progetti PNRR ogni 1.000 residenti"),
            unit=gettext_lazy("progetti ogni 1.000 residenti"),
            decimals=2,
        ),
        Indicator(
            code="euro",
            key="pnrr_eur_per_inhabitant",
            name=gettext_lazy("PNRR: euro per residente, progetti di un luogo solo"),
            unit=gettext_lazy("euro per residente"),
            decimals=2,
        ),
    )
}
DEFAULT = "anziani"


def indicators_of(kind: str) -> list[Indicator]:
    """Those that `comuni` or `zone` can be compared by."""
    return [one for one in INDICATORS.values() if (one.of_zones if kind == "zone" else one.of_municipalities)]


@dataclass(frozen=True)
class Figures:
    """Every rate of each place: of municipalities by ISTAT code, of zones by their number."""

    chosen: Indicator
    rates: Mapping[str, Values]

    def value(self, indicator: Indicator, place: str) -> float | None:
        """As it is written: what is compared and coloured is what is read."""
        own = self.rates.get(indicator.key, {}).get(place)
        return None if own is None else round(own, indicator.decimals)

    def chosen_of(self, places: Iterable[str]) -> Values:
        return {place: self.value(self.chosen, place) for place in places}


def figures(chosen: Indicator, groups: Mapping[str, Collection[str]], *, by_zone: bool = False) -> Figures:
    """Of these groups of municipalities: each alone by its code and, `by_zone`, the zones by their numbers."""
    rates = place_indicators.rates(groups, default_edition())
    rates["change_pct"] = _changes("municipality") | (_changes("zone") if by_zone else {})
    if chosen.key in place_indicators.MINUTES:
        rates[chosen.key] = place_indicators.minutes(chosen.key, groups.keys())
    return Figures(chosen, rates)


def _changes(kind: str) -> Values:
    """The series of all ages takes longer than all the rest, and no place changes it."""
    return kept(stamp_of(*PEOPLE), ("changes", kind), lambda: place_indicators.changes(kind))


def stands_on(indicator: Indicator) -> str:
    """What one must know of a figure before comparing by it; "" where its name says all."""
    if indicator.key in place_indicators.MINUTES:
        return _road_note()
    if indicator.key == "change_pct":
        years = [str(day.year) for day in population_dates()]
        return _("Dal %(first)s al %(last)s.") % {"first": years[0], "last": years[-1]} if years else ""
    if indicator.key == "interventions_per_1000" and (edition := default_edition()):
        return f"{completeness(edition).statement}."
    if indicator.key == "pnrr_eur_per_inhabitant":
        return _(
            "Gli importi dei progetti che agiscono in più luoghi della mappa non sono attribuiti a nessuno."
        )
    if indicator.key == "old_age_index":
        return _("Persone di 65 anni e oltre ogni 100 sotto i 15 anni.")
    return ""


def sources(indicator: Indicator) -> tuple[Source, ...]:
    """Where the figure comes from, the newest of each: people, and the register that is laid on them."""
    if indicator.key in place_indicators.MINUTES:
        found: tuple[Source, ...] = ()
    else:
        inside = Population.objects.filter(municipality__in_territory=True)
        if indicator.key != "change_pct":
            inside = inside.filter(reference_date=inside.aggregate(newest=Max("reference_date"))["newest"])
        found = named_sources(SourceRow.objects.filter(pk__in=inside.values("source")))
    if indicator.key == "interventions_per_1000" and (edition := default_edition()):
        return (Source(edition.title), *found)
    if indicator.key.startswith("pnrr"):
        return (*named_sources(SourceRow.objects.filter(pk__in=PnrrProject.objects.values("source"))), *found)
    return found


def _road_note() -> str:
    try:
        method = road_times().method
    except AnalysisError:
        return ""
    if method == SCHEMATIC:
        return _(
            "Minuti in auto fra comuni su una rete schematica (confini, altitudine, terreno), non sulle strade: "
            "servono a confrontare, non a viaggiare."
        )
    return _("Minuti in auto fra comuni sulla rete stradale caricata.")
