"""The shapes of the municipalities as one script that the pages share and a browser keeps."""

import gzip
import json
from dataclasses import dataclass, field
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import quote_etag

from gisplan.territory.display import boundary_geometries
from gisplan.territory.models import TerritoryEdition
from gisplan.web.refusals import read_only

_STAMP = 16  # digits of the digest that name a file
_YEAR_S = 31_536_000


def shapes_url(edition: TerritoryEdition) -> str:
    """An edition that is loaded anew has another address, so a browser may keep what it has."""
    return reverse("shapes", args=[edition.pk, edition.input_digest[:_STAMP]])


@read_only
def shapes(request: HttpRequest, number: int, stamp: str) -> HttpResponse:
    edition = get_object_or_404(TerritoryEdition, pk=number)
    if edition.input_digest[:_STAMP] != stamp:
        raise Http404
    plain, packed = _written(_Key(number, edition.input_digest, edition))
    etag = quote_etag(f"{number}-{stamp}")
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(packed if takes_gzip else plain, content_type="text/javascript")
        if takes_gzip:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@dataclass(frozen=True)
class _Key:
    """An edition by what it was loaded from."""

    pk: int
    digest: str
    edition: TerritoryEdition = field(compare=False)


@lru_cache(maxsize=2)
def _written(key: _Key) -> tuple[bytes, bytes]:
    """Plain and compressed: packing it for every reader would take longer than the page."""
    geometries = json.dumps(boundary_geometries(key.edition), separators=(",", ":"))
    # As text that is parsed: a browser takes half the time that it takes to compile the same as a script.
    script = f"window.gisplanShapes=Object.assign(window.gisplanShapes||{{}},JSON.parse('{geometries}'));\n".encode()
    return script, gzip.compress(script, 9)
