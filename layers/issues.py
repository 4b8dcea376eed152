"""Kinds of issue that an import reports; docs/issue_codes.md says what each means."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from layers.limits import issues_kept


class Code(StrEnum):
    """What was noted, repaired or dropped."""

    CRS_GIVEN = "crs_given"
    CRS_OVERRIDDEN = "crs_overridden"
    ENCODING_CONTRADICTED = "encoding_contradicted"
    COLUMN_RENAMED = "column_renamed"
    MIXED_SINGLE_MULTI = "mixed_single_multi"
    DECIMAL_COMMA = "decimal_comma"
    COLUMN_NAME_CUT = "column_name_cut"
    KEY_REPEATED = "key_repeated"
    NUMBER_AS_TEXT = "number_as_text"
    DATE_AS_TEXT = "date_as_text"
    TEXT_CUT = "text_cut"
    TEXT_NUL = "text_nul"
    Z_DROPPED = "z_dropped"
    M_DROPPED = "m_dropped"
    DATE_UNREADABLE = "date_unreadable"
    NUMBER_UNREADABLE = "number_unreadable"
    RING_CLOSED = "ring_closed"
    CURVE_LINEARISED = "curve_linearised"
    COLLECTION_REDUCED = "collection_reduced"
    REPEATED_VERTICES = "repeated_vertices"
    INVALID_GEOMETRY = "invalid_geometry"
    NULL_GEOMETRY = "null_geometry"
    UNREADABLE_GEOMETRY = "unreadable_geometry"
    EMPTY_GEOMETRY = "empty_geometry"
    NON_FINITE_COORDINATES = "non_finite_coordinates"
    COLLAPSED_GEOMETRY = "collapsed_geometry"
    FEATURE_OUTSIDE_ITALY = "feature_outside_italy"


# Notes change no value of the source; every other code does, and `strict` refuses it.
NOTES = frozenset(
    {
        Code.CRS_GIVEN,
        Code.CRS_OVERRIDDEN,
        Code.ENCODING_CONTRADICTED,
        Code.COLUMN_RENAMED,
        Code.MIXED_SINGLE_MULTI,
        Code.DECIMAL_COMMA,
        Code.COLUMN_NAME_CUT,
        Code.KEY_REPEATED,
        Code.NUMBER_AS_TEXT,
        Code.DATE_AS_TEXT,
    }
)
# The feature is left out, since it has no place that can be used.
DROPS = frozenset(
    {
        Code.NULL_GEOMETRY,
        Code.UNREADABLE_GEOMETRY,
        Code.EMPTY_GEOMETRY,
        Code.NON_FINITE_COORDINATES,
        Code.COLLAPSED_GEOMETRY,
        Code.FEATURE_OUTSIDE_ITALY,
    }
)
_MESSAGES = {
    Code.CRS_GIVEN: "The source declares no system; the one given by the user was taken.",
    Code.CRS_OVERRIDDEN: "The system given by the user was taken in place of the declared one.",
    Code.ENCODING_CONTRADICTED: "The declared encoding cannot read the bytes; the next rule was taken.",
    Code.COLUMN_RENAMED: "The column has a new name that is free and safe in SQL.",
    Code.MIXED_SINGLE_MULTI: "Single and multi geometries occur together; all are stored as multi.",
    Code.DECIMAL_COMMA: "The numbers of the column are written with a decimal comma.",
    Code.COLUMN_NAME_CUT: "The name has the ten letters that a shapefile allows: its end may be missing.",
    Code.KEY_REPEATED: "Values of a column that names itself a key occur more than once.",
    Code.NUMBER_AS_TEXT: "The text column holds nothing but numbers with a decimal comma; it stays text.",
    Code.DATE_AS_TEXT: "The text column holds nothing but dates; it stays text.",
    Code.DATE_UNREADABLE: "The date is none of the calendar and became null.",
    Code.NUMBER_UNREADABLE: "The number did not fit its field or is none, and became null.",
    Code.RING_CLOSED: "A ring did not end where it began and was closed.",
    Code.CURVE_LINEARISED: "Arcs became lines of short chords; surfaces became polygons.",
    Code.COLLECTION_REDUCED: "Of a collection, the parts of the layer's own family were kept.",
    Code.REPEATED_VERTICES: "Vertices that repeat the one before them were removed.",
    Code.TEXT_CUT: "The width of the field cut the last character of the text; its rest was removed.",
    Code.TEXT_NUL: "The text held NUL characters, which a database cannot store; they were removed.",
    Code.Z_DROPPED: "The heights were dropped; layers are stored in two dimensions.",
    Code.M_DROPPED: "The measures were dropped; layers are stored in two dimensions.",
    Code.INVALID_GEOMETRY: "The geometry was not valid and was made valid.",
    Code.NULL_GEOMETRY: "The feature has no geometry and was left out.",
    Code.UNREADABLE_GEOMETRY: "The feature has bytes that are no geometry and was left out.",
    Code.EMPTY_GEOMETRY: "The feature has an empty geometry and was left out.",
    Code.NON_FINITE_COORDINATES: "The feature has coordinates that are not numbers and was left out.",
    Code.COLLAPSED_GEOMETRY: "Made valid, the geometry keeps no part of its kind; the feature was left out.",
    Code.FEATURE_OUTSIDE_ITALY: "The feature lies outside Italy and was left out.",
}


@dataclass(frozen=True)
class Issue:
    """`feature` is the 0-based position in the source, None where the whole layer is meant.

    `lon_lat` is a place to look at, in EPSG:4326, where the feature has one.
    """

    code: Code
    feature: int | None = None
    before: str | None = None
    after: str | None = None
    lon_lat: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("before", "after"):
            text = getattr(self, name)
            if text is not None and "\0" in text:  # which no database stores; shown by its sign
                object.__setattr__(self, name, text.replace("\0", "␀"))

    @property
    def message(self) -> str:
        return _MESSAGES[self.code]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "code": str(self.code), "message": self.message}


class Issues(list[Issue]):
    """The first issues one by one, as many as the settings say; `beyond` counts the others by their code."""

    def __init__(self) -> None:
        super().__init__()
        self.beyond: Counter[str] = Counter()

    def append(self, issue: Issue) -> None:
        if len(self) < issues_kept():
            super().append(issue)
        else:
            self.beyond[str(issue.code)] += 1

    def extend(self, issues: Iterable[Issue]) -> None:
        for issue in issues:
            self.append(issue)

    def counts(self) -> dict[str, int]:
        """How many of each code there were, kept or not."""
        return dict(sorted((Counter(str(issue.code) for issue in self) + self.beyond).items()))
