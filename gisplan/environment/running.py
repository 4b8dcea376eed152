"""Call a program: its whole output goes to a log, a failure becomes one sentence with its last line."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from gisplan.environment.errors import CommandFailed
from gisplan.environment.state import TOOLS, clean_environment

LOG = TOOLS / "setup.log"


def run(
    command: Sequence[str | Path],
    *,
    advice: str,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """The program's output; `advice` is the next thing to type when it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            env=dict(clean_environment() if environment is None else environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CommandFailed(f"{words[0]} could not be started ({error.strerror}): {advice}") from error
    _log(words, done.stdout + done.stderr)
    if done.returncode:
        raise CommandFailed(f"{shlex.join(words[:3])} failed ({_last_line(done)}): {advice}")
    return done.stdout


def succeeds(command: Sequence[str | Path]) -> bool:
    try:
        return not subprocess.run(
            [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, check=False
        ).returncode
    except OSError:
        return False


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or line.startswith("E:")]
    errors = [line for line in errors if "complete log" not in line]  # npm's last line only names a file
    return (errors or lines or [f"exit code {done.returncode}"])[-1][:300]


def _log(words: Sequence[str], output: str) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("a", encoding="utf-8") as file:
        file.write(f"$ {shlex.join(words)}\n{output}\n")
