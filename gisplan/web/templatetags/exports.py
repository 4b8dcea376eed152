"""The menu of files of a page and the link to its view: each keeps the filters that are in force."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.translation import gettext as _

from gisplan.web.view_exports import FORMAT, PAPER, page_address

register = template.Library()


@register.inclusion_tag("web/parts/export.html", takes_context=True)
def export_menu(context: dict[str, Any], *, has_map: bool = True) -> dict[str, Any]:
    """Links of one page; without a map there is no picture of it to offer."""
    request: HttpRequest = context["request"]
    kinds = [
        (_("PDF, foglio A4"), {FORMAT: "pdf", PAPER: "a4"}),
        (_("PDF, foglio A3"), {FORMAT: "pdf", PAPER: "a3"}),
        (_("Immagine PNG"), {FORMAT: "png"}),
        (_("Pagina HTML che si apre senza rete"), {FORMAT: "html"}),
        (_("GeoPackage per QGIS"), {FORMAT: "gpkg"}),
        (_("Foglio di calcolo XLSX"), {FORMAT: "xlsx"}),
    ]
    if not has_map:
        kinds = [kind for kind in kinds if kind[1][FORMAT] in ("pdf", "xlsx")]
    link = str(context.get("permalink") or page_address(request)) if has_map else ""
    return {"links": [(name, _address(request, choice)) for name, choice in kinds], "permalink": link}


def _address(request: HttpRequest, choice: dict[str, str]) -> str:
    query = request.GET.copy()
    for name, value in choice.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
