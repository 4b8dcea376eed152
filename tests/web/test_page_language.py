"""Every page speaks one language, its figures, dates and amounts too; what is another's is marked as such."""

import re

import pytest
from django.test import Client

from .languages import (
    ALIKE,
    ENGLISH_WORDS,
    ITALIAN_WORDS,
    NOT_ENGLISH_FIGURES,
    NOT_ITALIAN_FIGURES,
    PYTHON_WORDS,
)
from .pages import BOTH_LANGUAGES
from .test_every_page import whole
from .visible_text import pieces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

#: A municipality of the territory is called None; the rest are names, and licences by their names.
NAMES = re.compile(
    r"\bcomune di None\b|\bmunicipality of None\b|^None$|\bSan Secondo\b|\bCC BY\b|^[^a-zà-ù]+$|"
    r"\bcase della salute\b|\bARE\b"
)


def wrong(page: str, *patterns: re.Pattern[str], lang: str) -> list[str]:
    """The texts of a page in its own language in which one of the patterns occurs."""
    found = []
    for piece in pieces(page):
        text = NAMES.sub(" ", ALIKE.sub(" ", piece.text))
        if piece.lang == lang and any(pattern.search(text) for pattern in patterns):
            found.append(piece.text)
    return found


@pytest.mark.parametrize("address", BOTH_LANGUAGES)
def test_a_page_speaks_its_language_and_writes_figures_as_its_readers_do(
    client: Client, address: str
) -> None:
    lang = "en" if address.startswith("/en/") else "it"
    page = client.get(whole(address)).content.decode()
    words, figures = (
        (ITALIAN_WORDS, NOT_ENGLISH_FIGURES) if lang == "en" else (ENGLISH_WORDS, NOT_ITALIAN_FIGURES)
    )
    assert wrong(page, words, figures, PYTHON_WORDS, lang=lang) == []
