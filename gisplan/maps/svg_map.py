"""The same map on paper: a spec in, SVG in millimetres out, drawn in the metres of a projected system."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisplan.maps.palettes import GROUND, INK
from gisplan.maps.print_text import text_svg, width_mm, xml_text
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.style import Style, mark_svg

Geometries = NDArray[np.object_]
#: Geometries in degrees (EPSG:4326) in, the same in metres of a projected system out.
Projection = Callable[[Geometries], Geometries]
Point = tuple[float, float]

HATCH_ID = "print-hatch"
MM_PER_PX = 0.2  # a stroke on paper is thinner than on a screen
MARK_MM, SMALL_MARK_MM, MANY_MARKS = 5.0, 3.8, 150
RING_MM = 4.0
LABEL_MM, NAME_DESCENT_MM = 2.5, 0.5
SIMPLIFIED_MM = 0.04  # less than a printer's dot at 600 dots an inch
EDGE_MM = 3.0  # drawn beyond the frame, so that no clipped outline shows inside


@dataclass(frozen=True)
class Frame:
    """Where a map stands on its sheet, in millimetres from the top left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    def __contains__(self, point: Point) -> bool:
        x, y = point
        return self.x_mm <= x <= self.x_mm + self.width_mm and self.y_mm <= y <= self.y_mm + self.height_mm


@dataclass(frozen=True)
class SvgMap:
    """An SVG group with user units of one millimetre, and the metres on the ground of one of them."""

    svg: str
    m_per_mm: float


def svg_map(spec: MapSpec, frame: Frame, project: Projection, *, keep_clear: Sequence[Frame] = ()) -> SvgMap:
    """Draw the visible layers of a map in a frame; sizes in millimetres, the ground in projected metres.

    Parameters
    ----------
    spec : MapSpec
        The map; its extent fills the frame in one direction and is centred in the other.
    frame : Frame
        Where it stands on the sheet.
    project : callable
        From degrees (EPSG:4326) to metres; it must keep the number and the order of the geometries.
    keep_clear : sequence of Frame
        Where something will stand upon the map: no name of the ground is written there.

    Returns
    -------
    SvgMap
        The group, clipped to the frame, with the frame's own line.

    Raises
    ------
    MapInputError
        There is nothing to fit.
    """
    sheet = _Sheet.fitting(spec, frame, project)
    taken: Counter[Point] = Counter()
    drawn = [_layer_svg(layer, sheet, taken) for layer in spec.layers if layer.visible]
    names = _names_svg(spec, sheet, [*_around_marks(taken), *map(_box_of, keep_clear)])
    box = f'x="{frame.x_mm}" y="{frame.y_mm}" width="{frame.width_mm:.2f}" height="{frame.height_mm:.2f}" rx="1"'
    clip = f'<clipPath id="print-frame-{spec.key}"><rect {box}/></clipPath>'
    svg = (
        f"<defs>{clip}{_HATCH}</defs><rect {box} fill='{GROUND}'/>"
        f'<g clip-path="url(#print-frame-{spec.key})">{"".join(drawn)}{names}</g>'
        f"<rect {box} fill='none' stroke='{INK}' stroke-width='0.25'/>"
    )
    return SvgMap(svg, sheet.m_per_mm)


_HATCH = (
    f'<pattern id="{HATCH_ID}" width="1.4" height="1.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="1.4" height="1.4" fill="#ffffff"/><path d="M0 0v1.4" stroke="#5d6b78" stroke-width="0.45"/></pattern>'
)


@dataclass(frozen=True)
class _Sheet:
    """From degrees to millimetres of the sheet."""

    frame: Frame
    project: Projection
    left_m: float
    top_m: float
    m_per_mm: float

    @classmethod
    def fitting(cls, spec: MapSpec, frame: Frame, project: Projection) -> "_Sheet":
        west, south, east, north = spec.extent()
        outline = shapely.segmentize(shapely.box(west, south, east, north), max((east - west) / 16, 1e-6))
        left, bottom, right, top = shapely.total_bounds(project(np.array([outline], dtype=object)))
        m_per_mm = max((right - left) / (frame.width_mm - 4), (top - bottom) / (frame.height_mm - 4), 0.05)
        left -= (frame.width_mm * m_per_mm - (right - left)) / 2
        top += (frame.height_mm * m_per_mm - (top - bottom)) / 2
        return cls(frame, project, float(left), float(top), float(m_per_mm))

    def placed(self, geometries: list[Mapping[str, Any]]) -> Geometries:
        """GeoJSON geometries in millimetres of the sheet."""
        read = np.array([shapely.from_geojson(json.dumps(one)) for one in geometries], dtype=object)
        return np.asarray(shapely.transform(self.project(read), self._to_mm), dtype=object)

    def _to_mm(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        x = self.frame.x_mm + (metres[:, 0] - self.left_m) / self.m_per_mm
        y = self.frame.y_mm + (self.top_m - metres[:, 1]) / self.m_per_mm
        return np.column_stack([x, y])

    def cut(self, shape: shapely.Geometry) -> shapely.Geometry:
        """What lies in the frame and a little beyond; the rest would only make the file larger."""
        frame = self.frame
        low_x, low_y = frame.x_mm - EDGE_MM, frame.y_mm - EDGE_MM
        high_x, high_y = frame.x_mm + frame.width_mm + EDGE_MM, frame.y_mm + frame.height_mm + EDGE_MM
        return shapely.simplify(shapely.clip_by_rect(shape, low_x, low_y, high_x, high_y), SIMPLIFIED_MM)


def _layer_svg(layer: MapLayer, sheet: _Sheet, taken: Counter[Point]) -> str:
    """Shapes in their order, then the marks, one for the points of a class at one place."""
    located = layer.located
    if not located:
        return ""
    shapes: list[str] = []
    marks: Counter[tuple[Point, int]] = Counter()
    styles = layer.styles
    for feature, placed in zip(located, sheet.placed([one["geometry"] for one in located]), strict=True):
        found = layer.class_of(feature)
        which = 0 if found is None else 1 + layer.classes.index(found)
        for part in _parts(placed):
            if part.geom_type == "Point":
                spot = (round(part.x, 1), round(part.y, 1))
                marks[spot, which] += 1
            else:
                shapes.append(_shape_svg(sheet.cut(part), styles[which]))
    size_mm = SMALL_MARK_MM if len(marks) > MANY_MARKS else MARK_MM
    inside = [(spot, which, count) for (spot, which), count in marks.items() if spot in sheet.frame]
    drawn = [_mark_svg(spot, styles[which], count, size_mm, taken) for spot, which, count in inside]
    return f'<g data-layer="{layer.key}">{"".join(shapes)}{"".join(drawn)}</g>'


def _parts(geometry: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Points, lines and polygons of a geometry, whatever holds them."""
    for part in shapely.get_parts(geometry):
        if shapely.get_type_id(part) > shapely.GeometryType.POLYGON:
            yield from _parts(part)
        elif not part.is_empty:
            yield part


def _shape_svg(shape: shapely.Geometry, style: Style) -> str:
    path = "".join(_path(part) for part in _parts(shape))
    if not path:
        return ""
    filled = shapely.get_dimensions(shape) == 2
    return f'<path d="{path}" {_paint(style, filled=filled)}/>'


def _path(part: shapely.Geometry) -> str:
    if part.geom_type == "Polygon":
        return "".join(f"{_line(ring)}z" for ring in (part.exterior, *part.interiors))
    return _line(part)


def _line(line: shapely.Geometry) -> str:
    pairs = shapely.get_coordinates(line)
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in pairs)


def _paint(style: Style, *, filled: bool) -> str:
    dash = [f"{float(step) * MM_PER_PX:.2f}" for step in style.dash.replace(",", " ").split()]
    dashed = f' stroke-dasharray="{" ".join(dash)}"' if dash else ""
    fill = f"url(#{HATCH_ID})" if style.hatched else xml_text(style.fill)
    inner = (
        f'fill="{fill}" fill-opacity="{style.fill_opacity}" fill-rule="evenodd"' if filled else 'fill="none"'
    )
    stroke = f'stroke="{xml_text(style.stroke)}" stroke-width="{style.width_px * MM_PER_PX:.2f}"'
    return f'{inner} {stroke}{dashed} stroke-linejoin="round"'


def _mark_svg(spot: Point, style: Style, count: int, size_mm: float, taken: Counter[Point]) -> str:
    """A mark; those of several layers or classes at one place stand round the first, as on the page."""
    slot = taken[spot]
    taken[spot] += 1
    turn = (slot - 1) * np.pi / 3
    x, y = (spot[0] + RING_MM * np.sin(turn), spot[1] - RING_MM * np.cos(turn)) if slot else spot
    scale = size_mm / 24
    where = f"translate({x - size_mm / 2:.2f} {y - size_mm / 2:.2f}) scale({scale:.4f})"
    badge = _badge_svg(x + size_mm / 2, y - size_mm / 2, count) if count > 1 else ""
    return f'<g transform="{where}">{mark_svg(style, size_px=24)}</g>{badge}'


def _badge_svg(x_mm: float, y_mm: float, count: int) -> str:
    wide = width_mm(str(count), 1.9, bold=True) + 1.2
    box = f'x="{x_mm - wide / 2:.2f}" y="{y_mm - 1.1:.2f}" width="{wide:.2f}" height="2.4" rx="1.2"'
    words = 'font-size="1.9" font-weight="700" text-anchor="middle" fill="#ffffff"'
    text = f'<text x="{x_mm:.2f}" y="{y_mm + 0.75:.2f}" {words}>{count}</text>'
    return f'<rect {box} fill="{INK}" stroke="#ffffff" stroke-width="0.15"/>{text}'


def _names_svg(spec: MapSpec, sheet: _Sheet, obstacles: Sequence[shapely.Geometry]) -> str:
    """The names that the page writes on the map, and those of the lowest areas that have room for theirs.

    All have a white edge; one that would cover another is left out, one of the ground also where an obstacle is.
    """
    visible = [layer for layer in spec.layers if layer.visible and layer.located]
    ground = [layer for layer in visible if layer.kind == "area"][:1]
    whole = _box_of(sheet.frame)
    boxes: list[shapely.Geometry] = []
    drawn: list[str] = []
    for layer, everyone in [*((layer, False) for layer in visible), *((layer, True) for layer in ground)]:
        for name, shape in _named(layer, sheet, everyone=everyone):
            box = _name_box(name, shape, sheet.frame)
            if box is None or any(box.intersects(other) for other in boxes):
                continue
            if everyone and (
                not shape.intersection(whole).contains(box) or any(box.intersects(one) for one in obstacles)
            ):
                continue
            boxes.append(box)
            left, _top, _right, bottom = box.bounds
            drawn.append(_name_svg(left, bottom - NAME_DESCENT_MM, name))
    return "".join(drawn)


def _around_marks(taken: Iterable[Point]) -> list[shapely.Geometry]:
    half = MARK_MM / 2
    return [shapely.box(x - half, y - half, x + half, y + half) for x, y in taken]


def _box_of(frame: Frame) -> shapely.Geometry:
    return shapely.box(frame.x_mm, frame.y_mm, frame.x_mm + frame.width_mm, frame.y_mm + frame.height_mm)


def _named(layer: MapLayer, sheet: _Sheet, *, everyone: bool) -> Iterator[tuple[str, shapely.Geometry]]:
    """Names and shapes on the sheet of the features that are named on the page, or of all."""
    chosen = [one for one in layer.located if everyone or one["properties"].get(layer.label_field)]
    if chosen:
        placed = sheet.placed([one["geometry"] for one in chosen])
        for feature, shape in zip(chosen, placed, strict=True):
            yield str(feature["properties"][layer.name_field]), sheet.cut(shape)


def _name_box(name: str, shape: shapely.Geometry, frame: Frame) -> shapely.Geometry | None:
    """Where a name stands: in the middle of its shape; None beyond the frame."""
    left, top, right, bottom = shapely.bounds(shape)
    if not np.isfinite(left) or ((left + right) / 2, (top + bottom) / 2) not in frame:
        return None
    wide = width_mm(name, LABEL_MM, bold=True)
    x, y = (left + right - wide) / 2, (top + bottom + LABEL_MM) / 2
    return shapely.box(x, y - LABEL_MM, x + wide, y + NAME_DESCENT_MM)


def _name_svg(x: float, y: float, name: str) -> str:
    written = text_svg(x, y, name, size_mm=LABEL_MM, bold=True)
    edge = 'stroke="#ffffff" stroke-width="0.7" stroke-linejoin="round" fill="#ffffff"'
    return f'<g {edge}>{written}</g><g fill="{INK}">{written}</g>'
