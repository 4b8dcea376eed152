"""Whatever stands in an address, a page answers in one sentence of its own language, and never as Python would."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from .conftest import COLLEGNO
from .languages import ENGLISH_WORDS, PYTHON_WORDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

HUB = {"lon": "7.5787", "lat": "45.0789"}
COVERAGE = {"servizio": "stations:rail", "minuti": "15"}
SITING = {"servizio": "stations:rail", "modo": "car", "minuti": "20", "siti": "1"}
WORDS = ("None", "<script>alert(1)</script>", "²", "9" * 40, "a b'\"&")
NOT_NUMBERS = ("abc", "None", "inf", "²", "-1", "1e400", "9" * 40, "<b>")
#: Page, the rest of its question, its field, and values that the field cannot have.
QUESTIONS: list[tuple[str, dict[str, str], str, tuple[str, ...]]] = [
    ("/analisi/hub/", {"lat": HUB["lat"]}, "lon", NOT_NUMBERS),
    ("/analisi/hub/", {"lon": HUB["lon"]}, "lat", NOT_NUMBERS),
    ("/analisi/hub/", HUB, "modo", WORDS),
    ("/analisi/hub/", HUB, "minuti", (*NOT_NUMBERS, "0", "121", ",")),
    ("/analisi/hub/", HUB, "lon2", ()),
    ("/analisi/hub/", HUB | {"lat2": "45.07"}, "lon2", NOT_NUMBERS),
    ("/analisi/hub/profilo/", HUB, "minuti", (*NOT_NUMBERS, "0")),
    ("/analisi/hub/profilo/", HUB, "cadenza", NOT_NUMBERS),
    ("/analisi/hub/profilo/", {"lat": HUB["lat"]}, "lon", NOT_NUMBERS),
    (f"/stazioni/{COLLEGNO}/profilo/", {}, "minuti", (*NOT_NUMBERS, "0")),
    ("/analisi/copertura/", {"minuti": "15"}, "servizio", WORDS),
    ("/analisi/copertura/", {"servizio": "stations:rail"}, "minuti", (*NOT_NUMBERS, "0", "100000")),
    ("/analisi/copertura/", COVERAGE, "modo", WORDS),
    ("/analisi/copertura/", COVERAGE, "eta", WORDS),
    ("/analisi/copertura/", COVERAGE, "mappa", WORDS),
    ("/analisi/copertura/", COVERAGE, "completo", WORDS),
    ("/analisi/localizzazione/", SITING, "servizio", WORDS),
    ("/analisi/localizzazione/", SITING, "problema", WORDS),
    ("/analisi/localizzazione/", SITING, "candidati", WORDS),
    ("/analisi/localizzazione/", SITING, "siti", (*NOT_NUMBERS, "0")),
    ("/analisi/localizzazione/", {"servizio": "stations:rail"}, "budget", NOT_NUMBERS),
    ("/analisi/localizzazione/", SITING, "minuti", (*NOT_NUMBERS, "0")),
    ("/analisi/localizzazione/", SITING, "modo", WORDS),
    ("/analisi/localizzazione/", SITING, "eta", WORDS),
    ("/analisi/localizzazione/", SITING, "domanda", WORDS),
    ("/analisi/localizzazione/", SITING, "tempo", (*NOT_NUMBERS, "0")),
    ("/analisi/tendenze/", {}, "dal", (*NOT_NUMBERS, "1066")),
    ("/analisi/tendenze/", {}, "al", (*NOT_NUMBERS, "1066")),
    ("/analisi/tendenze/", {}, "misura", WORDS),
    ("/analisi/aree-interne/", {}, "edizione", (*WORDS, "2019")),
    ("/analisi/equita/", {}, "esecuzione", (*NOT_NUMBERS, "0")),
    ("/analisi/equita/", {}, "dopo", (*NOT_NUMBERS, "0")),
    ("/analisi/piano/", {}, "asse", WORDS),
    ("/analisi/piano/", {}, "bisogno", WORDS),
    ("/analisi/piano/", {}, "registro", WORDS),
    ("/confronto/", {}, "tipo", WORDS),
    ("/confronto/", {"tipo": "comuni", "b": "001272"}, "a", WORDS),
    ("/confronto/", {"tipo": "zone", "b": "1"}, "a", WORDS),
    ("/confronto/", {"tipo": "piani", "a": "psm-2024-2026"}, "b", WORDS),
    ("/confronto/", {"tipo": "anni", "b": "2023"}, "a", WORDS),
    ("/confronto/", {"tipo": "scenari", "b": "1"}, "a", WORDS),
    ("/assi/3/", {}, "anno", NOT_NUMBERS),
    ("/assi/3/", {}, "zona", (*NOT_NUMBERS, "9999")),
    ("/assi/3/", {}, "comune", (*NOT_NUMBERS, "999999")),
    ("/assi/3/", {}, "classe", WORDS),
    ("/assi/3/", {}, "stato", WORDS),
    ("/assi/3/", {}, "tipo", WORDS),
    ("/assi/3/", {}, "registro", WORDS),
    ("/comuni/", {}, "classe", WORDS),
    ("/comuni/", {}, "zona", NOT_NUMBERS),
    ("/assi/3/", {}, "formato", WORDS),
    ("/analisi/piano/", {"formato": "xlsx"}, "carta", WORDS),
]
CASES = [(page, rest, name, value) for page, rest, name, values in QUESTIONS for value in values]


@pytest.fixture(autouse=True)
def _no_wait(settings: Any) -> None:
    settings.CATCHMENTS_PER_MINUTE = settings.EXPORTS_PER_MINUTE = 1_000_000


@pytest.mark.parametrize(
    ("page", "rest", "name", "value"),
    CASES,
    ids=[f"{page}-{name}-{value[:12]}" for page, _r, name, value in CASES],
)
def test_a_value_that_cannot_be_is_refused_in_a_sentence(
    client: Client, page: str, rest: dict[str, str], name: str, value: str
) -> None:
    answer = client.get(f"{page}?{urlencode(rest | {name: value})}")
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "<" not in value or value not in html, "escaped"
    sentences = [text for text in refusal_of(html) if text.strip()]
    assert sentences, "says what is wrong"
    said = " ".join(sentences)
    assert value[:12] in said, said
    own = said.replace(value, "").replace(value[:20], "")
    assert not PYTHON_WORDS.search(own), said
    assert not ENGLISH_WORDS.search(own), said
    assert said.rstrip(" .").count(". ") <= 1, said


NOTICE = re.compile(
    r'<div(?: id="[^"]*")? class="notice[^"]*"(?: role="alert")?(?: id="[^"]*")?>(.*?)</div>', re.DOTALL
)


def refusal_of(html: str) -> list[str]:
    """The text of the notice of a refused page."""
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in NOTICE.findall(html)[:1]]


EMPTY = sorted({(page, name) for page, _rest, name, _values in QUESTIONS if name != "formato"})


@pytest.mark.parametrize(("page", "name"), EMPTY)
def test_an_empty_value_asks_nothing(client: Client, page: str, name: str) -> None:
    assert client.get(f"{page}?{name}=").status_code in {200, 302}


NOWHERE = [
    ("/comuni/999999/", "Nessun comune caricato ha il codice ISTAT «999999»", "/comuni/"),
    ("/comuni/<b>/", "Nessun comune caricato ha il codice ISTAT «<b>»", "/comuni/"),
    ("/stazioni/abc/", "Nessuna stazione caricata ha il codice «abc»", "/stazioni/"),
    ("/assi/99/", "Il piano caricato non ha un asse «99»", "/"),
    ("/piani/altro/", "Nessuna edizione caricata del piano ha il codice «altro»", "/"),
    ("/piani/psm-2024-2026/assi/9/", "Nessuna edizione caricata ha questo asse («psm-2024-2026: 9»)", "/"),
    ("/strati/laghi/", "Nessuno strato pubblicato si chiama «laghi»", "/strati/"),
    ("/analisi/esecuzioni/999999/", "Nessuna esecuzione ha il numero «999999»", "/analisi/"),
    ("/analisi/scenari/999999/", "Nessuno scenario ha il numero «999999»", "/analisi/scenari/"),
    ("/che/non/esiste/", "Nessuna pagina ha l'indirizzo «/che/non/esiste/»", "/"),
]


@pytest.mark.parametrize(("address", "said", "where"), NOWHERE)
def test_what_is_not_there_is_named_and_the_reader_is_sent_on(
    client: Client, address: str, said: str, where: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    html = answer.content.decode()
    assert said in unescape(html)
    assert "<b>" not in html
    assert f'<a class="btn btn-primary" href="{where}">' in html
    in_english = client.get(f"/en{address}")
    assert in_english.status_code == 404
    assert f'<a class="btn btn-primary" href="/en{where}">' in in_english.content.decode()
    assert "Nessun" not in in_english.content.decode()


WORK = [
    f"/analisi/hub/?{urlencode(HUB)}",
    f"/analisi/hub/profilo/?{urlencode(HUB)}",
    f"/analisi/copertura/?{urlencode(COVERAGE)}",
    f"/analisi/localizzazione/?{urlencode(SITING)}",
    "/assi/3/?formato=xlsx",
]


@pytest.mark.parametrize("address", WORK)
def test_who_asks_too_often_is_told_how_long_to_wait(client: Client, settings: Any, address: str) -> None:
    settings.CATCHMENTS_PER_MINUTE = settings.EXPORTS_PER_MINUTE = 0
    for prefix, words in (("", "Troppe richieste"), ("/en", "Too many requests")):
        answer = client.get(prefix + address)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert words in answer.content.decode()
