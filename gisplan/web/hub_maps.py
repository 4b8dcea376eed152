"""The maps of hubs: the workbench's ground, the ranking by class, what a scenario gains and loses."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gisplan.analysis.exports import run_tables
from gisplan.analysis.hubs import DRAWN_TOLERANCE_M, feature_collection
from gisplan.analysis.models import Run, Scenario, ScenarioChange
from gisplan.analysis.profile import HubProfile
from gisplan.maps import palettes
from gisplan.maps.choropleth import CLASS_FIELD, classified, ramp_classes
from gisplan.maps.classes import quantile
from gisplan.maps.palettes import DIAMOND, GREY, INK, RAMP, SQUARE, TRIANGLE, WHITE
from gisplan.maps.spec import Bounds, MapLayer, MapSpec, StyleClass, positions
from gisplan.maps.style import Style, Symbol
from gisplan.territory.display import boundary_geometries, screen_geometry, territory_bounds
from gisplan.territory.models import Station, TerritoryEdition
from gisplan.territory.profile import latest_edition
from gisplan.web import ground_layers, maps, place_layers
from gisplan.web.column_names import COLUMNS, VALUES
from gisplan.web.features import collection, feature, lang, palette_classes, rounded
from gisplan.web.shapes import shapes_url
from layers import crs

SCORE_CLASSES = 5
GAINED = Style(fill="#3f78b5", stroke="#123a6b", fill_opacity=0.7, width_px=2)
LOST = Style(fill=WHITE, stroke="#a3390d", fill_opacity=0.8, width_px=2.5, dash="6 3", hatched=True)
MARKS = {
    ScenarioChange.Kind.ADD: TRIANGLE,
    ScenarioChange.Kind.MOVE: DIAMOND,
    ScenarioChange.Kind.CLOSE: SQUARE,
}
MARK = Style(fill="#c0227a", stroke=WHITE, width_px=1.5, fill_opacity=1)
LINK = Style(fill="#c0227a", stroke="#c0227a", width_px=4)


def stations_of_territory() -> QuerySet[Station]:
    return Station.objects.filter(municipality__in_territory=True)


def on_the_ground(title: str, *layers: MapLayer, bounds: Bounds | None = None) -> MapSpec | None:
    """These layers upon the municipalities; None where no territory is loaded."""
    edition = latest_edition()
    if edition is None:
        return None
    return MapSpec(
        title=title,
        layers=(ground_layers.boundaries(edition), *layers),
        lang=lang(),
        bounds=bounds or territory_bounds(edition),
        attribution=maps.attribution(edition),
    )


def profile_map(found: HubProfile, name: str) -> MapSpec | None:
    """The catchments of each mode, those on foot shown first, and the hub."""
    modes = list(dict.fromkeys(band.columns["mode"] for band in found.bands))
    lon, lat = found.parameters["lon"], found.parameters["lat"]
    layers = [_catchments(found, mode) for mode in modes]
    hub = MapLayer(
        key="hub",
        title=_("Polo"),
        data=collection([feature({"type": "Point", "coordinates": [lon, lat]}, id="hub", name=name)]),
        style=replace(MARK, symbol=Symbol(DIAMOND)),
    )
    return on_the_ground(name, *layers, hub, bounds=_around_walk(found))


def _around_walk(found: HubProfile) -> Bounds:
    """What lies on foot around the hub; a kilometre or so where that is no ground."""
    lon, lat = found.parameters["lon"], found.parameters["lat"]
    on_foot = np.array([band.polygon for band in found.bands if band.columns["mode"] == "walk"], dtype=object)
    drawn = on_foot[~shapely.is_empty(on_foot)]
    if not len(drawn):
        return lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01
    in_degrees = crs.transform(drawn, settings.STORED_SRID, crs.WGS84).geometries
    west, south, east, north = shapely.total_bounds(in_degrees).tolist()
    return west, south, east, north


def _catchments(found: HubProfile, mode: str) -> MapLayer:
    bands = [band for band in found.bands if band.columns["mode"] == mode]
    features = json.loads(feature_collection(bands, tolerance_m=DRAWN_TOLERANCE_M))["features"]
    word = str(VALUES[mode])
    for one in features:
        own = one["properties"]
        minutes = own["minutes"]
        own |= {
            "id": f"{mode}-{minutes}",
            "name": _("%(minutes)s minuti %(mode)s") % {"minutes": minutes, "mode": word},
            "minutes": str(minutes),
            "people": rounded(own["people"]),
            "method": str(VALUES[own["method"]]),
        }
    return MapLayer(
        key=f"catchment-{mode}",
        title=_("Bacino %(mode)s") % {"mode": word},
        data=collection(features),
        style=palettes.BANDS_MIN["15"].style,
        listed=False,
        visible=mode == "walk",
        classes=palette_classes(place_layers.minutes_shown({band.columns["minutes"] for band in bands})),
        class_field="minutes",
        popup=(("people", _("Persone")), ("method", _("Metodo"))),
    )


def ranking_map(found: Run) -> MapSpec | None:
    edition = latest_edition()
    if edition is None:
        return None
    hubs = ranked(stations_of_territory(), found)
    return on_the_ground(
        _("Poli in graduatoria"), gap(edition, found), hubs, bounds=_around([hubs], margin_deg=0.02)
    )


def gap(edition: TerritoryEdition, found: Run) -> MapLayer:
    """Municipalities by the share of their people whom no hub reaches; hidden until it is asked for."""
    tables = {table["name"]: table for table in run_tables(found)}
    table = tables["gap_by_municipality"]
    shapes = boundary_geometries(edition)
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    data = collection(
        feature(
            shapes.get(row["istat_code"]),
            id=row["istat_code"],
            name=row["municipality"],
            share=None if row["share_not_reached"] is None else 100 * row["share_not_reached"],
            people=rounded(row["not_reached"]),
        )
        for row in rows
    )
    known = quantile((one["properties"]["share"] for one in data["features"]), SCORE_CLASSES)
    return MapLayer(
        key="gap",
        title=_("Persone non raggiunte da nessun polo, in percentuale"),
        data=classified(data, "share", known) if known.upper else data,
        style=palettes.NO_DATA.style,
        classes=ramp_classes(known, unit="%", lang=lang()) if known.upper else (),
        class_field=CLASS_FIELD if known.upper else "",
        popup=(("share", _("Parte non raggiunta (%)")), ("people", _("Persone non raggiunte"))),
        visible=False,
        shapes_url=shapes_url(edition),
    )


def ranked(stations: QuerySet[Station], found: Run) -> MapLayer:
    """The stations by classes of equal number of their score: the higher, the darker and the larger."""
    layer = place_layers.stations(stations, small=True)
    table = run_tables(found)[0]
    rows = {row[1]: dict(zip(table["columns"], row, strict=True)) for row in table["rows"]}
    parts = [name for name in table["columns"] if name.startswith("part_")]
    known = []
    for one in layer.data["features"]:
        row = rows.get(one["properties"]["id"])
        if row:
            one["properties"] |= {name: row[name] for name in ("rank", "score", *parts)}
            known.append(one)
    classes = quantile((one["properties"]["score"] for one in known), SCORE_CLASSES)
    return replace(
        layer,
        title=_("Punteggio (0–1)"),
        data=classified(collection(known), "score", classes),
        style=Style(fill=WHITE, stroke=GREY, symbol=_dot(4)),
        classes=tuple(
            StyleClass(value=k, label=label, style=_score_style(k, len(classes.upper)))
            for k, label in enumerate(classes.labels(lang(), decimals=2) if classes.upper else [])
        ),
        class_field=CLASS_FIELD if classes.upper else "",
        popup=(
            ("rank", _("Posto")),
            ("score", _("Punteggio (0–1)")),
            *((name, str(COLUMNS.get(name, name))) for name in parts),
            ("municipality", _("Comune")),
        ),
    )


def _score_style(position: int, count: int) -> Style:
    share = position / max(1, count - 1)
    return Style(
        fill=RAMP[round(share * (len(RAMP) - 1))],
        stroke=INK,
        fill_opacity=1,
        width_px=1.5,
        symbol=_dot(5 + 5 * share),
    )


def _dot(radius: float) -> Symbol:
    half = f"a{radius:g} {radius:g} 0 1 1 0"
    return Symbol(f"M12 {12 - radius:g}{half} {2 * radius:g}{half} -{2 * radius:g}z")


def scenario_map(scenario: Scenario, run: Run | None) -> MapSpec | None:
    """Today's stations, the changes, and the ground that the comparison gains and loses."""
    changed = [] if run is None else _changed_ground(run)
    changes = _changes(scenario)
    stations = place_layers.stations(stations_of_territory(), small=True)
    return on_the_ground(
        scenario.name, *changed, stations, *changes, bounds=_around([*changed, *changes], margin_deg=0.01)
    )


def _around(layers: Sequence[MapLayer], *, margin_deg: float) -> Bounds | None:
    """What these layers cover and a margin; None where they are empty."""
    corners = [corner for layer in layers for one in layer.located for corner in positions(one["geometry"])]
    if not corners:
        return None
    lons, lats = zip(*corners, strict=True)
    return (
        *(min(lons) - margin_deg, min(lats) - margin_deg),
        *(max(lons) + margin_deg, max(lats) + margin_deg),
    )


def _changed_ground(run: Run) -> list[MapLayer]:
    """Two layers, which colour, outline and hatching tell apart."""
    found = {one["properties"]["change"]: one for one in run.result["features"]["features"]}
    named = {"gained": (_("Terreno guadagnato"), GAINED), "lost": (_("Terreno perduto"), LOST)}
    return [
        MapLayer(
            key=change,
            title=title,
            data=collection([_ground(found[change], change, title)]),
            style=style,
            popup=(("people", _("Persone")), ("area", _("Area (km²)"))),
        )
        for change, (title, style) in named.items()
        if change in found
    ]


def _ground(one: dict[str, Any], change: str, title: str) -> dict[str, Any]:
    own = one["properties"]
    return feature(
        one["geometry"],
        id=change,
        name=title,
        people=rounded(own.get("people")),
        area=own.get("area_km2"),
    )


def _changes(scenario: Scenario) -> list[MapLayer]:
    rows = list(scenario.changes.select_related("station"))
    kinds = {str(kind): str(kind.label) for kind in MARKS}
    places = [feature(_place(row), **_said(row)) for row in rows if row.kind in kinds]
    links = [feature(_line(row), **_said(row)) for row in rows if row.kind == ScenarioChange.Kind.LINK]
    layers = [
        MapLayer(
            key="changes",
            title=_("Poli che cambiano"),
            data=collection(places),
            style=replace(MARK, symbol=Symbol(DIAMOND)),
            classes=tuple(
                StyleClass(value=str(kind), label=kinds[str(kind)], style=replace(MARK, symbol=Symbol(path)))
                for kind, path in MARKS.items()
            ),
            class_field="kind",
            popup=(("what", _("Tipo di modifica")),),
        ),
        MapLayer(key="links", title=_("Nuovi collegamenti"), data=collection(links), style=LINK),
    ]
    return [layer for layer in layers if layer.features]


def _said(row: ScenarioChange) -> dict[str, Any]:
    what = row.get_kind_display()
    name = row.name or (row.station.name if row.station else what)
    return {"id": f"change-{row.pk}", "name": name, "kind": row.kind, "what": what}


def _place(row: ScenarioChange) -> dict[str, Any] | None:
    place = row.location or (row.station.location if row.station else None)
    return None if place is None else screen_geometry(place)


def _line(row: ScenarioChange) -> dict[str, Any] | None:
    if row.location is None or row.to_location is None:
        return None
    ends = [screen_geometry(place)["coordinates"] for place in (row.location, row.to_location)]
    return {"type": "LineString", "coordinates": ends}
