"""docker-compose.yml and the Dockerfile against the repository: every command, file and variable in them."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.utils.module_loading import import_string

from gisplan.environment.state import CHECKOUT

COMPOSE = CHECKOUT / "docker-compose.yml"
DOCKERFILE = CHECKOUT / "Dockerfile"
MANUAL = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]


def variables(*patterns: str) -> set[str]:
    """The product's variables that the code names as whole strings."""
    texts = (path.read_text(encoding="utf-8") for pattern in patterns for path in CHECKOUT.glob(pattern))
    return {name for text in texts for name in re.findall(r'"(GISPLAN_[A-Z_]+)"', text)}


def read_by_the_product() -> set[str]:
    return variables("gisplan/**/*.py", "layers/**/*.py")


def asked_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text()))


def shell_lines(command: Any) -> list[list[str]]:
    """The simple commands of a service's `command`, a list of words or `sh -ec SCRIPT`."""
    words = command if isinstance(command, list) else shlex.split(command)
    if words[:2] == ["sh", "-ec"]:
        return [shlex.split(line) for line in words[2].splitlines() if line.strip()]
    return [words]


def documented_variables() -> set[str]:
    return set(re.findall(r"^\| `(GISPLAN_[A-Z_]+)` \|", MANUAL, re.MULTILINE))


def check_command(words: list[str]) -> None:
    words = words[1:] if words[0] == "exec" else words
    if words[0] == "gisplan":
        assert words[1] in get_commands(), f"gisplan has no command {words[1]}"
    elif words[0] == "gunicorn":
        assert callable(import_string(f"{words[1]}.application"))
        assert re.search(r"^gunicorn==", (CHECKOUT / "requirements/base.txt").read_text(), re.MULTILINE)
    else:
        pytest.fail(f"this test does not know the program {words[0]!r}")


def test_the_services_are_postgis_web_and_worker() -> None:
    assert set(SERVICES) == {"db", "web", "worker"}
    assert re.fullmatch(r"postgis/postgis:\d+-\d+\.\d+", SERVICES["db"]["image"])


def test_every_command_of_a_service_exists() -> None:
    commands = [words for name in OURS for words in shell_lines(SERVICES[name]["command"])]
    assert ["gisplan", "worker"] in commands
    for words in commands:
        check_command(words)


def test_the_image_starts_a_command_that_exists() -> None:
    (default,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE.read_text(), re.MULTILINE)
    check_command(yaml.safe_load(default))


def test_every_file_that_the_image_takes_exists() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE):
        *sources, _ = line.split()
        assert all((CHECKOUT / source).exists() for source in sources), line
    for line in re.findall(r"^RUN (\./\S+)", DOCKERFILE.read_text(), re.MULTILINE):
        assert (CHECKOUT / line).exists(), line
    for name in OURS:
        assert (CHECKOUT / SERVICES[name]["build"] / "Dockerfile").exists()


def test_every_variable_of_a_service_is_read_by_the_product() -> None:
    for name in OURS:
        given = {variable for variable in SERVICES[name]["environment"] if variable.startswith("GISPLAN_")}
        assert given <= read_by_the_product()


def test_the_manual_lists_every_variable_and_no_other() -> None:
    needed = read_by_the_product() | asked_by_compose()
    assert needed <= documented_variables(), needed - documented_variables()
    known = needed | variables("tests/**/*.py")
    assert documented_variables() <= known, documented_variables() - known


def test_no_secret_has_a_default_and_only_the_loopback_is_published() -> None:
    text = COMPOSE.read_text()
    assert not re.search(r"\$\{[A-Z_]*(PASSWORD|SECRET)[A-Z_]*(:?-[^}]*)?\}", text)
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_volume_is_declared_and_the_state_is_where_the_image_says() -> None:
    declared = set(yaml.safe_load(COMPOSE.read_text())["volumes"])
    for service in SERVICES.values():
        for volume in service["volumes"]:
            assert volume.split(":")[0] in declared
    (state,) = re.findall(r"GISPLAN_VAR=(\S+)", DOCKERFILE.read_text())
    assert all(f"state:{state}" in SERVICES[name]["volumes"] for name in OURS)


def test_docker_accepts_the_file() -> None:
    compose = ["docker", "compose"]
    try:
        present = not subprocess.run([*compose, "version"], capture_output=True, check=False).returncode
    except FileNotFoundError:
        present = False
    if not present:
        pytest.skip("this machine has no docker compose client")
    command = [*compose, "--file", str(COMPOSE), "config", "--quiet"]
    environment = {"PATH": str(Path("/usr/bin")), "HOME": "/"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode, "the required password has a value from nowhere"
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "GISPLAN_DATABASE_PASSWORD": "x"},
    )
    assert not done.returncode, done.stderr
