"""Any view as a file: `?formato=pdf|png|html|gpkg|xlsx` (and `carta=a4|a3`) beside the filters of the page."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from gisplan.maps.print_page import PAPERS
from gisplan.web.coverage import Coverage
from gisplan.web.map_view import view_of
from gisplan.web.maps import PageMap, named_sources
from gisplan.web.rate_limit import RateLimit, take
from gisplan.web.refusals import BadQuestion
from gisplan.web.turns import Turns
from gisplan.web.view_content import ViewContent, shown_tables
from gisplan.web.view_formats import FORMATS, Asked, Format

FORMAT, PAPER = "formato", "carta"
limit = RateLimit()
turns = Turns()


def answer(
    request: HttpRequest, content_of: Callable[[], ViewContent], *, refusal: str = ""
) -> HttpResponse | None:
    """The file that the address asks for, or None where it asks for the page, which then does no work for it.

    `refusal` is what the page says where it has no answer.
    """
    wanted = request.GET.get(FORMAT)
    if wanted is None:
        return None
    paper = request.GET.get(PAPER, "a4")
    if wanted not in FORMATS or paper not in PAPERS:
        known, found = ", ".join(FORMATS), paper if wanted in FORMATS else wanted
        refusal = _(
            "Il formato deve essere uno di %(known)s, e la carta a4 o a3, non «%(found)s»: correggi l'indirizzo."
        ) % {"known": known, "found": found[:60]}
    if refusal:
        raise BadQuestion(refusal)
    take(request, limit, per_minute=settings.EXPORTS_PER_MINUTE)
    with turns.one():
        content = content_of()
        if FORMATS[wanted].on_paper:
            content = content.with_streets()
        content = content.as_asked(view_of(request.GET))
        if message := _missing(content, FORMATS[wanted]):
            raise BadQuestion(message)
        return _file(content, wanted, Asked(page_address(request), paper))


def _missing(content: ViewContent, wanted: Format) -> str:
    """What the view lacks for such a file, as a sentence; empty where nothing."""
    if content.spec is not None:
        return ""
    if not any(table.rows for table in content.all_tables):
        return _("Qui non c'è ancora un risultato da scaricare: prima compila il modulo della pagina.")
    return (
        _("Questa vista non ha una mappa da disegnare: chiedi il PDF o l'XLSX.") if wanted.needs_map else ""
    )


def _file(content: ViewContent, wanted: str, asked: Asked) -> HttpResponse:
    written = FORMATS[wanted].write(content, asked)
    name, kind = f"gisplan-{_slug(content.title)}.{wanted}", FORMATS[wanted].content_type
    headers = {"X-Robots-Tag": "noindex"}
    if isinstance(written, bytes):
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return HttpResponse(written, content_type=kind, headers=headers)
    # What a view returns is an HttpResponse to all our types; a file that is read piece by piece serves as one.
    answered = FileResponse(written, as_attachment=True, filename=name, content_type=kind, headers=headers)
    return cast(HttpResponse, answered)


def render_view(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str = "", status: int = 200
) -> HttpResponse:
    """The page, or the file of it: its map, the tables of its results and the parameters behind them.

    For pages whose context holds `map` (a `PageMap`) and `tables` (as `shown_table` makes them).
    """
    said = str(context.get("error") or "")
    content = partial(_content_of, context, title)
    if status == HTTPStatus.OK and (file := answer(request, content, refusal=said)):
        return file
    return render(request, template, context, status=status)


def _content_of(context: dict[str, Any], title: str) -> ViewContent:
    shown = context.get("map")
    spec = shown.spec if isinstance(shown, PageMap) else None
    stated: Sequence[Coverage] = context.get("statements") or ()
    return ViewContent(
        title=title or str(context.get("title") or (spec.title if spec else _("Analisi"))),
        spec=spec,
        tables=shown_tables(context.get("tables") or ()),
        filters=tuple((str(name), str(value)) for name, value in context.get("parameters") or ()),
        sources=named_sources(one.row.source for one in stated),
        notice=" ".join(
            [*([spec.notice] if spec and spec.notice else []), *(one.statement for one in stated)]
        ),
    )


def page_address(request: HttpRequest) -> str:
    """Absolute address of the page, with its filters and without the format of a file."""
    query = request.GET.copy()
    for name in (FORMAT, PAPER):
        query.pop(name, None)
    written = query.urlencode()
    return request.build_absolute_uri(request.path) + (f"?{written}" if written else "")


def without_view(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a page was answered where a file was asked for: one that has nothing to give as a file."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    asked = FORMAT in request.GET and response.status_code == HTTPStatus.OK
    return asked and is_page and "Content-Disposition" not in response.headers


def _slug(title: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", _plain(title).lower()).strip("-")
    return words[:60].strip("-") or "vista"


def _plain(title: str) -> str:
    return unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
