"""The words of imports and layers for the templates."""

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from gisplan.web import import_words, refusal_sentences
from gisplan.web.templatetags.figures import day, number

register = template.Library()
register.filter("import_state", import_words.state)
register.filter("geometry_words", import_words.geometry)
register.filter("encoding_rule", import_words.encoding_rule)
register.filter("issue_words", import_words.issue)
register.filter("mode_words", import_words.mode)
register.filter("publication_words", import_words.publication)
register.filter("refusal_sentence", refusal_sentences.sentence_html)
register.filter("candidate_words", refusal_sentences.fragment)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """The day and the minute, in the site's time."""
    return day(None) if value is None else f"{day(value)}, {timezone.localtime(value):%H:%M}"


@register.filter
def count_of(report: dict[str, Any], name: str) -> str:
    """A count of a report, which an import that was cut off may lack."""
    return number(report.get(name))
