"""What every page shows: the territory, the axes in the header, the same page in the other language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from gisplan.web.axes import AxisLink, axis_link
from gisplan.web.kept import data_stamp, kept
from gisplan.web.kept_plan import first_edition
from gisplan.web.reporting import page_address, report_link

ADMIN_PREFIX = "/admin/"
LANGUAGE_NAMES = {"it": "Italiano", "en": "English"}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of templates/web/base.html; nothing here touches the session."""
    if request.path.startswith(ADMIN_PREFIX):
        return frame(request)
    return frame(request) | {"axis_links": kept(data_stamp(), "axis links", _axis_links)}


def _axis_links() -> list[AxisLink]:
    edition = first_edition()
    axes = edition.axes.select_related("edition") if edition else []
    return [axis_link(axis, default_edition=edition) for axis in axes]


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a page needs at the least, without a query."""
    address = request.get_full_path()
    return {
        "territory_name": settings.TERRITORY_NAME,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "owner": settings.OWNER,
        "report_link": report_link(request),
        "page_address": page_address(request),
        "lang": get_language() or settings.LANGUAGE_CODE,
        "languages": [
            {"code": code, "name": name, "url": translate_url(address, code)}
            for code, name in LANGUAGE_NAMES.items()
        ],
    }
