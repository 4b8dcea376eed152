"""The text of Arrow batches as its codec says, each change an issue."""

import codecs
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.dbf_values import void_values
from layers.encoding import LONGEST_NAME, closed, text_widths
from layers.errors import EncodingRefused
from layers.issues import Code, Issue
from layers.sources import Source

_CARRIER = "iso8859-1"


class Decoder:
    """Turns columns of carried bytes (see sources) into text; other sources hold UTF-8 already."""

    def __init__(self, source: Source, codec: str) -> None:
        dbf = source.part(".dbf") if source.is_carried else None
        self.codec = codec
        self.carried = source.is_carried
        self.issues: list[Issue] = []
        self._where = source.path.name
        self._widths = {} if dbf is None else text_widths(dbf)
        self._void = {} if dbf is None else void_values(dbf)

    def name(self, column: str) -> str:
        """A column's name as text; a last character that the ten bytes of a dbf cut goes."""
        if not self.carried:
            return column
        raw = column.encode(_CARRIER)
        decoder = codecs.getincrementaldecoder(self.codec)("replace")
        return decoder.decode(raw, final=len(raw) < LONGEST_NAME)

    def column(self, values: Any, name: str, first: int) -> Any:
        """A column, by its name in the source, of a batch whose first feature has position `first`."""
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            return self._without_void(values, name, first)
        if not self.carried:
            self._check_utf8(values, name)
        suspects = (
            pc.match_substring(values, "\0") if not self.carried else pc.invert(pc.string_is_ascii(values))
        )
        rows = pc.indices_nonzero(suspects).to_pylist()  # a null is none
        if not rows:
            return values
        texts = values.to_pylist()
        for row in rows:
            texts[row] = self._text(texts[row], name, first + row)
        return pa.array(texts, pa.large_string())

    def _without_void(self, values: Any, name: str, first: int) -> Any:
        void = self._void.get(name)
        if void is None:
            return values
        start, end = np.searchsorted(void.positions, [first, first + len(values)])
        mask = np.zeros(len(values), dtype=bool)
        mask[void.positions[start:end] - first] = True
        self.issues.extend(void.issues(self.name(name), slice(start, end)))
        return pc.if_else(pa.array(mask), pa.scalar(None, values.type), values)

    def _check_utf8(self, values: Any, name: str) -> None:
        try:
            values.validate(full=True)
        except pa.ArrowInvalid as error:
            raise self._refused(name, str(error)) from error

    def _text(self, carried: str, name: str, feature: int) -> str:
        text = self._from_bytes(carried.encode(_CARRIER), name, feature) if self.carried else carried
        clean = text.replace("\0", "")
        if clean != text:
            self.issues.append(Issue(Code.TEXT_NUL, feature, f"{self.name(name)}: {text!r}", clean))
        return clean

    def _from_bytes(self, raw: bytes, name: str, feature: int) -> str:
        reader = codecs.getincrementaldecoder(self.codec)("strict")
        try:
            text = reader.decode(closed(raw, self._widths.get(name, 0))).rstrip(" ")
        except UnicodeDecodeError as error:
            raise self._refused(name, f"byte 0x{raw[error.start]:02x} in feature {feature}") from error
        rest = reader.getstate()[0]
        if rest:
            self.issues.append(Issue(Code.TEXT_CUT, feature, f"{self.name(name)}: {raw!r}", text))
        return text

    def _refused(self, name: str, found: str) -> EncodingRefused:
        return EncodingRefused(
            f"Expected text in {self.codec} in column {self.name(name)!r} of {self._where}, found {found}:"
            " give the right encoding with --encoding (GeoJSON and GeoPackage must hold UTF-8)."
        )
