"""How a view becomes a file of each kind: PDF, picture, page without a network, GeoPackage, workbook."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from gisplan.maps.print_file import pdf_of, png_of
from gisplan.maps.print_page import PAPERS, PrintContent, print_pages, print_picture
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.standalone import standalone_html
from gisplan.maps.texts import format_value
from gisplan.web import view_files
from gisplan.web.features import lang
from gisplan.web.layer_overviews import without_tiles
from gisplan.web.map_assets import asset_files
from gisplan.web.near_ground import street_sources, with_near_ground
from gisplan.web.view_content import ViewContent
from layers import crs
from layers.workbooks import MOST_ROWS

Written = bytes | IO[bytes]


@dataclass(frozen=True)
class Asked:
    """Where the view is read, and on what paper it is wanted."""

    address: str
    paper: str


@dataclass(frozen=True)
class Format:
    """How a file of one kind is made, and what it is; a picture needs a map."""

    content_type: str
    write: Callable[[ViewContent, Asked], Written]
    needs_map: bool = False
    on_paper: bool = False


def _printed(content: ViewContent, asked: Asked) -> PrintContent:
    maps = tuple(without_tiles(with_near_ground(one)) for one in content.specs)
    return PrintContent(
        title=content.title,
        spec=maps[0] if maps else None,
        more_specs=maps[1:],
        tables=content.all_tables,
        date=timezone.localdate(),
        lang=lang(),
        filters=tuple(f"{name}: {value}" for name, value in content.filters),
        sources=(*content.all_sources, *street_sources(maps)),
        notice=content.all_notices,
        address=asked.address,
        system=f"{crs.name_of(settings.STORED_SRID)} (EPSG:{settings.STORED_SRID})",
    )


def _pdf(content: ViewContent, asked: Asked) -> bytes:
    pages = print_pages(_printed(content, asked), PAPERS[asked.paper], view_files.projected)
    return pdf_of(pages, title=content.title, lang=lang())


def _png(content: ViewContent, asked: Asked) -> bytes:
    """The sheets with maps, one below the other; the picture says where the tables are."""
    printed, paper = _printed(content, asked), PAPERS[asked.paper]
    if printed.tables:
        elsewhere = _("Le tabelle di questa vista sono nei suoi file PDF, XLSX e GeoPackage.")
        printed = replace(printed, tables=(), filters=(*printed.filters, elsewhere))
    return png_of(print_picture(printed, paper, view_files.projected))


def _html(content: ViewContent, asked: Asked) -> bytes:
    """The maps and their tables as one file; a view without a map is a page of tables."""
    main, *others = [without_tiles(with_near_ground(one)) for one in content.specs] or [
        MapSpec(title=content.title, layers=(), lang=lang())
    ]
    told = [*(f"{name}: {value}" for name, value in content.filters), content.all_notices]
    words = replace(
        main,
        title=content.title,
        date=timezone.localdate(),
        sources=content.all_sources,
        notice=". ".join(told).strip(". "),
    )
    names = (main.title, *(one.title for one in others)) if others else ()
    return standalone_html(
        words, asset_files(), more_specs=others, map_titles=names, more_tables=content.tables
    ).encode()


def _xlsx(content: ViewContent, asked: Asked) -> IO[bytes]:
    imported = [layer for _, layer in _data_layers(content) if layer.source]
    of_map = [table for table in content.layer_rows if table.name not in {layer.key for layer in imported}]
    long = [
        _("«%(layer)s» ha %(count)s elementi, un foglio ne tiene %(most)s: gli altri sono nel GeoPackage.")
        % {
            "layer": layer.title,
            "count": format_value(version.feature_count, lang()),
            "most": format_value(MOST_ROWS - 1, lang()),
        }
        for layer, version in view_files.too_long(imported)
    ]
    about = [*_about(content, asked), *((_("Nota"), note) for note in long)]
    return view_files.workbook(about, [*content.tables, *of_map], imported)


def _gpkg(content: ViewContent, asked: Asked) -> IO[bytes]:
    return view_files.geopackage(_data_layers(content), _about(content, asked), content.tables)


def _data_layers(content: ViewContent) -> list[tuple[str, MapLayer]]:
    """The layers of all maps by name; those of several maps are told apart by it."""
    several = len(content.specs) > 1
    return [
        (f"{spec.key}_{layer.key}" if several else layer.key, layer)
        for spec in content.specs
        for layer in content.data_layers(spec)
    ]


def _about(content: ViewContent, asked: Asked) -> list[tuple[str, str]]:
    """What a file says of itself: the title, the choices, the sources, the date, the address."""
    sources = [
        f"{source.text}{f' ({source.licence})' if source.licence else ''}" for source in content.all_sources
    ]
    notice = content.all_notices
    return [
        (_("Titolo"), content.title),
        *content.filters,
        *((_("Fonte"), source) for source in sources),
        (_("Data"), format_value(timezone.localdate(), lang())),
        (_("Indirizzo"), asked.address),
        *([(_("Nota"), notice)] if notice else []),
    ]


FORMATS = {
    "pdf": Format("application/pdf", _pdf, on_paper=True),
    "png": Format("image/png", _png, needs_map=True, on_paper=True),
    "html": Format("text/html; charset=utf-8", _html),
    "gpkg": Format("application/geopackage+sqlite3", _gpkg),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
