"""Who lives in the SNAI classes of the territory."""

from dataclasses import dataclass

from gisplan.territory.models import SnaiClass
from gisplan.territory.profile import AGE_GROUPS, SNAI_EDITION, people_by_age

SPANS = {"0_14": AGE_GROUPS[0], "15_64": AGE_GROUPS[1], "65_plus": AGE_GROUPS[2]}


@dataclass
class ClassPeople:
    """One SNAI class; `letter` is empty where the class is not known."""

    letter: str
    municipalities: int = 0
    people: int = 0
    people_0_14: int = 0
    people_65_plus: int = 0

    @property
    def old_age_index(self) -> float | None:
        """People of 65 and over for 100 under 15 (ISTAT: indice di vecchiaia)."""
        return 100 * self.people_65_plus / self.people_0_14 if self.people_0_14 else None

    @property
    def share_65_plus(self) -> float | None:
        return self.people_65_plus / self.people if self.people else None


def people_by_class() -> list[ClassPeople]:
    letters = dict(
        SnaiClass.objects.filter(municipality__in_territory=True, snai_edition=SNAI_EDITION).values_list(
            "municipality__istat_code", "letter"
        )
    )
    rows: dict[str, ClassPeople] = {}
    for code, people in people_by_age(SPANS).items():
        row = rows.setdefault(letters.get(code, ""), ClassPeople(letters.get(code, "")))
        row.municipalities += 1
        row.people += people["people"]
        row.people_0_14 += people["0_14"]
        row.people_65_plus += people["65_plus"]
    return sorted(rows.values(), key=lambda row: row.letter or "Z")
