"""The services of coverage in the reader's language, and what their registers claim to hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gisplan.analysis.coverage_ground import EVERYONE
from gisplan.analysis.services import INTERVENTIONS, LAYER, kinds_of, service_names
from gisplan.plan.queries import default_edition
from gisplan.territory.queries import REGISTERS
from gisplan.web.axes import axis_name
from gisplan.web.coverage import REGISTER_NAMES, Coverage, coverages_of
from layers.models import Layer

SHORT = {
    "hospitals": _("Ospedali, senza le case di cura private"),
    "hospitals:public": _("Ospedali pubblici"),
    "hospitals:all": _("Ospedali e case di cura"),
    INTERVENTIONS: _("Interventi del piano"),
}
#: Names that say the same as a shorter one.
HIDDEN = {"hospitals:public_hospital"}


@dataclass(frozen=True)
class ServiceGroup:
    title: str
    options: list[tuple[str, str]]


def service_groups(*, public: bool) -> list[ServiceGroup]:
    """The options of the form, by register."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in service_names(public=public):
        if name not in HIDDEN:
            groups.setdefault(_title(name), []).append((name, service_label(name)))
    return [ServiceGroup(title, options) for title, options in groups.items()]


def service_label(name: str) -> str:
    """What a service is called; a name that is gone is its own label."""
    register, _colon, kind = name.partition(":")
    if name in SHORT:
        return str(SHORT[name])
    if register == INTERVENTIONS:
        return _axis_label(kind)
    if register == LAYER:
        layer = Layer.objects.filter(name=kind).first()
        return str(layer) if layer else name
    if register not in REGISTERS:
        return name
    whole = str(REGISTER_NAMES[register])
    if not kind:
        return gettext("%(register)s, tutte") % {"register": whole}
    return f"{whole}: {dict(REGISTERS[register][2].choices).get(kind, kind)}"


def age_name(ages: str) -> str:
    if ages == EVERYONE:
        return gettext("tutte le età")
    if ages.endswith("+"):
        return gettext("%(age)s anni e oltre") % {"age": ages[:-1]}
    return gettext("%(ages)s anni") % {"ages": ages.replace("-", "–")}


def statements(name: str) -> list[Coverage]:
    """What the register says of each kind that the name stands for."""
    register, _colon, kind = name.partition(":")
    if register not in REGISTERS:
        return []
    return [one for one in coverages_of([register]) if _speaks_of(one.row.kind, kinds_of(register, kind))]


def _speaks_of(stated: str, kinds: Iterable[str]) -> bool:
    return not stated or stated in kinds


def _title(name: str) -> str:
    register = name.partition(":")[0]
    if register == LAYER:
        return gettext("Strati importati")
    return str(REGISTER_NAMES.get(register) or SHORT[INTERVENTIONS])


def _axis_label(code: str) -> str:
    edition = default_edition()
    axis = edition.axes.filter(code=code).first() if edition else None
    return gettext("Interventi dell'asse %(axis)s") % {"axis": f"{code}. {axis_name(axis)}" if axis else code}
