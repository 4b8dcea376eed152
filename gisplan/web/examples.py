"""A few whole questions below an empty form, each one link, so that what a page answers is seen at once."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.services import service_names
from gisplan.web.column_names import VALUES
from gisplan.web.planning_words import PROBLEM_NAMES
from gisplan.web.service_words import service_label

Example = tuple[str, str]


def examples(page: str, questions: Iterable[Mapping[str, str]], *, public: bool) -> list[Example]:
    """Address and words of each question whose service can be asked for now."""
    known = set(service_names(public=public))
    return [(_address(page, one), _words(one)) for one in questions if one["servizio"] in known]


def _address(page: str, question: Mapping[str, str]) -> str:
    return f"{reverse(page)}?{urlencode(question)}"


def _words(question: Mapping[str, str]) -> str:
    words = _("%(service)s entro %(minutes)s minuti %(mode)s") % {
        "service": service_label(question["servizio"]),
        "minutes": question["minuti"],
        "mode": VALUES[question["modo"]],
    }
    problem = PROBLEM_NAMES.get(question.get("problema", ""))
    return f"{problem}: {words}" if problem else words
