"""The map of a siting: municipalities by how many are covered, sites of today, candidates and the new ones on top."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.models import Run
from gisplan.analysis.siting_request import MUNICIPALITIES
from gisplan.maps import palettes
from gisplan.maps.palettes import CIRCLE, DIAMOND, GREY, INK, WHITE
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass
from gisplan.maps.style import Style, Symbol
from gisplan.territory.display import DECIMALS, boundary_geometries, territory_bounds
from gisplan.territory.profile import latest_edition
from gisplan.web import maps
from gisplan.web.answer_pages import rows_of
from gisplan.web.column_names import VALUES
from gisplan.web.features import collection, feature, lang
from layers import crs

HALF = 0.5
DRAWN_CANDIDATES = 400
NEW = Style(fill="#c0227a", stroke=WHITE, width_px=1.5, fill_opacity=1, symbol=Symbol(DIAMOND))
TODAY = Style(fill=INK, stroke=WHITE, width_px=1.5, fill_opacity=1, symbol=Symbol(CIRCLE))
SMALL = "M12 9a3 3 0 1 1 0 6a3 3 0 1 1 0-6z"
FREE = Style(fill=GREY, stroke=WHITE, width_px=0.7, fill_opacity=1, symbol=Symbol(SMALL))
GAINED = Style(fill="#8fb8de", stroke="#123a6b", on_fill=INK, width_px=1.5, fill_opacity=0.85)


def siting_map(run: Run) -> MapSpec | None:
    edition = latest_edition()
    if edition is None:
        return None
    sites = rows_of(run, "sites")
    new, today = ([row for row in sites if row["site_kind"] == kind] for kind in ("new", "existing"))
    places = [
        _points("candidates", _("Siti candidati"), _candidates(run), FREE),
        _points("today", _("Siti di oggi"), today, TODAY),
        _points("new", _("Siti nuovi"), new, NEW),
    ]
    return MapSpec(
        title=_("Dove mettere i prossimi servizi"),
        layers=(
            _ground(run, boundary_geometries(edition)),
            *(layer for layer in places if layer is not None),
        ),
        lang=lang(),
        key="siting",
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
    )


def _candidates(run: Run) -> list[dict[str, Any]]:
    """Those of a layer; where every municipality is one, the ground shows them already."""
    if run.parameters["candidates"] == MUNICIPALITIES:
        return []
    return rows_of(run, "candidates")[:DRAWN_CANDIDATES]


def _ground(run: Run, shapes: Any) -> MapLayer:
    rows = rows_of(run, "covered_by_municipality")
    minutes = {row["istat_code"]: row["minutes_then"] for row in rows_of(run, "minutes_by_municipality")}
    covered, not_covered = palettes.COVERAGE["covered"], palettes.COVERAGE["not_covered"]
    words = {
        "today": _("Coperto già oggi"),
        "then": _("Coperto con i siti nuovi"),
        "never": not_covered.label(lang()),
    }
    styles = {"today": covered.style, "then": GAINED, "never": not_covered.style}
    return MapLayer(
        key="covered",
        title=_("Comuni per copertura"),
        data=collection(
            feature(
                shapes.get(row["istat_code"]),
                id=row["istat_code"],
                name=row["municipality"],
                url=reverse("municipality", args=[row["istat_code"]]),
                status=_status(row),
                status_label=words.get(_status(row) or ""),
                difference=row["difference"],
                minutes=minutes.get(row["istat_code"]),
            )
            for row in rows
        ),
        style=palettes.NO_DATA.style,
        classes=tuple(StyleClass(value=key, label=label, style=styles[key]) for key, label in words.items()),
        class_field="status",
        popup=(
            ("status_label", _("Copertura")),
            ("difference", _("Persone coperte in più")),
            ("minutes", _("Minuti con i siti nuovi")),
        ),
        link_field="url",
    )


def _status(row: dict[str, Any]) -> str | None:
    """By at least half of its people of the age group; None where there is nobody."""
    if not row["people"]:
        return None
    if row["covered_today"] >= HALF * row["people"]:
        return "today"
    return "then" if row["covered_then"] >= HALF * row["people"] else "never"


def _points(key: str, title: str, rows: Sequence[dict[str, Any]], style: Style) -> MapLayer | None:
    if not rows:
        return None
    metres = np.array([[row["x_m"], row["y_m"]] for row in rows], dtype=np.float64).reshape(-1, 2)
    moved = crs.transform(np.asarray(shapely.points(metres)), settings.STORED_SRID, crs.WGS84).geometries
    degrees = np.round(shapely.get_coordinates(moved), DECIMALS).tolist()
    return MapLayer(
        key=key,
        title=title,
        data=collection(
            feature(
                {"type": "Point", "coordinates": place},
                id=row["site"],
                name=row["name"],
                people=row.get("people_nearest"),
                placed=str(VALUES[row["placed_at"]]),
            )
            for row, place in zip(rows, degrees, strict=True)
        ),
        style=style,
        popup=(("people", _("Persone per cui è il più vicino")), ("placed", _("Posizione"))),
    )
