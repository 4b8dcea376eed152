"""What must hold of a source that has been read to its end."""

from layers.errors import NothingLeft, RepairRefused
from layers.options import Options
from layers.reading import Reading


def check_whole(reading: Reading, options: Options) -> None:
    report = reading.report
    if not report.features_stored:
        raise NothingLeft(
            f"Expected features with a usable geometry in {report.file}, found {report.features_read:,}"
            " without"
            f" ({', '.join(sorted({issue.code for issue in report.repairs}))}): correct the file."
        )
    if options.strict and report.repairs:
        first = report.repairs[0]
        at = "" if first.feature is None else f" at feature {first.feature}"
        raise RepairRefused(
            f"Expected a file that needs no repair (strict), found {len(report.repairs):,} in"
            f" {report.file}, first"
            f" {first.code}{at}: correct the file or import it without strict."
        )
