"""Which municipalities are SNAI poles: by the rule where the registers know enough, else by the official list."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Q

from gisplan.accessibility.inner_areas import POLE_STATIONS, PoleFacts, intermunicipal_poles, is_pole
from gisplan.network.contiguity import Pairs
from gisplan.territory.models import (
    Hospital,
    Municipality,
    NationalSnaiClass,
    RegisterCoverage,
    School,
    SnaiClass,
    Station,
)
from gisplan.territory.seeds import rows
from gisplan.territory.stamps import table_stamps

T = TypeVar("T")
#: The edition whose list of poles the seeds hold.
LIST_EDITION = "2020"
LICEO = ("LICEO CLASSICO", "LICEO SCIENTIFICO")
TECHNICAL = ("TECNICO", "IST TEC", "PROFESSIONALE", "IST PROF")


@dataclass(frozen=True)
class Poles:
    """Code -> A or B; those whom the rule decided, and how many it could not decide."""

    classes: dict[str, str]
    by_rule: dict[str, bool]
    not_decided: int
    list_edition: str

    @property
    def sentence(self) -> str:
        """For every output: on what the poles stand."""
        listed = sum(1 for code in self.classes if code not in self.by_rule)
        return (
            f"{listed} poles of the official list of {self.list_edition}, {len(self.by_rule)} municipalities "
            f"decided by the rule; of {self.not_decided} the schools, the DEA level or the station class are not known"
        )


def official_poles(codes: Collection[str]) -> Poles:
    """The list alone, of these municipalities."""
    wanted = set(codes)
    own = {code: letter for code, letter in listed_poles().items() if code in wanted}
    return Poles(own, {}, len(wanted), LIST_EDITION)


def listed_poles() -> dict[str, str]:
    """Code -> A or B of all Italy; a class that is loaded counts over the seeds' list."""
    letters = {row["istat_code"]: row["class"] for row in rows(settings.SEED_DIR, "snai_2020_poles")}
    letters |= official_classes(LIST_EDITION)
    return {code: letter for code, letter in letters.items() if letter in ("A", "B")}


def official_classes(edition: str) -> dict[str, str]:
    """Code -> class, of all municipalities of which the class of that edition is loaded; the territory's own count."""
    national = NationalSnaiClass.objects.filter(snai_edition=edition)
    own = SnaiClass.objects.filter(snai_edition=edition)
    classes = dict(national.values_list("istat_code", "letter"))
    return classes | dict(own.values_list("municipality__istat_code", "letter"))


#: What the rule and the list stand on.
TABLES = (
    *(School, Hospital, Station, SnaiClass, NationalSnaiClass, Municipality),
    *(RegisterCoverage, RegisterCoverage.municipalities.through),
)
_kept: dict[tuple[object, ...], Poles] = {}


def poles_of_territory(codes: tuple[str, ...], neighbours: Pairs) -> Poles:
    """From memory while no row that they stand on has changed: several answers of one page ask for them."""
    seeds = str(settings.SEED_DIR)
    state = (connection.settings_dict["NAME"], seeds, table_stamps(TABLES), codes, neighbours.tobytes())
    found = _kept.get(state)
    if found is None:
        found = decided_poles(codes, neighbours)
        _kept.clear()
        _kept[state] = found
    return found


def decided_poles(codes: tuple[str, ...], neighbours: Pairs) -> Poles:
    """What the rule says of each municipality and of neighbouring pairs; where it does not decide, the list does."""
    facts = pole_facts(codes)
    decided = {code: said for code, said in zip(codes, map(is_pole, facts), strict=True) if said is not None}
    classes = official_poles(codes).classes
    for code, said in decided.items():
        if said:
            classes[code] = "A"
        elif classes.get(code) == "A":
            del classes[code]  # an intermunicipal pole may lack a thing that its partner has
    pairs = [tuple(pair) for pair in neighbours.tolist()]
    open_pairs = [pair for pair in pairs if not any(decided.get(codes[one]) for one in pair)]
    together = intermunicipal_poles(facts, open_pairs, neighbours=open_pairs)
    by_rule = {code: said for code, said in decided.items() if said or code not in classes}
    for pair, is_one in zip(open_pairs, together, strict=True):
        if is_one:
            for one in pair:
                classes.setdefault(codes[one], "B")
                by_rule[codes[one]] = True
    return Poles(classes, by_rule, len(codes) - len(decided), LIST_EDITION)


def pole_facts(codes: Iterable[str]) -> list[PoleFacts]:
    """What the registers know of each; an absence is known only where the register is complete."""
    wanted = list(codes)
    liceo = _with_school(LICEO)
    technical = _with_school(TECHNICAL)
    dea, no_dea = _dea_levels()
    station, no_station = _station_classes()
    schools_known = _complete("schools", School.Level.SECONDARIA_II, wanted)
    hospitals_known = _complete("hospitals", "", wanted)
    stations_known = _complete("stations", Station.Kind.RAIL, wanted)
    return [
        PoleFacts(
            liceo=True if code in liceo else False if code in schools_known else None,
            technical=True if code in technical else False if code in schools_known else None,
            dea_level=_best(dea.get(code), code in hospitals_known and code not in no_dea, 0),
            station_class=_best(station.get(code), code in stations_known and code not in no_station, "none"),
        )
        for code in wanted
    ]


def _best(known: T | None, is_absent: bool, none: T) -> T | None:
    return known if known is not None else none if is_absent else None


def _with_school(words: tuple[str, ...]) -> set[str]:
    named = Q()
    for word in words:
        named |= Q(type_as_printed__icontains=word)
    schools = School.objects.filter(named, level=School.Level.SECONDARIA_II)
    return set(schools.values_list("municipality__istat_code", flat=True))


def _dea_levels() -> tuple[dict[str, int], set[str]]:
    """The highest known level of each, where it decides; and those with a hospital of which it is not known."""
    levels: dict[str, int] = {}
    unknown = set()
    for code, level in Hospital.objects.values_list("municipality__istat_code", "dea_level"):
        if level is None:
            unknown.add(code)
        else:
            levels[code] = max(level, levels.get(code, 0))
    decided = {code: level for code, level in levels.items() if level >= 1 or code not in unknown}
    return decided, unknown


def _station_classes() -> tuple[dict[str, str], set[str]]:
    """The best known class of each, where it decides; and those with a station of which it is not known."""
    classes: dict[str, str] = {}
    unknown = set()
    rail = Station.objects.filter(kind=Station.Kind.RAIL)
    for code, named in rail.values_list("municipality__istat_code", "rfi_class"):
        if not named:
            unknown.add(code)
        elif classes.get(code, "").lower() not in POLE_STATIONS:
            classes[code] = named
    decided = {
        code: named
        for code, named in classes.items()
        if named.lower() in POLE_STATIONS or code not in unknown
    }
    return decided, unknown


def _complete(register: str, kind: str, codes: Iterable[str]) -> set[str]:
    """The municipalities for which the register says that it holds all of the kind."""
    stated = RegisterCoverage.objects.filter(register=register).prefetch_related("municipalities")
    by_kind: Mapping[str, RegisterCoverage] = {row.kind: row for row in stated}
    statements = [by_kind.get(kind) or by_kind.get("")] if kind else list(by_kind.values())
    found = set(codes)
    for row in statements or [None]:
        if row is None or not row.complete:
            return set()
        members = {one.istat_code for one in row.municipalities.all()}
        found &= members or found
    return found
