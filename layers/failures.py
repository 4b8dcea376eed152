"""Why an import failed that was not refused: one sentence for its run."""

from django.db import DatabaseError, OperationalError

_NOTHING_STORED = "nothing of it was stored and the layer is as it was"
_FULL = {"53000", "53100", "53200", "53400"}  # classes of PostgreSQL for a lack of disk, memory or quota


def reason_of(error: BaseException, file: str) -> str:
    found, advice = _found(error)
    return f"Expected the import of {file} to end, found {found}: {_NOTHING_STORED}; {advice}."


def _found(error: BaseException) -> tuple[str, str]:
    said = " ".join(str(error).split("\n", maxsplit=1)[0].split()).rstrip(".")
    again = "import the file again"
    is_full = isinstance(error, DatabaseError) and getattr(error.__cause__, "sqlstate", None) in _FULL
    table: list[tuple[bool, str, str]] = [
        (isinstance(error, KeyboardInterrupt), "that it was interrupted from the keyboard", again),
        (isinstance(error, SystemExit), "that its process was told to stop", again),
        (is_full, f"that the database has no room ({said})", f"free some space there and {again}"),
        (
            isinstance(error, OperationalError),
            f"that the database could not go on ({said})",
            f"see that it runs and {again}",
        ),
        (isinstance(error, OSError), f"that a file could not be used ({said})", f"see to it and {again}"),
        (isinstance(error, MemoryError), "that the memory was used up", f"{again} where there is more"),
    ]
    unforeseen = f"an error that nobody foresaw ({type(error).__name__}: {said})", "report it with the file"
    return next(((found, advice) for holds, found, advice in table if holds), unforeseen)
