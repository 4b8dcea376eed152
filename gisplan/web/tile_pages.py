"""What the map of a large layer asks for: tiles, and one feature for its popup."""

import gzip
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers

from gisplan.analysis.band_tiles import band_tile, bands_key, newest_band_ids
from gisplan.analysis.railways import railway_lines, railway_tile, railways_key
from gisplan.analysis.street_tiles import drawable_networks, street_tile, streets_key
from gisplan.maps.texts import format_value
from gisplan.network.errors import BadNetworkFile
from gisplan.plan.rights import may_import_layers
from gisplan.web.features import lang
from gisplan.web.layer_features import name_of_feature, shown_columns
from gisplan.web.refusals import read_only
from layers.errors import TileRefused
from layers.models import Version
from layers.serving.classes import drawing_key
from layers.serving.features import version_feature
from layers.serving.tile_store import packed_tile
from layers.serving.tiles import Address

MVT = "application/vnd.mapbox-vector-tile"
FOR_EVER = "max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@read_only
def tile(request: HttpRequest, name: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the version that `v` names; a version that is no longer current is for its keepers."""
    version, is_open = _version_or_404(request, name)
    try:
        address = Address(z, x, y)
    except TileRefused as error:
        raise Http404(str(error)) from error
    key = f"{version.number}-{drawing_key(version)}"
    tag = f'"{version.pk}-{key}-{address}"'
    age = FOR_EVER if request.GET.get("v") == key else ASK_AGAIN
    headers = {"ETag": tag, "Cache-Control": f"{'public' if is_open else 'private'}, {age}"}
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified(headers=headers)
    else:
        packed = packed_tile(version, address)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response = HttpResponse(packed, content_type=MVT, headers=headers | {"Content-Encoding": "gzip"})
        else:
            response = HttpResponse(gzip.decompress(packed), content_type=MVT, headers=headers)
    patch_vary_headers(response, ["Accept-Encoding"] if is_open else ["Accept-Encoding", "Cookie"])
    return response


@read_only
def ground(request: HttpRequest, kind: str, key: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the ground; what changes has another key."""
    asked = GROUNDS.get(kind)
    tile_of = asked(key) if asked else None
    if tile_of is None:
        raise Http404
    try:
        content = tile_of(Address(z, x, y))
    except (TileRefused, BadNetworkFile) as error:
        raise Http404(str(error)) from error
    response = HttpResponse(content, content_type=MVT, headers={"Cache-Control": f"public, {FOR_EVER}"})
    if content and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(content, 6)
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _streets(key: str) -> Callable[[Address], bytes] | None:
    rows = drawable_networks()
    return partial(street_tile, rows) if rows and key == streets_key(rows) else None


def _railways(key: str) -> Callable[[Address], bytes] | None:
    found = railway_lines(drawable_networks())
    return partial(railway_tile, found) if found and key == railways_key(found) else None


def _bands(key: str) -> Callable[[Address], bytes] | None:
    ids = newest_band_ids()
    return partial(band_tile, ids) if ids and key == bands_key(ids) else None


#: Word of the address -> what makes the tiles of a key, None where the key is no longer right.
GROUNDS: dict[str, Callable[[str], Callable[[Address], bytes] | None]] = {
    "strade": _streets,
    "ferrovie": _railways,
    "bacini": _bands,
}


@read_only
def feature(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One feature as the popup shows it: its name, its values as they are read, and its shape."""
    version, is_open = _version_or_404(request, name)
    found = version_feature(version, number)
    if found is None:
        raise Http404
    values = [format_value(found["properties"].get(column), lang()) for column in shown_columns(version)]
    shown: dict[str, Any] = {
        "type": "Feature",
        "id": number,
        "geometry": found["geometry"],
        "properties": {"id": str(number), "name": name_of_feature(found, version), "values": values},
    }
    response = JsonResponse(shown, content_type="application/geo+json")
    response.headers["Cache-Control"] = "no-cache" if is_open else "private, no-cache"
    return response


def _version_or_404(request: HttpRequest, name: str) -> tuple[Version, bool]:
    """The version asked for, or the current one; whether everybody may see it, whoever asks now."""
    versions = Version.objects.select_related("layer").filter(layer__name=name)
    current = versions.filter(is_current=True).first()
    asked = request.GET.get("v", "").partition("-")[0]
    if current is not None and asked in ("", str(current.number)) and current.layer.is_public:
        return current, True
    if may_import_layers(request.user):
        other = versions.filter(number=int(asked)).first() if asked.isascii() and asked.isdigit() else None
        if other or current:
            return other or current, False  # type: ignore[return-value]
    if current is None or not current.layer.is_public:
        raise Http404
    return current, True
