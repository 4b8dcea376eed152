"""Every Italian text of the product has its English message, and the compiled messages are those of the source."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

CATALOGUE = settings.BASE_DIR / "gisplan" / "web" / "locale" / "en" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "ngettext"}
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def texts_of_code(source: str) -> Iterator[str]:
    """First arguments of the translating calls of a module."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS):
            continue
        argument = node.args[0]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def texts_of_template(path: Path) -> Iterator[str]:
    """The texts that Django's own extractor finds in a template."""
    literal = r"""u?r?('''.*?'''|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    for written in re.findall(
        rf"\b(?:gettext|ngettext|_)\(\s*{literal}", templatize(path.read_text("utf-8"), str(path))
    ):
        yield ast.literal_eval(written)


def used_texts() -> set[str]:
    code = (settings.BASE_DIR / "gisplan").rglob("*.py")
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    used = {text for path in code for text in texts_of_code(path.read_text("utf-8"))}
    return used | {text for path in templates for text in texts_of_template(path)}


def source_messages() -> dict[str, list[str]]:
    """Message id -> its English forms, as the .po file writes them."""
    messages: dict[str, list[str]] = {}
    for block in (CATALOGUE / "django.po").read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        fields: list[tuple[str, str]] = []
        for line in lines:
            name = line.split('"')[0].strip()
            written = ast.literal_eval(" ".join(TEXT.findall(line)))
            if name:
                fields.append((name, written))
            else:
                fields[-1] = (fields[-1][0], fields[-1][1] + written)
        if fields:
            messages[fields[0][1]] = [text for name, text in fields if name.startswith("msgstr")]
    return messages


def test_the_extraction_sees_code_and_templates() -> None:
    used = used_texts()
    assert {"Stazioni", "Polo intercomunale", "%(loaded)d azioni di %(declared)d caricate"} <= used
    assert "Quanto segue poggia" in " ".join(used)
    assert len(used) > 200


def test_every_text_has_its_english_message() -> None:
    messages = source_messages()
    assert [text for text in sorted(used_texts()) if not all(messages.get(text, [""]))] == []


def test_no_message_is_left_of_a_text_that_is_gone() -> None:
    """Every text that is translated stands in a call or a template: none is put together or kept in the database."""
    assert sorted(source_messages().keys() - used_texts() - {""}) == []


def test_the_compiled_messages_are_those_of_the_source() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for text, forms in source_messages().items():
        if not text:
            continue
        shown = (
            [compiled.gettext(text)] if len(forms) == 1 else [compiled.ngettext(text, "", n) for n in (1, 2)]
        )
        assert shown == forms


def test_a_message_keeps_the_placeholders_of_its_text() -> None:
    holders = re.compile(r"%\(\w+\)[sd]")
    for block in (CATALOGUE / "django.po").read_text("utf-8").split("\n\n"):
        singular, *others = re.split(r"^(?=msgid_plural|msgstr)", block, flags=re.MULTILINE)
        plural = next((part for part in others if part.startswith("msgid_plural")), singular)
        for form in others:
            wanted = plural if form.startswith("msgstr[1]") else singular
            if not form.startswith("msgid_plural"):
                assert set(holders.findall(form)) == set(holders.findall(wanted)), block
