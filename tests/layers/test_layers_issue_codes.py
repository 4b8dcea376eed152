"""docs/issue_codes.md and the code name the same codes."""

import re
from pathlib import Path

from layers import errors
from layers.issues import DROPS, NOTES, Code, Issue

DOCUMENT = (Path(__file__).parents[2] / "docs" / "issue_codes.md").read_text(encoding="utf-8")


def _codes_below(heading: str) -> set[str]:
    section = re.search(rf"^## {heading}.*?\n(.*?)(?=^## |\Z)", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^\| `(\w+)` \|", section.group(1), flags=re.MULTILINE)) if section else set()


def test_notes_repairs_and_drops_are_documented_as_such() -> None:
    assert _codes_below("Notes") == set(NOTES)
    assert _codes_below("Features left out") == set(DROPS)
    assert _codes_below("Repairs") == set(Code) - NOTES - DROPS


def test_refusals_are_documented() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert _codes_below("Refusals") == {kind.code for kind in kinds}
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_every_code_has_a_message() -> None:
    assert all(Issue(code).message.endswith(".") for code in Code)
