"""The text of Arrow batches as its codec says, each change an issue."""

import codecs
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from layers.errors import EncodingRefused
from layers.issues import Code, Issue

_CARRIER = "iso8859-1"


def decoded_name(name: str, codec: str, *, carried: bool) -> str:
    return name.encode(_CARRIER).decode(codec, errors="replace") if carried else name


class Decoder:
    """Turns columns of carried bytes (see sources) into text; other sources hold UTF-8 already."""

    def __init__(self, codec: str, *, carried: bool, where: str) -> None:
        self.codec = codec
        self.carried = carried
        self.where = where
        self.issues: list[Issue] = []

    def column(self, values: Any, name: str, first: int) -> Any:
        """One text column of a batch whose first feature has position `first`."""
        if not self.carried:
            self._check_utf8(values, name)
        suspects = (
            pc.match_substring(values, "\0") if not self.carried else pc.invert(pc.string_is_ascii(values))
        )
        rows = pc.indices_nonzero(pc.fill_null(suspects, False)).to_pylist()
        if not rows:
            return values
        texts = values.to_pylist()
        for row in rows:
            texts[row] = self._text(texts[row], name, first + row)
        return pa.array(texts, pa.large_string())

    def _check_utf8(self, values: Any, name: str) -> None:
        try:
            values.validate(full=True)
        except pa.ArrowInvalid as error:
            raise self._refused(name, str(error)) from error

    def _text(self, carried: str, name: str, feature: int) -> str:
        text = self._from_bytes(carried.encode(_CARRIER), name, feature) if self.carried else carried
        clean = text.replace("\0", "")
        if clean != text:
            self.issues.append(Issue(Code.TEXT_NUL, feature, f"{name}: {text!r}", clean))
        return clean

    def _from_bytes(self, raw: bytes, name: str, feature: int) -> str:
        reader = codecs.getincrementaldecoder(self.codec)("strict")
        try:
            text = reader.decode(raw)
        except UnicodeDecodeError as error:
            raise self._refused(name, f"byte 0x{raw[error.start]:02x} in feature {feature}") from error
        rest = reader.getstate()[0]
        if rest:
            self.issues.append(Issue(Code.TEXT_CUT, feature, f"{name}: {raw!r}", text))
        return text

    def _refused(self, name: str, found: str) -> EncodingRefused:
        return EncodingRefused(
            f"Expected text in {self.codec} in column {name!r} of {self.where}, found {found}:"
            " give the right encoding with --encoding (GeoJSON and GeoPackage must hold UTF-8)."
        )
