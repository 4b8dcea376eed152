"""The steps of an import as a person takes them, through Django's own client."""

import re
from html import unescape
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gisplan.plan.rights import create_groups
from layers.models import ImportRun

EVIL = "<script>alert('x')</script>\"&'"


def user(group: str | None, name: str = "") -> User:
    create_groups()
    found = User.objects.create_user(name or (group or "sara").replace(" ", "-"))
    if group is not None:
        found.groups.add(Group.objects.get(name=group))
    return found


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def send(client: Client, *files: tuple[str, bytes], **headers: str) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post("/strati/importa/", {"files": sent}, headers=headers)


def send_paths(client: Client, paths: list[Path]) -> str:
    response = send(client, *((path.name, path.read_bytes()) for path in paths))
    assert response.status_code == 302, response.content.decode()
    return str(response.url)


def imported(client: Client, content: bytes, name: str = "luoghi", **asked: Any) -> ImportRun:
    """One file through the wizard up to its report."""
    address = send(client, (f"{name}.geojson", content)).url
    response = client.post(address, {"name": name, **asked})
    assert response.status_code == 302, text(response)
    return ImportRun.objects.get(pk=re.findall(r"\d+", response.url)[-1])


def publish(client: Client, run: ImportRun, **how: Any) -> Any:
    """Press the button of the report's page, with what its form holds."""
    page = client.get(f"/strati/importa/{run.pk}/").content.decode()
    seen = re.findall(r'name="seen" value="([^"]*)"', page)
    return client.post(f"/strati/importa/{run.pk}/pubblica/", {"seen": seen[0]} if seen else {}, **how)


def text(response: Any) -> str:
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
