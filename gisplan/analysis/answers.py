"""An answer that may be kept: the fields of a Run, stored only when somebody asks for it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from gisplan import __version__
from gisplan.analysis.models import Run
from gisplan.analysis.runs import keep_result, known_run, result_digest


@dataclass(frozen=True)
class Answer:
    method: str
    parameters: dict[str, Any]
    editions: dict[str, str]
    input_digest: str
    result: dict[str, Any]

    def keep(self, *, user: User | None = None) -> Run:
        """The same answer to the same question is the same Run."""
        return keep_result(
            self.method,
            self.parameters,
            self.result,
            input_digest=self.input_digest,
            editions=self.editions,
            user=user,
        )

    def run(self) -> Run:
        """The Run that keeps it, or one that is in no table and has no number."""
        known = known_run(self.method, self.parameters, self.input_digest, to_front=False)
        return known or Run(
            method=self.method,
            parameters=self.parameters,
            editions=self.editions,
            input_digest=self.input_digest,
            content_digest=result_digest(self.result),
            engine_version=__version__,
            result=self.result,
        )
