"""Municipalities found by code or by the name that a register prints."""

import re
import unicodedata
from collections.abc import Iterator

from gisplan.territory.istat import istat_code_of_cadastral_code
from gisplan.territory.models import Municipality

_METROPOLITAN = "cittametropolitanadi"


def normal_name(name: str) -> str:
    """Letters and digits alone: Pont-Canavese and Pont Canavese, Leinì and LEINI' are one."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", "".join(c for c in plain if not unicodedata.combining(c)))


def normal_province(name: str) -> str:
    return normal_name(name).removeprefix(_METROPOLITAN)


class Municipalities:
    """Those that the database knows: the territory and its margin."""

    def __init__(self) -> None:
        self.all = list(Municipality.objects.all())
        self.by_code = {one.istat_code: one for one in self.all}
        self._by_name: dict[str, list[Municipality]] = {}
        for one in self.all:
            for name in _names(one.name):
                self._by_name.setdefault(name, []).append(one)
        self._provinces = {normal_province(one.province_name) for one in self.all}

    def of_cadastral_code(self, code: str) -> Municipality | None:
        return self.by_code.get(istat_code_of_cadastral_code().get(code.upper(), ""))

    def named(self, name: str, province: str = "") -> Municipality | None:
        """None where no municipality, or more than one, has the name; one of the territory comes first."""
        found = self._by_name.get(normal_name(name), [])
        wanted = normal_province(province)
        if wanted:
            found = [one for one in found if normal_province(one.province_name) == wanted]
        inside = [one for one in found if one.in_territory]
        chosen = inside or found
        return chosen[0] if len(chosen) == 1 else None

    def knows_province(self, name: str) -> bool:
        """Whether a municipality of that province should be known."""
        wanted = normal_province(name)
        return any(one.in_territory and normal_province(one.province_name) == wanted for one in self.all)


def _names(name: str) -> Iterator[str]:
    """Both names of a bilingual municipality."""
    yield normal_name(name)
    if "/" in name:
        yield from (normal_name(part) for part in name.split("/"))
