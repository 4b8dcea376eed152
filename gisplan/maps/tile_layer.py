"""What the browser is told of a layer that is drawn from vector tiles."""

from typing import Any

from gisplan.maps.spec import MapLayer, Tiles
from gisplan.maps.texts import Lang, text


def tile_options(layer: MapLayer, tiles: Tiles, lang: Lang) -> dict[str, Any]:
    """Options of `addTiles` in tiles.js beside those of every layer: addresses, box in degrees, words."""
    return {
        "url": tiles.url,
        "featureUrl": tiles.feature_url,
        "geometry": tiles.kind,
        "box": list(tiles.box),
        "chosen": tiles.chosen,
        "firstZoom": tiles.first_zoom,
        "title": layer.title,
        "lang": lang,
        "manyHere": text("many_here", lang, count="{count}"),
        "leftOut": text("left_out", lang, count="{count}"),
        "zoomHere": text("zoom_here", lang),
        "notAnswered": text("not_answered", lang),
    }
