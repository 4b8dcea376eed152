"""Figures as readers of each language write them."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils.translation import override

from gisplan.accessibility.hub_quality import DEFAULT_TABLE
from gisplan.network.profiles import SPEED_SOURCES
from gisplan.territory.models import RegisterCoverage
from gisplan.web import method_words
from gisplan.web.templatetags import figures

NUMBERS = [
    (1234567, 0, "1.234.567", "1,234,567"),
    (12.5, 1, "12,5", "12.5"),
    (0, 0, "0", "0"),
    (999.6, 0, "1.000", "1,000"),
    (None, 0, "non noto", "not known"),
]


@pytest.mark.parametrize(("value", "decimals", "italian", "english"), NUMBERS)
def test_a_number_has_the_separators_of_its_language(
    value: float | None, decimals: int, italian: str, english: str
) -> None:
    with override("it"):
        assert figures.number(value, decimals) == italian
    with override("en"):
        assert figures.number(value, decimals) == english


AMOUNTS = [
    ("16000000.00", "16.000.000 €", "€16,000,000"),
    ("12.50", "12,50 €", "€12.50"),
    ("999.99", "999,99 €", "€999.99"),
    ("413402182.36", "413.402.182 €", "€413,402,182"),
    (None, "non noto", "not known"),
]


@pytest.mark.parametrize(("value", "italian", "english"), AMOUNTS)
def test_an_amount_carries_its_currency_where_the_language_puts_it(
    value: str | None, italian: str, english: str
) -> None:
    amount = None if value is None else Decimal(value)
    with override("it"):
        assert figures.euro(amount) == italian
    with override("en"):
        assert figures.euro(amount) == english


@pytest.mark.parametrize(
    ("written", "italian", "english"),
    [
        ("2025-04-07", "7 aprile 2025", "7 April 2025"),
        ("2022-02", "febbraio 2022", "February 2022"),
        ("2019", "2019", "2019"),
        ("2022 (weekly no. 43)", "2022 (settimanale n. 43)", "2022 (weekly no. 43)"),
        ("2022-13", "2022-13", "2022-13"),
    ],
)
def test_the_date_of_a_claim_is_no_more_exact_than_its_source(
    written: str, italian: str, english: str
) -> None:
    with override("it"):
        assert figures.as_of(written) == italian
    with override("en"):
        assert figures.as_of(written) == english


def test_the_dates_in_a_text_are_written_out() -> None:
    with override("it"):
        assert figures.dated("fine 2026-06-30, lotto 2023-45-99") == "fine 30 giugno 2026, lotto 2023-45-99"
    with override("en"):
        assert figures.dated("end 2026-06-30") == "end 30 June 2026"


def test_a_date_is_written_out() -> None:
    with override("it"):
        assert figures.day(dt.date(2025, 4, 7)) == "7 aprile 2025"
        assert figures.day(None) == "non noto"
    with override("en"):
        assert figures.day(dt.date(2025, 4, 7)) == "7 April 2025"


def test_a_share_is_a_percentage() -> None:
    with override("it"):
        assert figures.share(0.125, 1) == "12,5 %"
        assert figures.share(None) == "non noto"


def test_a_site_is_named_without_its_technical_part() -> None:
    assert figures.publisher("https://www.torinoggi.it/2022/02/11/page.html") == "torinoggi.it"


def test_an_unknown_class_is_not_known() -> None:
    with override("it"):
        assert figures.snai_name("C") == "Cintura"
        assert figures.snai_name(None) == "non noto"


def test_where_speeds_and_classes_come_from_is_said_in_the_readers_language() -> None:
    for english in (*SPEED_SOURCES.values(), DEFAULT_TABLE.source):
        with override("it"):
            assert method_words.source_words(english) != english
        with override("en"):
            assert not re.search(r"[àèéìòù]", method_words.source_words(english))
    with override("it"):
        assert method_words.speed_kind("bike on gravel") == ("in bicicletta", "gravel")
        assert method_words.speed_kind("walk") == ("a piedi", "")
        assert method_words.source_words("an older source") == "an older source"


def test_a_register_says_its_date_in_words() -> None:
    row = RegisterCoverage(
        statement_it="18 nell'elenco (2020-01-01)", statement_en="18 in the list (2020-01-01)"
    )
    with override("it"):
        assert figures.statement(row) == "18 nell'elenco (1 gennaio 2020)"
    with override("en"):
        assert figures.statement(row) == "18 in the list (1 January 2020)"
