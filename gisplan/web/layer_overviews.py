"""Large layers where there are no tiles, on paper and in files: drawn at the one scale of the map."""

from dataclasses import replace
from math import cos, radians

from django.utils.translation import gettext as _

from gisplan.maps.spec import Bounds, MapLayer, MapSpec, Tiles
from gisplan.maps.texts import format_value
from gisplan.web.features import collection, feature, lang
from layers.models import Version
from layers.serving.overview import Overview, overview

WIDEST, TALLEST = 1.6, 1.1  # width of a map by its height, on paper and in a window


def without_tiles(spec: MapSpec) -> MapSpec:
    """The same map with what its tiles would show at this scale; the legend says how it was gathered.

    What is drawn only from nearer, and so has no source for this scale, is left out.
    """
    bounds = spec.extent()
    layers = tuple(
        _drawn(layer, layer.tiles, bounds) if layer.tiles else layer
        for layer in spec.layers
        if layer.tiles is None or layer.source
    )
    return replace(spec, layers=layers, bounds=bounds)


def _drawn(layer: MapLayer, tiles: Tiles, bounds: Bounds) -> MapLayer:
    version = Version.objects.select_related("layer").get(pk=int(layer.source))
    box = sheet_box(bounds)
    found = overview(version, box)
    return replace(
        layer,
        data=collection(
            feature(
                piece.geometry,
                feature_id=number,
                feature_name=layer.title,
                feature_class=piece.class_place,
                number=piece.count,
            )
            for number, piece in enumerate(found.pieces, 1)
        ),
        popup=(("number", _("Elementi")),),
        tiles=None,
        listed=False,
        note=" ".join(part for part in (layer.note, _note(found, tiles, box)) if part),
    )


def sheet_box(bounds: Bounds) -> Bounds:
    """What a sheet shows round these bounds, whether it is wider than they are or taller."""
    west, south, east, north = bounds
    across, up = east - west, north - south
    shrunk = cos(radians((south + north) / 2))  # a degree of longitude beside one of latitude
    more_lon = max(0.0, WIDEST * up / shrunk - across) / 2
    more_lat = max(0.0, across * shrunk / TALLEST - up) / 2
    return west - more_lon, south - more_lat, east + more_lon, north + more_lat


def _note(found: Overview, tiles: Tiles, box: Bounds) -> str:
    told = {"total": format_value(tiles.count, lang()), "side": format_value(round(found.square), lang())}
    words = _(
        "%(total)s elementi: quelli più piccoli di %(side)s m sono riuniti in quadrati di %(side)s m,"
        " del colore della classe più frequente."
    )
    said = [words % told]
    if tiles.box[0] < box[0] or tiles.box[1] < box[1] or tiles.box[2] > box[2] or tiles.box[3] > box[3]:
        said.append(_("Sono disegnati solo quelli di questa zona."))
    if found.left_out:
        left = {"count": format_value(found.left_out, lang())}
        said.append(_("Altri %(count)s elementi non sono disegnati a questa scala.") % left)
    return " ".join([*said, _("L'elenco intero è nei file GeoPackage e XLSX di questa vista.")])
