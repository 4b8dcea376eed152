from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand

from gisplan.web.doctor import examine

MARKS = {True: "ok", False: "FAILS", None: "note"}


class Command(BaseCommand):
    help = "One line for each thing that the system needs, with a hint where it fails."
    requires_system_checks = []

    def handle(self, *_: object, **__: object) -> None:
        findings = list(examine())
        for finding in findings:
            hint = f" -> {finding.hint}" if finding.hint else ""
            self.stdout.write(f"{MARKS[finding.ok]:5} {finding.need}: {finding.found}{hint}")
        failed = [finding.need for finding in findings if finding.ok is False]
        if failed:
            raise ImproperlyConfigured(
                f"Not ready: {', '.join(failed)}; the hints above say what to do next."
            )
