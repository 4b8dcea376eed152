"""Every public page by every format: a file of the right kind that a second library opens, or one sentence."""

import io
from pathlib import Path
from typing import Any

import pyogrio
import pypdf
import pytest
from django.test import Client

from gisplan.analysis.models import Run
from gisplan.web import catchment_api, view_exports

from .pages import PUBLIC_PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

#: Pages whose answer stands in the address alone, beside those of every public page.
ANSWERS = (
    "/assi/3/?stato=not_known&anno=2023",
    "/analisi/copertura/?servizio=hospitals:public&minuti=20&modo=car",
    "/analisi/localizzazione/?problema=mclp&servizio=hospitals:public&siti=2&minuti=20&modo=car",
    "/analisi/tendenze/?servizio=hospitals:public",
    "/analisi/hub/?lon=7.5787&lat=45.0789&lon2=7.6&lat2=45.07&modo=walk&minuti=5,10",
)
PAGES = (*PUBLIC_PAGES, *ANSWERS)
KINDS = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "html": b"<!DOCTYPE html>",
    "gpkg": b"SQLite format 3\0",
    "xlsx": b"PK\x03\x04",
}
#: Pages whose PNG is drawn, too: of the others the PDF, whose map sheets a PNG has, says as much.
AS_PICTURES = {
    *("/", "/assi/3/?stato=not_known&anno=2023", "/comuni/001090/"),
    *("/confronto/?tipo=comuni&a=001090&b=001219", "/analisi/poli/"),
}
#: What a file of each question must repeat of it.
IN_FORCE = {
    "/assi/3/?stato=not_known&anno=2023": "Stato e importo fino al",
    "/comuni/?q=susa": "susa",
    "/analisi/hub/?lon=7.5787&lat=45.0789&modo=walk&minuti=5,10": "5,10",
    "/analisi/copertura/?servizio=hospitals:public&minuti=20&modo=car": "20",
    "/confronto/?tipo=comuni&a=001090&b=001219": "Rivoli",
}


@pytest.fixture(autouse=True)
def forgotten_addresses(settings: Any) -> None:
    settings.EXPORTS_PER_MINUTE = 10_000
    settings.CATCHMENTS_PER_MINUTE = 10_000
    view_exports.limit = view_exports.RateLimit()
    catchment_api.limit = catchment_api.RateLimit()


def with_format(address: str, kind: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}formato={kind}"


def words_of(kind: str, content: bytes, folder: Path) -> str:
    """What a second library reads in the file."""
    path = folder / f"view.{kind}"
    path.write_bytes(content)
    if kind == "pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if kind == "png":
        assert int.from_bytes(content[16:20]) > 800
        assert int.from_bytes(content[20:24]) > 500
        return ""
    if kind == "html":
        return content.decode()
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    assert "gisplan" in names
    found = pyogrio.read_arrow(path, layer="gisplan")[1].to_pydict()
    return " ".join(str(value) for column in found.values() for value in column)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_with_a_map_gives_every_file_and_one_without_says_so(
    client: Client, tmp_path: Path, address: str
) -> None:
    whole = address.replace("{run}", str(Run.objects.values_list("pk", flat=True).first()))
    page = client.get(whole).content.decode()
    mapped = 'class="folium-map"' in page
    menu = mapped and "/incorpora/" not in address
    assert ('formato=png"' in page) == menu
    offered = list(KINDS) if mapped else [kind for kind in KINDS if f"formato={kind}" in page]
    for kind, first in KINDS.items():
        if kind == "png" and kind in offered and address not in AS_PICTURES:
            continue
        answer = client.get(with_format(whole, kind))
        if kind not in offered and answer.status_code == 400:
            refusal = answer.content.decode()
            assert refusal.count('<div class="notice" role="alert"><p>') == 1
            assert "Content-Disposition" not in answer
            continue
        assert answer.status_code == 200, (kind, address)
        assert answer.headers["Content-Disposition"].startswith("attachment"), (kind, address)
        content = answer.getvalue()
        assert content.startswith(first), kind
        words = words_of(kind, content, tmp_path)
        if address in IN_FORCE and kind != "png":
            assert IN_FORCE[address] in words, kind
    assert client.get(with_format(whole, "doc")).status_code == 400


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_page_refuses_is_refused_as_a_file_in_the_same_words(client: Client, kind: str) -> None:
    answer = client.get("/analisi/hub/", {"luogo": "France", "formato": kind})
    assert answer.status_code == 400
    assert "Nessuna stazione e nessun comune si chiama «France»" in answer.content.decode().replace(
        "&#x27;", "'"
    )


@pytest.mark.parametrize("address", ["/fonti/", "/strati/", "/analisi/", "/en/privacy/"])
def test_a_page_without_a_view_has_no_file(client: Client, address: str) -> None:
    answer = client.get(address, {"formato": "pdf"})
    assert answer.status_code == 400
    said = "This page has no map" if address.startswith("/en") else "Questa pagina non ha una mappa"
    assert said in answer.content.decode()
