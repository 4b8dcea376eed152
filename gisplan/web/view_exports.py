"""Any view as a file: `?formato=pdf|png|html|gpkg|xlsx` (and `carta=a4|a3`) beside the filters of the page."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from gisplan.maps.print_file import pdf_of, png_of
from gisplan.maps.print_page import PAPERS, PrintContent, print_pages
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapSpec, Source
from gisplan.maps.standalone import standalone_html
from gisplan.maps.tables import layer_table, value_table
from gisplan.maps.texts import format_value
from gisplan.web import view_files
from gisplan.web.features import lang
from gisplan.web.layer_overviews import not_in_tables, without_tiles
from gisplan.web.map_assets import asset_files
from gisplan.web.maps import PageMap
from gisplan.web.rate_limit import RateLimit, take
from layers import crs

FORMAT, PAPER = "formato", "carta"
DRAWN = ("pdf", "png", "html")
limit = RateLimit()


@dataclass(frozen=True, kw_only=True)
class ViewContent:
    """What a page shows, for paper and files: its map, its tables, and the choices that are in force.

    The tables of the map's listed layers are added; `tables` are those that the page has beside them.
    """

    title: str
    spec: MapSpec | None = None
    tables: tuple[PrintTable, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    sources: tuple[Source, ...] = ()
    notice: str = ""
    layer_tables: bool = True
    more_specs: tuple[MapSpec, ...] = ()

    @property
    def all_tables(self) -> tuple[PrintTable, ...]:
        listed = self.spec.layers if self.spec and self.layer_tables else ()
        own = [layer_table(layer, lang()) for layer in listed if layer.listed and layer.features]
        return (*self.tables, *own)

    @property
    def all_sources(self) -> tuple[Source, ...]:
        spec = self.spec
        if spec is None:
            return self.sources
        ground = (Source(spec.attribution),) if spec.attribution and not spec.sources else ()
        return tuple(dict.fromkeys((*self.sources, *spec.sources, *ground)))


@dataclass(frozen=True)
class _Format:
    """How a file of one kind is made, and what it is."""

    content_type: str
    write: Callable[[ViewContent, "_Request"], bytes]


@dataclass(frozen=True)
class _Request:
    """Where the view is read, and on what paper it is wanted."""

    address: str
    paper: str


def answer(request: HttpRequest, content_of: Callable[[], ViewContent]) -> HttpResponse | None:
    """The file that the address asks for, or None where it asks for the page, which then does no work for it."""
    wanted = request.GET.get(FORMAT)
    if wanted is None:
        return None
    paper = request.GET.get(PAPER, "a4")
    if wanted not in FORMATS or paper not in PAPERS:
        known = ", ".join(FORMATS)
        message = _(
            "Il formato deve essere uno di %(known)s, e la carta a4 o a3, non «%(found)s»: correggi l'indirizzo."
        ) % {"known": known, "found": (paper if wanted in FORMATS else wanted)[:60]}
        return render(request, "web/refused.html", {"message": message}, status=400)
    take(request, limit, per_minute=settings.EXPORTS_PER_MINUTE)
    made, content = FORMATS[wanted], content_of()
    if content.spec is None and not any(table.rows for table in content.all_tables):
        message = _("Qui non c'è ancora un risultato da scaricare: prima compila il modulo della pagina.")
        return render(request, "web/refused.html", {"message": message}, status=400)
    if content.spec and wanted in DRAWN:
        content = replace(content, spec=without_tiles(content.spec))
    written = made.write(content, _Request(page_address(request), paper))
    name = f"gisplan-{_slug(content.title)}.{wanted}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    return HttpResponse(written, content_type=made.content_type, headers=headers)


def render_view(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str = "", status: int = 200
) -> HttpResponse:
    """The page, or the file of it: its map, the tables of its results and the parameters behind them.

    For pages whose context holds `map` (a `PageMap`) and `tables` (as `shown_table` makes them).
    """
    if status == HTTPStatus.OK and (file := answer(request, partial(_content_of, context, title))):
        return file
    return render(request, template, context, status=status)


def _content_of(context: dict[str, Any], title: str) -> ViewContent:
    shown = context.get("map")
    spec = shown.spec if isinstance(shown, PageMap) else None
    return ViewContent(
        title=title or str(context.get("title") or (spec.title if spec else _("Analisi"))),
        spec=spec,
        tables=shown_tables(context.get("tables") or ()),
        filters=tuple((str(name), str(value)) for name, value in context.get("parameters") or ()),
    )


def page_address(request: HttpRequest) -> str:
    """Absolute address of the page, with its filters and without the format of a file."""
    query = request.GET.copy()
    for name in (FORMAT, PAPER):
        query.pop(name, None)
    written = query.urlencode()
    return request.build_absolute_uri(request.path) + (f"?{written}" if written else "")


def shown_tables(tables: Sequence[dict[str, Any]]) -> tuple[PrintTable, ...]:
    """Tables as the pages of results show them (`column_names.shown_table`), for print."""
    return tuple(
        PrintTable(
            name=f"{k}",
            title=str(table["title"]),
            columns=tuple(map(str, table["names"])),
            rows=tuple(tuple(_value(cell) for cell in row) for row in table["rows"]),
        )
        for k, table in enumerate(tables, 1)
    )


def _value(cell: dict[str, Any]) -> Any:
    if "number" in cell:
        return round(cell["number"], cell["decimals"]) if cell["decimals"] else round(cell["number"])
    return None if cell.get("unknown") else str(cell["text"])


def _pages(content: ViewContent, asked: _Request) -> list[str]:
    spec = content.spec
    printed = PrintContent(
        title=content.title,
        spec=spec,
        more_specs=content.more_specs,
        tables=content.all_tables,
        date=timezone.localdate(),
        lang=lang(),
        filters=tuple(f"{name}: {value}" for name, value in content.filters),
        sources=content.all_sources,
        notice=content.notice or (spec.notice if spec else ""),
        address=asked.address,
        system=f"{crs.name_of(settings.STORED_SRID)} (EPSG:{settings.STORED_SRID})",
    )
    return print_pages(printed, PAPERS[asked.paper], view_files.projected)


def _pdf(content: ViewContent, asked: _Request) -> bytes:
    return pdf_of(_pages(content, asked), title=content.title, lang=lang())


def _png(content: ViewContent, asked: _Request) -> bytes:
    """The first sheet: the map with its legend, or the first table."""
    return png_of(_pages(content, asked)[0])


def _html(content: ViewContent, asked: _Request) -> bytes:
    """The map and its tables as one file; a view without a map is a page of tables."""
    if content.spec is None:
        tables = "".join(value_table(table, lang()) for table in content.all_tables)
        written = f"<!DOCTYPE html><html lang='{lang()}'><meta charset='utf-8'><body>{tables}</body></html>"
        return written.encode()
    spec = replace(
        content.spec,
        title=content.title,
        date=timezone.localdate(),
        sources=content.all_sources,
        notice=". ".join(
            [*(f"{name}: {value}" for name, value in content.filters), content.spec.notice]
        ).strip(". "),
    )
    return standalone_html(spec, asset_files(), more_tables=content.tables).encode()


def _xlsx(content: ViewContent, asked: _Request) -> bytes:
    return view_files.workbook(_about(content, asked), content.all_tables)


def _gpkg(content: ViewContent, asked: _Request) -> bytes:
    layers = content.spec.layers if content.spec else ()
    return view_files.geopackage(layers, _about(content, asked), content.tables)


def _about(content: ViewContent, asked: _Request) -> list[tuple[str, str]]:
    """What a file says of itself: the title, the choices, the sources, the date, the address."""
    sources = [
        f"{source.text}{f' ({source.licence})' if source.licence else ''}" for source in content.all_sources
    ]
    rows = [
        (_("Titolo"), content.title),
        *content.filters,
        *((_("Fonte"), source) for source in sources),
        (_("Data"), format_value(timezone.localdate(), lang())),
        (_("Indirizzo"), asked.address),
    ]
    notice = content.notice or (content.spec.notice if content.spec else "")
    notes = [notice, *not_in_tables(content.spec)] if notice else not_in_tables(content.spec)
    return [*rows, *((_("Nota"), note) for note in notes)]


def _slug(title: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", _plain(title).lower()).strip("-")
    return words[:60].strip("-") or "vista"


def _plain(title: str) -> str:
    return unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()


FORMATS = {
    "pdf": _Format("application/pdf", _pdf),
    "png": _Format("image/png", _png),
    "html": _Format("text/html; charset=utf-8", _html),
    "gpkg": _Format("application/geopackage+sqlite3", _gpkg),
    "xlsx": _Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
