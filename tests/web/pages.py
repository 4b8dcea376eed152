"""Every public page, in one table: what each test of all pages goes through."""

from .conftest import COLLEGNO

TORINO, COLLEGNO_TOWN = "001272", "001090"
PUBLIC_PAGES = (
    "/",
    "/piani/psm-2024-2026/",
    *(f"/assi/{code}/" for code in "123456"),
    "/piani/psm-2024-2026/assi/3/",
    "/comuni/",
    "/comuni/?q=susa",
    "/comuni/?q=nessuno",
    f"/comuni/{COLLEGNO_TOWN}/",
    f"/comuni/{TORINO}/",
    "/stazioni/",
    f"/stazioni/{COLLEGNO}/",
    "/analisi/",
    "/analisi/hub/",
    "/analisi/hub/?lon=7.5787&lat=45.0789&modo=walk&minuti=5,10",
    "/analisi/poli/",
    "/analisi/scenari/",
    "/analisi/esecuzioni/{run}/",
    "/strati/",
    "/fonti/",
    "/accessibilita/",
    "/privacy/",
)
WITH_A_FORM = ("/accesso/",)
BOTH_LANGUAGES = tuple(prefix + page for prefix in ("", "/en") for page in (*PUBLIC_PAGES, *WITH_A_FORM))
