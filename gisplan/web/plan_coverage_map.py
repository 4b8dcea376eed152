"""The bivariate map of the plan: need by rows, what acts by columns, and its legend of nine."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.plan_coverage import PlanCoverage
from gisplan.analysis.plan_need import NEEDS
from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.style import swatch_svg
from gisplan.territory.display import boundary_geometries, territory_bounds
from gisplan.territory.profile import latest_edition
from gisplan.web import maps
from gisplan.web.coverage_words import COLUMNS
from gisplan.web.features import collection, feature, lang, palette_classes
from gisplan.web.shapes import shapes_url

STEPS = (0, 1, 2)


def plan_map(found: PlanCoverage, title: str) -> MapSpec | None:
    edition = latest_edition()
    if edition is None:
        return None
    shapes = boundary_geometries(edition)
    ground = MapLayer(
        key="bivariate",
        title=title,
        data=collection(
            feature(shapes.get(row.istat_code), **_properties(row)) for row in found.municipalities
        ),
        style=palettes.NO_DATA.style,
        classes=palette_classes(palettes.BIVARIATE),
        class_field="pair",
        popup=(
            *((name, str(COLUMNS[name])) for name in NEEDS),
            ("interventions", _("Interventi che toccano il comune")),
            ("pnrr_projects", str(COLUMNS["pnrr_projects"])),
        ),
        link_field="url",
        shapes_url=shapes_url(edition),
    )
    return MapSpec(
        title=title,
        layers=(ground,),
        lang=lang(),
        key="plan",
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
        notice=found.completeness.statement,
    )


def legend_rows() -> list[list[tuple[str, str]]]:
    """Trusted SVG and words of the nine, high need first."""
    return [
        [
            (
                swatch_svg(palettes.BIVARIATE[f"{need}{plan}"].style, "area"),
                palettes.BIVARIATE[f"{need}{plan}"].label(lang()),
            )
            for plan in STEPS
        ]
        for need in reversed(STEPS)
    ]


def _properties(row: Any) -> dict[str, Any]:
    return {
        "id": row.istat_code,
        "name": row.municipality,
        "url": reverse("municipality", args=[row.istat_code]),
        "pair": row.pair,
        "old_age_index": _rounded(row.old_age_index),
        "population_change": _rounded(row.population_change),
        "minutes_to_pole": _rounded(row.minutes_to_pole),
        "interventions": row.interventions,
        "pnrr_projects": row.pnrr_projects,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
