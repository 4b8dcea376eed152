"""The steps of an import as a person takes them, through Django's own client."""

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
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


def publish(client: Client, run: ImportRun, *, decided: Mapping[str, Any] | None = None, **how: Any) -> Any:
    """Press the button of the report's page, with what its form holds and what was changed in it."""
    form = FormFields()
    form.feed(client.get(f"/strati/importa/{run.pk}/").content.decode())
    address = f"/strati/importa/{run.pk}/pubblica/"
    return client.post(address, {**form.of.get(address, {}), **(decided or {})}, **how)


class FormFields(HTMLParser):
    """What each form of a page would send, by its address."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, dict[str, list[str]]] = {}
        self._form: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "form":
            self._form = self.of.setdefault(told.get("action") or "", {})
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in told:
            self._form[self._select] = [value]
        elif tag == "input" and (told.get("type") not in {"checkbox", "radio"} or "checked" in told):
            self._form.setdefault(name, []).append(value or "on" if told.get("type") == "checkbox" else value)


def text(response: Any) -> str:
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
