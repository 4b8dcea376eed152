"""What an import says about itself: counts, phases with their time, issues."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers.issues import NOTES, Issue, Issues
from layers.targets import not_written

STORED, STAGED, REFUSED, DRY_RUN = "stored", "staged", "refused", "dry_run"
UNCHANGED, FAILED = "unchanged", "failed"
PHASES = ("read", "decode", "reproject", "repair", "check", "store", "publish")

# Called with the phase, the rows done in it, and the rows of the source.
Progress = Callable[[str, int, int], None]


@dataclass
class Phase:
    """`seconds` is what the import spent in it: reading and storing go on beside the rest, and count where
    the rest had to wait for them, so that the phases add up to the time of the import.
    """

    name: str
    seconds: float = 0.0
    rows: int = 0


@dataclass
class ImportReport:
    """Filled while the import goes on, so that a refusal reports how far it came."""

    file: str
    status: str = FAILED
    reason: str | None = None
    reason_code: str | None = None
    name: str = ""
    version: int | None = None
    table: str | None = None
    driver: str | None = None
    source_layer: str | None = None
    digest: str = ""
    encoding: str | None = None
    encoding_rule: str | None = None
    srid: int | None = None
    stored_srid: int | None = None
    operation: str | None = None
    accuracy_m: float | None = None
    geometry_type: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    features_read: int = 0
    features_stored: int = 0
    text_samples: list[str] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    difference: dict[str, Any] = field(default_factory=dict)
    columns: list[dict[str, str]] = field(default_factory=list)
    issues: Issues = field(default_factory=Issues)
    phases: list[Phase] = field(default_factory=lambda: [Phase(name) for name in PHASES])

    def as_dict(self) -> dict[str, Any]:
        phases = [
            {"name": phase.name, "seconds": round(phase.seconds, 4), "rows": phase.rows}
            for phase in self.phases
        ]
        plain = {name: value for name, value in vars(self).items() if name not in {"issues", "phases"}}
        plain["issue_counts"] = self.issues.counts()
        return {**plain, "issues": [issue.as_dict() for issue in self.issues], "phases": phases}

    def write(self, path: Path) -> None:
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=2) + "\n"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise not_written(path, error) from error

    @property
    def repairs(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.code not in NOTES]


class Clock:
    """Adds the time and rows of each phase to the report and tells whoever watches."""

    def __init__(self, report: ImportReport, progress: Progress | None = None) -> None:
        self.report = report
        self._phases = {phase.name: phase for phase in report.phases}
        self._progress = progress
        self.total = 0

    @contextmanager
    def phase(self, name: str, rows: int = 0) -> Iterator[None]:
        started = time.perf_counter()
        phase = self._phases[name]
        self._tell(phase)
        yield
        phase.seconds += time.perf_counter() - started
        phase.rows += rows
        self._tell(phase)

    def _tell(self, phase: Phase) -> None:
        if self._progress is not None:
            self._progress(phase.name, phase.rows, self.total)

    def each(self, name: str, batches: Iterator[Any]) -> Iterator[Any]:
        """The batches of an iterator, the time spent in it counted under this phase."""
        while True:
            started = time.perf_counter()
            batch = next(batches, None)
            self._phases[name].seconds += time.perf_counter() - started
            if batch is None:
                return
            with self.phase(name, len(batch)):
                pass
            yield batch
