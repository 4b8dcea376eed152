"""Sheets drawn as SVG become one PDF or a PNG; fonts are embedded, nothing is fetched."""

import io
from collections.abc import Sequence

import pypdf
import vl_convert
from pypdf.generic import NameObject, TextStringObject

PNG_PPI = 150.0


def pdf_of(pages: Sequence[str], *, title: str, lang: str) -> bytes:
    """One PDF of SVG documents sized in points (1/72 inch), a page each, with its title and language."""
    writer = pypdf.PdfWriter()
    for page in pages:
        writer.append(io.BytesIO(vl_convert.svg_to_pdf(page)))
    for number in writer.pages:
        number.compress_content_streams()
    writer.compress_identical_objects()
    writer.add_metadata({"/Title": title, "/Creator": "gisplan"})
    writer.root_object[NameObject("/Lang")] = TextStringObject(lang)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def png_of(page: str, *, ppi: float = PNG_PPI) -> bytes:
    """A PNG of one SVG document sized in points, with `ppi` pixels an inch."""
    return vl_convert.svg_to_png(page, ppi=ppi)
