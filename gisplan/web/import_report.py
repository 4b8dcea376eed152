"""An import as its page tells it: how far it is, and what it found."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gisplan.web import import_words
from layers.models import ImportRun, Layer
from layers.reports import PHASES
from layers.serving import issues
from layers.serving.features import first_rows

PREVIEW_ROWS = 10


@dataclass(frozen=True)
class GroupRow:
    """All issues of one code, in the reader's words."""

    code: str
    count: int
    kind: str
    words: str


def progress_of(run: ImportRun) -> dict[str, Any]:
    """State, and each phase with its rows and seconds; the words are those of the page's language."""
    told = run.progress or {}
    done = {one["name"]: one for one in told.get("phases", [])}
    phases = [
        {
            "name": name,
            "words": import_words.phase(name),
            "rows": done.get(name, {}).get("rows") or 0,
            "total": done.get(name, {}).get("total") or 0,
            "seconds": round(done.get(name, {}).get("seconds") or 0, 1),
            "now": told.get("phase") == name,
        }
        for name in PHASES
    ]
    return {
        "status": run.status,
        "words": import_words.state(run.status),
        "phases": phases,
        "rows_per_s": told.get("rows_per_s"),
        "seconds_left": told.get("seconds_left"),
        "now": _now(run, told),
    }


def _now(run: ImportRun, told: dict[str, Any]) -> str:
    """One sentence: what a screen reader is told."""
    if run.status == ImportRun.Status.WAITING:
        return _("In attesa: un processo in background la prenderà in carico.")
    if not told.get("phase"):
        return _("L'importazione comincia.")
    return _("Fase: %(phase)s.") % {"phase": import_words.phase(told["phase"])}


def report_context(run: ImportRun) -> dict[str, Any]:
    """What the report's page shows beside the issues themselves."""
    report = run.report
    counted = issues.groups(run)
    return {
        "report": report,
        "state": import_words.state(run.status),
        "refusal": import_words.refusal(report.get("reason_code")),
        "groups": [
            GroupRow(one.code, one.count, import_words.issue_kind(one.kind), _words(one)) for one in counted
        ],
        "phases": [
            {**phase, "words": import_words.phase(phase["name"])} for phase in report.get("phases", [])
        ],
        "preview": preview_of(run),
        "difference": difference_of(run),
        "is_outdated": _is_outdated(run),
    }


def _words(group: issues.IssueGroup) -> str:
    words = import_words.issue(group.code)
    return group.message if words == group.code and group.message else words


def _is_outdated(run: ImportRun) -> bool:
    """Whether readers see another version by now than the one the difference was counted against."""
    if run.version is None or run.status != ImportRun.Status.STAGED:
        return False
    against = run.version.difference.get("against")
    return current_number(run.version.layer) != ("" if against is None else str(against))


def preview_of(run: ImportRun) -> dict[str, Any] | None:
    """The first rows: of the stored version, or those that the reading kept."""
    version = run.version
    if version is not None:
        names = ["id", *(column["name"] for column in version.columns)]
        return {"columns": names, "rows": first_rows(version, PREVIEW_ROWS)}
    rows = run.report.get("preview") or []
    if not rows:
        return None
    return {"columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}


def difference_of(run: ImportRun) -> dict[str, Any] | None:
    """What changes against the version that readers see; None for the first version of a layer."""
    found: dict[str, Any] = (
        (run.version.difference if run.version else {}) or run.report.get("difference") or {}
    )
    return found if found.get("against") is not None else None


def current_number(layer: Layer) -> str:
    """The version that readers see, as the form sends it back: who publishes knows what they replace."""
    current = layer.current
    return "" if current is None else str(current.number)
