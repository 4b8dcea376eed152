"""The maps of imported layers: a version's features, what was wrong with an import, where a system would put it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.spec import Bounds, MapLayer, MapSpec, positions
from gisplan.maps.style import Style, mark_svg
from gisplan.territory.profile import latest_edition
from gisplan.web import ground_layers, import_words
from gisplan.web.features import collection, feature, lang
from gisplan.web.layer_features import version_layer
from gisplan.web.maps import attribution
from layers.models import ImportRun, Version
from layers.serving.features import version_feature
from layers.serving.issues import issues_geojson

MOST_ISSUES = 500
_ISSUE = Style(fill="#b3261e", stroke="#ffffff", width_px=1.5)
_EXTENT = Style(fill="#17324d", stroke="#17324d", fill_opacity=0.06, width_px=2, dash="6 4")
_CANDIDATES = (
    Style(fill="#d95f02", stroke="#8f3f00", fill_opacity=0.45, width_px=2.5),
    Style(fill="#1b6ca8", stroke="#0b3d63", fill_opacity=0.45, width_px=2.5, dash="8 4"),
    Style(fill="#6a3d9a", stroke="#3f1d66", fill_opacity=0.45, width_px=2.5, dash="2 4"),
)
_MARGIN = 0.06
_SMALL = 0.06  # of the map's side
_LEAST_DEG = 0.01  # about 1 km: a layer of one point has a map, too


def layer_map(version: Version, *, chosen: int | None = None) -> MapSpec:
    """The current version of a layer on the territory, or one chosen feature with a little round it."""
    found = None if chosen is None else version_feature(version, chosen)
    if found is None:
        return _map(str(version.layer), [version_layer(version)], _bounds([version.bbox]))
    lons, lats = zip(*positions(found["geometry"]), strict=True)
    box = (min(lons), min(lats), max(lons), max(lats))
    return _map(str(version.layer), [version_layer(version, chosen=chosen)], _bounds([box]))


def report_map(run: ImportRun) -> MapSpec | None:
    """What an import would publish, its extent, and the places where something was noted."""
    layers = []
    bbox = run.report.get("bbox")
    if bbox:
        layers.append(_extent(bbox))
    if run.version is not None:
        layers.append(version_layer(run.version, key="staged"))
    issues = issues_layer(run)
    if issues.features:
        layers.append(issues)
    points = [one["geometry"]["coordinates"] * 2 for one in issues.features]
    boxes = [box for box in (bbox, *points) if box]
    return _map(_("Che cosa contiene il file"), layers, _bounds(boxes)) if boxes else None


def _extent(bbox: Sequence[float]) -> MapLayer:
    return MapLayer(
        key="extent",
        title=_("Estensione"),
        data=collection([feature(_rectangle(bbox), id="extent", name=_("Estensione"))]),
        style=_EXTENT,
        listed=False,
    )


def issues_layer(run: ImportRun) -> MapLayer:
    found = issues_geojson(run, limit=MOST_ISSUES)["features"]
    return MapLayer(
        key="issues",
        title=_("Segnalazioni"),
        data=collection(
            feature(
                one["geometry"],
                id=one["id"],
                name=import_words.issue(one["properties"]["code"]),
                number=one["properties"]["feature"],
                before=one["properties"]["before"] or "",
                after=one["properties"]["after"] or "",
            )
            for one in found
        ),
        style=_ISSUE,
        popup=(("number", _("Elemento")), ("before", _("Prima")), ("after", _("Dopo"))),
        note=_("Le prime %(count)s segnalazioni.") % {"count": MOST_ISSUES}
        if len(found) == MOST_ISSUES
        else "",
    )


def candidates_map(candidates: Sequence[Mapping[str, Any]]) -> MapSpec | None:
    """Where the layer would lie under each candidate system: a box each, the likeliest on top."""
    boxes = [one["bbox"] for one in candidates]
    if not boxes:
        return None
    bounds = _bounds(boxes)
    layers = [
        MapLayer(
            key=f"crs-{one['srid']}",
            title=f"EPSG:{one['srid']} {one['name']}",
            data=collection(
                feature(shape, id=one["srid"], name=f"EPSG:{one['srid']} {one['name']}")
                for shape in _candidate_shapes(one["bbox"], bounds)
            ),
            style=style,
            popup=(("id", "EPSG"),),
        )
        for one, style in zip(candidates, _CANDIDATES, strict=False)
    ]
    return _map(_("Dove cadrebbe lo strato"), layers[::-1], bounds)


def _candidate_shapes(box: Sequence[float], bounds: Bounds) -> list[dict[str, Any]]:
    """The box, and a mark where the box would be too small to see."""
    wide = (box[2] - box[0]) / (bounds[2] - bounds[0]), (box[3] - box[1]) / (bounds[3] - bounds[1])
    return [_rectangle(box)] if max(wide) > _SMALL else [_rectangle(box), _middle(box)]


def _map(title: str, layers: Sequence[MapLayer], bounds: Bounds) -> MapSpec:
    edition = latest_edition()
    ground = [] if edition is None else [replace(ground_layers.boundaries(edition), link_field="")]
    return MapSpec(
        title=title,
        layers=(*ground, *layers),
        lang=lang(),
        bounds=bounds,
        attribution="" if edition is None else attribution(edition),
    )


def _bounds(boxes: Sequence[Sequence[float]]) -> Bounds:
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    more_x, more_y = (max(_MARGIN * wide, (_LEAST_DEG - wide) / 2) for wide in (east - west, north - south))
    return west - more_x, south - more_y, east + more_x, north + more_y


def _rectangle(box: Sequence[float]) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _middle(box: Sequence[float]) -> dict[str, Any]:
    west, south, east, north = box
    return {"type": "Point", "coordinates": [(west + east) / 2, (south + north) / 2]}


def candidate_rows(candidates: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The candidates with the mark that each has on the map; `mark` is trusted SVG."""
    return [
        {**one, "words": import_words.system(one["srid"]), "mark": mark_svg(style, size_px=24)}
        for one, style in zip(candidates, _CANDIDATES, strict=False)
    ]
