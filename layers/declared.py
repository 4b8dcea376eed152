"""What a source says of its system and its text, and what the user says instead."""

from layers import crs
from layers.encoding import TextEncoding, choose_encoding, codec_name
from layers.errors import CrsMissing, EncodingRefused
from layers.issues import Code, Issue
from layers.sniff import SHAPEFILE
from layers.sources import Source


def source_srid(source: Source, given: int | None, issues: list[Issue]) -> int:
    if source.crs_text is not None and given is None:
        return crs.srid_from_text(source.crs_text, where=source.crs_where)
    if given is None:
        raise CrsMissing(
            f"Expected a coordinate reference system in {source.path.name} (a shapefile's is in its"
            " .prj), found none:"
            " give it with --srid, for example --srid 32632."
        )
    given = crs.checked_srid(given)
    if source.crs_text is None:
        issues.append(Issue(Code.CRS_GIVEN, None, None, f"EPSG:{given}"))
        return given
    declared = crs.described(source.crs_text)
    if declared != f"EPSG:{given}":
        issues.append(Issue(Code.CRS_OVERRIDDEN, None, declared, f"EPSG:{given}"))
    return given


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
