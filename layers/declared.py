"""What a source says of its system and its text, and what the user says instead."""

from itertools import islice

import numpy as np
import numpy.typing as npt
import shapely

from layers import crs, crs_candidates, sources
from layers.curves import read_wkb
from layers.encoding import TextEncoding, choose_encoding, codec_name
from layers.errors import CrsMissing, EncodingRefused
from layers.issues import Code, Issue
from layers.sniff import SHAPEFILE
from layers.sources import Source

_BATCHES_LOOKED_AT = 10


def source_srid(source: Source, given: int | None, issues: list[Issue]) -> int:
    if source.crs_text is not None and given is None:
        return crs.srid_from_text(source.crs_text, where=source.crs_where)
    if given is None:
        raise _crs_missing(source)
    given = crs.checked_srid(given)
    if source.crs_text is None:
        issues.append(Issue(Code.CRS_GIVEN, None, None, f"EPSG:{given}"))
        return given
    declared = crs.described(source.crs_text)
    if declared != f"EPSG:{given}":
        issues.append(Issue(Code.CRS_OVERRIDDEN, None, declared, f"EPSG:{given}"))
    return given


def _crs_missing(source: Source) -> CrsMissing:
    found = crs_candidates.candidates(raw_box(source))
    likely = f"likely one of {crs_candidates.words(found)}; " if found else ""
    example = found[0].srid if found else crs.UTM_32N
    error = CrsMissing(
        f"Expected a coordinate reference system in {source.path.name} (a shapefile's is in its .prj), found none:"
        f" {likely}give it with --srid, for example --srid {example}."
    )
    error.candidates = tuple(found)
    return error


def raw_box(source: Source) -> tuple[float, float, float, float]:
    """The box of the coordinates as they stand; where it fits no system, of the middle nine tenths of features."""
    if source.bounds is not None and crs_candidates.candidates(source.bounds):
        return source.bounds
    bounds: list[npt.NDArray[np.float64]] = []
    for batch in islice(sources.read_geometries(source), _BATCHES_LOOKED_AT):
        wkb = batch.column(batch.num_columns - 1).to_numpy(zero_copy_only=False)
        found = shapely.bounds(read_wkb(wkb).geometries)
        bounds.append(found[np.isfinite(found).all(axis=1)])
    every = np.concatenate(bounds) if bounds else np.empty((0, 4))
    if not len(every):
        return (np.nan, np.nan, np.nan, np.nan)
    whole = (*every[:, :2].min(axis=0), *every[:, 2:].max(axis=0))
    if crs_candidates.candidates(whole):
        west, south, east, north = map(float, whole)
    else:
        west, south = map(float, np.quantile(every[:, :2], 0.05, axis=0))
        east, north = map(float, np.quantile(every[:, 2:], 0.95, axis=0))
    return west, south, east, north


def text_encoding(source: Source, given: str | None, issues: list[Issue]) -> TextEncoding:
    if source.prepared.text is not None:
        issues.extend(source.prepared.notes)
        return source.prepared.text
    if source.content != SHAPEFILE:
        codec = codec_name(given, where="--encoding") if given else "utf-8"
        if codec != "utf-8":
            raise EncodingRefused(
                f"Expected utf-8, which {source.content.words} always is, found {codec} in --encoding:"
                " leave it out."
            )
        return TextEncoding(codec, "format")
    if given is not None:
        return TextEncoding(codec_name(given, where="--encoding"), "given by the user")
    dbf = source.part(".dbf") or source.path
    chosen = choose_encoding(dbf, cpg=source.part(".cpg"), cst=source.part(".cst"))
    if chosen.contradicted is not None:
        issues.append(
            Issue(Code.ENCODING_CONTRADICTED, None, chosen.contradicted, f"{chosen.codec} ({chosen.rule})")
        )
    return chosen
