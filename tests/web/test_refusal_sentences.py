"""Everything that `layers` may refuse or note has its Italian words on the pages."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from gisplan.web import import_words, refusal_sentences
from layers import crs_candidates, errors, sniff
from layers.issues import Code

KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.LayersError)
}
TABLE = tomllib.loads(refusal_sentences.TABLE.read_text("utf-8"))
SLOT = re.compile(r"\{(\d+)~?\}")


def refusals_of(path: Path) -> Iterator[str]:
    """What each refusal of a module says, with a numbered slot for each value."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS and node.args:
            yield template_of(node.args[0])


def template_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr), f"a refusal is written where it is raised: {ast.unparse(node)}"
    text, slots = "", 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            text += str(value.value)
        else:
            slots += 1
            text += f"{{{slots}}}"
    return text


SAID = sorted({text for path in (settings.BASE_DIR / "layers").rglob("*.py") for text in refusals_of(path)})


def test_the_refusals_of_layers_are_found() -> None:
    assert len(SAID) > 100
    assert "Expected rows in {1}, found none: export it again." in SAID


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_of_refusal_says_what_it_means_in_italian(kind: type[errors.LayersError]) -> None:
    with override("it"):
        assert import_words.refusal(kind.code).endswith(".")


@pytest.mark.parametrize("code", Code)
def test_each_issue_has_its_italian_words(code: Code) -> None:
    with override("it"):
        assert import_words.issue(code).endswith(".")


@pytest.mark.parametrize("english", SAID)
def test_each_refusal_is_said_in_italian_with_what_was_found(english: str) -> None:
    assert english in TABLE["sentences"], "add its Italian to refusals_it.toml"
    values = {number: f"valore{number}" for number in SLOT.findall(english)}
    written = SLOT.sub(lambda slot: values[slot[1]], english)
    with override("it"):
        shown = refusal_sentences.sentence(written)
    assert "Expected" not in shown
    assert "found" not in shown
    assert {value for value in values.values() if value not in shown} == set()
    with override("en"):
        assert refusal_sentences.sentence(written) == written


def test_no_entry_is_left_of_a_refusal_that_is_gone() -> None:
    interrupted = {text for text in TABLE["sentences"] if text.startswith("Expected the import of")}
    assert set(TABLE["sentences"]) - set(SAID) == interrupted


def test_an_entry_has_no_slot_that_its_english_lacks() -> None:
    for english, italian in (entry for kind in TABLE.values() for entry in kind.items()):
        assert set(SLOT.findall(italian)) <= set(SLOT.findall(english)), english


CONTENTS = {content.words for content in vars(sniff).values() if isinstance(content, sniff.Content)}
NAMES = {"GeoJSON", "KML", "GML", "GraphML"}


@pytest.mark.parametrize(
    "english", sorted(CONTENTS - NAMES) + sorted({one.why for one in crs_candidates._SYSTEMS})
)
def test_formats_and_systems_have_their_italian_words(english: str) -> None:
    with override("it"):
        assert refusal_sentences.fragment(english) != english


EXAMPLES = [
    (
        "Expected at most 5,000,000 vertices in laghi.shp, found 5,000,123 and more: split the file, or raise "
        "LAYERS_FILE_VERTICES.",
        "laghi.shp può avere al massimo 5.000.000 vertici, e ne ha almeno 5.000.123: dividi il file, o chiedi a chi "
        "amministra il sito di alzare LAYERS_FILE_VERTICES.",
    ),
    (
        "Expected a coordinate reference system in a.shp (a shapefile's is in its .prj), found none: likely one of "
        "32632 (WGS 84 / UTM zone 32N); give it with --srid, for example --srid 32632.",
        "a.shp non dice il suo sistema di riferimento (uno shapefile lo ha nel .prj): probabilmente è uno fra 32632 "
        "(WGS 84 / UTM zone 32N); indicalo, per esempio 32632.",
    ),
    (
        "Expected a file that goes together with version 2 of laghi, found Point in the layer and Polygon in the file;"
        " column a of type text in the layer and bytea in the file: correct the file or import it with the mode"
        " replace.",
        "Il file deve andare d'accordo con la versione 2 di laghi, e invece: Point nello strato e Polygon nel file; "
        "la colonna a è di tipo text nello strato e bytea nel file. Correggi il file o scegli di sostituire.",
    ),
]


@pytest.mark.parametrize(("english", "italian"), EXAMPLES)
def test_a_refusal_keeps_its_names_and_writes_its_figures_for_italians(english: str, italian: str) -> None:
    with override("it"):
        assert refusal_sentences.sentence(english) == italian


def test_the_words_of_another_program_are_marked_as_english_and_escaped() -> None:
    with override("it"):
        shown = refusal_sentences.sentence_html(
            "Expected a readable dataset in <b>.gpkg, found: file is not a <database>: export it again."
        )
    assert shown == (
        '&lt;b&gt;.gpkg non si legge (<span lang="en">file is not a &lt;database&gt;</span>): esportalo di nuovo.'
    )
