"""The view of an axis that an address asks for: filters, year, layers and place of the map."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from gisplan.plan.filters import BOTH, IN_WORDS, NOT_KNOWN, Choices, Wanted
from gisplan.plan.models import Claim, Intervention
from gisplan.territory.models import Municipality, SnaiClass, Zone
from gisplan.web.map_view import view_of
from gisplan.web.refusals import chosen, whole

REGISTERS = {
    "piano": Intervention.Register.PLAN.value,
    "pnrr": Intervention.Register.PNRR.value,
    "tutti": BOTH,
}
#: Of the address, in the order in which a link is written.
FILTERS = ("registro", "tipo", "zona", "comune", "classe", "stato", "anno")


@dataclass(frozen=True)
class AxisView:
    """What is asked, as it stands in the address; a place of the map that is not understood asks nothing."""

    asked: dict[str, str]
    layers: frozenset[str] | None  # None: as the map has them
    place: str  # lon,lat,zoom or empty

    @property
    def wanted(self) -> Wanted:
        asked = self.asked
        return Wanted(
            register=REGISTERS.get(asked["registro"], Intervention.Register.PLAN.value),
            kind=asked["tipo"],
            zone=_whole(asked["zona"]),
            municipality=asked["comune"],
            state=asked["stato"],
            snai=asked["classe"],
            year=_whole(asked["anno"]),
        )

    @property
    def is_filtered(self) -> bool:
        return any(self.asked.values())

    def query(self, **changed: str) -> str:
        """The address's part for this view, or for one that differs in some filters; ends with & or is empty."""
        told = {name: value for name, value in (self.asked | changed).items() if value}
        return f"{urlencode(told)}&" if told else ""

    @property
    def without_year(self) -> str:
        return self.query(anno="")


def view_from(query: QueryDict) -> AxisView:
    asked = {name: query.get(name, "").strip()[:80] for name in FILTERS}
    map_view = view_of(query)
    chosen("registro", asked["registro"], list(REGISTERS))
    chosen("classe", asked["classe"], SnaiClass.Letter.values)
    chosen("stato", asked["stato"], [*filter(None, Claim.State.values), NOT_KNOWN, IN_WORDS])
    for name in ("zona", "anno", "comune"):
        whole(name, asked[name], digits=6 if name == "comune" else 4)
    return AxisView(
        asked=asked,
        layers=map_view.layers,
        place=map_view.place,
    )


def _whole(written: str) -> int | None:
    return int(written) if re.fullmatch(r"[0-9]{1,4}", written) else None


def check_choices(view: AxisView, offered: Choices) -> None:
    """What the axis and the territory know; where nothing of the axis lies is a choice all the same."""
    asked = view.asked
    if not Intervention.objects.filter(kind=asked["tipo"]).exists():
        chosen("tipo", asked["tipo"], [kind for kind, _name in offered.kinds])
    if asked["zona"]:
        chosen(
            "zona", asked["zona"], [str(number) for number in Zone.objects.values_list("number", flat=True)]
        )
    if asked["comune"] and not Municipality.objects.filter(istat_code=asked["comune"]).exists():
        chosen("comune", asked["comune"], [code for code, _name in offered.municipalities])


def filter_fields(view: AxisView, offered: Choices) -> list[dict[str, Any]]:
    """The fields of the form: name, label, options with their words; a field with nothing to choose is left out."""
    registers = [
        ("piano", _("Registro del piano")),
        ("pnrr", _("Progetti PNRR")),
        ("tutti", _("Tutti e due")),
    ]
    fields = [
        ("registro", _("Registro"), registers if Intervention.Register.PNRR in offered.registers else []),
        ("tipo", _("Tipo"), offered.kinds),
        ("stato", _("Stato"), [(state, state_words(state)) for state in offered.states]),
        ("zona", _("Zona omogenea"), [(str(zone.number), str(zone)) for zone in offered.zones]),
        ("comune", _("Comune"), offered.municipalities),
        (
            "classe",
            _("Classe SNAI"),
            [(one, f"{one} {SnaiClass.Letter(one).label}") for one in offered.letters],
        ),
    ]
    return [
        {
            "name": name,
            "label": label,
            "options": options,
            "value": view.asked[name],
            "any": name != "registro",
        }
        for name, label, options in fields
        if len(options) > 1 or view.asked[name]
    ]


def state_words(state: str) -> str:
    if state == NOT_KNOWN:
        return _("non noto")
    if state == IN_WORDS:
        return _("con parole della fonte")
    return str(Claim.State(state).label)
