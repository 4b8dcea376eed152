"""From a source to chunks of clean features in the stored CRS: read, decode, reproject, repair, check."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers import crs, crs_candidates, repair, sources
from layers.curves import read_wkb
from layers.declared import source_srid, text_encoding
from layers.decoding import Decoder
from layers.errors import CrsMissing, GeometryRefused, NothingLeft
from layers.fields import columns_of, cut_names
from layers.issues import Code, Issue
from layers.limits import stored_srid
from layers.locating import locate
from layers.plain_points import plain_points
from layers.repair import Family, Kept
from layers.reports import Clock, ImportReport
from layers.sniff import SHAPEFILE
from layers.sources import Source
from layers.threads import ahead
from layers.values import PREVIEW_ROWS, Watch, preview_rows
from layers.vertices import VertexLimit


@dataclass(frozen=True)
class Chunk:
    """Features that are stored: their 0-based positions in the source, attribute arrays, geometries.

    The geometries are objects, single or multi, or rows of x, y where all are points.
    """

    positions: npt.NDArray[np.int64]
    attributes: list[Any]
    geometries: npt.NDArray[Any]

    def bounds(self) -> npt.NDArray[np.float64]:
        points = self.geometries.dtype != object
        return np.hstack([self.geometries] * 2) if points else np.asarray(shapely.bounds(self.geometries))

    def __len__(self) -> int:
        return len(self.positions)


class Reading:
    """One pass over a source; what it finds goes into the report as it goes on."""

    def __init__(self, source: Source, report: ImportReport, clock: Clock) -> None:
        self.source, self.report, self.clock = source, report, clock
        self.stored_srid = stored_srid()
        clock.total = source.feature_count
        report.driver, report.source_layer = source.content.kind, source.layer
        report.stored_srid, report.features_read = self.stored_srid, source.feature_count
        with clock.phase("read"):
            report.digest = sources.digest(source)
        self._family, self._vertices = Family(), VertexLimit(source.path.name)

    def prepare(self, *, srid: int | None, encoding: str | None) -> None:
        """Settle system, encoding, columns and geometry type, all needed before the first row is stored."""
        report = self.report
        try:
            self.srid = report.srid = source_srid(self.source, srid, report.issues)
        except CrsMissing as error:
            report.candidates = [candidate.as_dict() for candidate in error.candidates]
            raise
        with self.clock.phase("decode"):
            text = text_encoding(self.source, encoding, report.issues)
            report.encoding, report.encoding_rule = text.codec, text.rule
            self._decoder = Decoder(self.source, text.codec)
            schema = sources.schema(self.source)
            names = [self._decoder.name(name) for name in schema.names[:-1]]
            self.columns, issues = columns_of(names, schema.types[:-1])
            if self.source.is_carried:
                issues += cut_names(names, schema.names[:-1])
            self._watch = Watch(self.columns, typed=self.source.prepared.text is None)
        report.issues.extend(issues)
        report.columns = [asdict(column) for column in self.columns]
        with self.clock.phase("check"):
            survey = survey_of(self.source, self.srid)
        self.geometry_type = report.geometry_type = repair.stored_type(survey.dimension, multi=survey.multi)
        self._dimension = survey.dimension
        self._operation = crs.operation_for(survey.box, self.srid, self.stored_srid)
        report.operation, report.accuracy_m = self._operation.name, self._operation.accuracy_m

    def chunks(self) -> Iterator[Chunk]:
        """Clean features, batch after batch; counts and issues go into the report."""
        first, box = 0, np.full(4, np.nan)
        for batch in self.clock.each("read", ahead(sources.read_batches(self.source))):
            chunk = self._chunk(batch, first)
            first += len(batch)
            self.report.features_read = first
            self.report.features_stored += len(chunk)
            wanted = PREVIEW_ROWS - len(self.report.preview)
            if wanted > 0:
                self.report.preview += preview_rows(self.columns, chunk.attributes, wanted)
            if len(chunk):
                box = _joined(box, crs.hull_lon_lat(chunk.bounds(), self.stored_srid))
            yield chunk
        sources.check_unchanged(self.source)
        self._finish(box)

    def _chunk(self, batch: Any, first: int) -> Chunk:
        rows, issues = len(batch), list[Issue]()
        with self.clock.phase("decode", rows):
            attributes = [
                self._decoder.column(values, name, first)
                for name, values in zip(batch.schema.names[:-1], batch.columns[:-1], strict=True)
            ]
            self._watch.look(attributes)
        with self.clock.phase("read"):
            wkb = batch.column(batch.num_columns - 1)
            self._vertices.check_bytes(wkb, first)
            points = plain_points(wkb) if self.geometry_type == "Point" else None
            read = Kept(np.empty(0, object), np.empty(0, np.int64))
        if points is not None and crs.lies_in_italy((*points.min(axis=0), *points.max(axis=0)), self.srid):
            chunk = self._of_points(points, attributes, first)
            if self._decoder.issues:
                read = geometries_of(batch, first, [])
        else:
            with self.clock.phase("read"):
                read = geometries_of(batch, first, issues)
            chunk = self._of_geometries(read, attributes, issues, first=first, rows=rows)
        issues += self._decoder.issues
        self._decoder.issues.clear()
        locate(issues, 0, read, self.srid, stored_srid=self.stored_srid)
        self.report.issues.extend(issues)
        return chunk

    def _of_points(self, points: npt.NDArray[np.float64], attributes: list[Any], first: int) -> Chunk:
        """Finite points inside Italy have nothing to repair."""
        rows = len(points)
        with self.clock.phase("check", rows):
            self._vertices.count(rows)
            self._family.counts["Point"] += rows
        with self.clock.phase("reproject", rows):
            moved = self._operation.apply_points(points)
        with self.clock.phase("repair", rows):
            return Chunk(np.arange(first, first + rows, dtype=np.int64), attributes, moved)

    def _of_geometries(
        self, read: Kept, attributes: list[Any], issues: list[Issue], *, first: int, rows: int
    ) -> Chunk:
        clock = self.clock
        with clock.phase("repair"):
            self._vertices.add(read.geometries, first)
            kept = repair.flattened(repair.usable(read, issues), issues)
            kept = repair.uncollected(kept, self._dimension, issues)
            kept = repair.without_repeats(kept, issues)
        with clock.phase("check"):
            self._check_family(kept)
            kept = repair.inside_italy(kept, self.srid, issues)
        with clock.phase("reproject", rows):
            kept = Kept(self._operation.apply(kept.geometries).geometries, kept.positions)
        with clock.phase("repair", rows):
            kept = repair.made_valid(kept, self._dimension, issues)
        with clock.phase("check", rows):
            if len(kept.positions) < rows:
                attributes = [values.take(pa.array(kept.positions - first)) for values in attributes]
        return Chunk(kept.positions, attributes, kept.geometries)

    def _check_family(self, kept: Kept) -> None:
        self._family.add(kept.geometries)
        if not len(kept.positions):
            return
        where = self.source.path.name
        dimension = self._family.dimension(where)
        if dimension != self._dimension or (self.geometry_type == "Point" and self._family.has_multi):
            raise GeometryRefused(
                f"Expected {self.source.geometry_type} in {where} as its header says, found"
                f" {self._family.words()}:"
                " export it again."
            )

    def _finish(self, box: npt.NDArray[np.float64]) -> None:
        issues = self.report.issues
        issues.extend(self._watch.issues())
        self.report.text_samples = self._watch.samples.texts()
        issues[:] = self.source.prepared.restated(issues)
        if self._family.mixed and self.source.content != SHAPEFILE:  # a shapefile has one type for both
            issues.append(
                Issue(Code.MIXED_SINGLE_MULTI, None, self._family.words(), self.report.geometry_type)
            )
        issues.sort(key=lambda issue: -1 if issue.feature is None else issue.feature)
        if np.isfinite(box).all():
            west, south, east, north = box.round(7).tolist()
            self.report.bbox = (west, south, east, north)


@dataclass(frozen=True)
class Survey:
    """The family of a layer's geometry and the box, in its own system, of what lies in Italy."""

    dimension: int
    multi: bool
    box: tuple[float, float, float, float]


def survey_of(source: Source, srid: int) -> Survey:
    """From the header where it can be trusted, else from one pass over the geometries."""
    declared = repair.declared_type(source.geometry_type)
    if declared is not None and source.bounds is not None and crs.lies_in_italy(source.bounds, srid):
        return Survey(*declared, source.bounds)
    family, inside, everything = Family(), np.full(4, np.nan), np.full(4, np.nan)
    vertices, first = VertexLimit(source.path.name), 0
    for batch in sources.read_geometries(source):
        vertices.check_bytes(batch.column(batch.num_columns - 1), first)
        found = geometries_of(batch, first, [])
        vertices.add(found.geometries, first)
        first += len(batch)
        kept = repair.usable(found, [])
        family.add(kept.geometries)
        bounds = shapely.bounds(kept.geometries)
        everything = _joined(everything, bounds)
        inside = _joined(inside, bounds[crs.touches_italy(crs.boxes_lon_lat(bounds, srid))])
    if not family.counts:
        raise NothingLeft(
            f"Expected features with a usable geometry in {source.path.name}, found {source.feature_count:,}"
            " without: correct the file."
        )
    if not np.isfinite(inside).all():
        crs_candidates.check_in_italy(everything.tolist(), srid, source.path.name)
    west, south, east, north = inside.tolist()
    return Survey(family.dimension(source.path.name), family.has_multi, (west, south, east, north))


def _joined(box: npt.NDArray[np.float64], bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The box that holds a box and rows of bounds; NaN is nothing yet."""
    if not len(bounds):
        return box
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return np.concatenate([np.fmin(box[:2], low), np.fmax(box[2:], high)])


def geometries_of(batch: Any, first: int, issues: list[Issue]) -> Kept:
    """The WKB column; bytes that are no geometry are left out like a missing one, under their own code."""
    wkb = batch.column(batch.num_columns - 1).to_numpy(zero_copy_only=False)
    positions = np.arange(first, first + len(wkb), dtype=np.int64)
    read = read_wkb(wkb)
    geometries = read.geometries
    unreadable = shapely.is_missing(geometries) & np.array([value is not None for value in wkb], dtype=bool)
    issues.extend(Issue(Code.RING_CLOSED, first + row, None, kind) for row, kind in read.closed.items())
    for row, kind in read.curves.items():
        issues.append(Issue(Code.CURVE_LINEARISED, first + row, kind, geometries[row].geom_type))
    issues.extend(Issue(Code.UNREADABLE_GEOMETRY, int(position)) for position in positions[unreadable])
    return Kept(geometries, positions).where(~unreadable)
