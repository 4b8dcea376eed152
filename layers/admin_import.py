"""The form of the admin that imports a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from layers import scratch
from layers.errors import OptionsRefused
from layers.importing import import_layer
from layers.models import Mode
from layers.reports import ImportReport


class ImportForm(forms.Form):
    """What the command takes, as far as one form can ask it."""

    file = forms.FileField(label=_("file"), help_text=_("A shapefile as zip, a GeoPackage, a GeoJSON …"))
    name = forms.CharField(label=_("name"), required=False, max_length=50)
    title = forms.CharField(label=_("title"), required=False, max_length=200)
    mode = forms.ChoiceField(label=_("mode"), choices=Mode.choices, initial=Mode.REPLACE)
    key = forms.CharField(label=_("key column"), required=False, max_length=63)
    srid = forms.IntegerField(label="EPSG", required=False, min_value=1)
    encoding = forms.CharField(label=_("encoding"), required=False, max_length=40)
    source_layer = forms.CharField(label=_("layer of the file"), required=False, max_length=200)
    strict = forms.BooleanField(label=_("refuse a file that needs a repair"), required=False)
    publish = forms.BooleanField(label=_("publish at once"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("mode") == Mode.UPSERT and not cleaned.get("key"):
            raise ValidationError(
                {"key": _("This mode needs the column that tells one feature from another.")}
            )
        return cleaned


def import_upload(file: UploadedFile[Any], given: dict[str, Any], *, who: str) -> ImportReport:
    """The upload lies in a folder of its own, under the name that it came with, for as long as the import lasts."""
    name = (file.name or "").replace("\\", "/").rsplit("/", 1)[-1]
    if not name.strip(". ") or not name.isprintable():
        raise OptionsRefused(f"Expected a file with a name, found {name[:40]!r}: rename it.")
    with scratch.folder() as folder:
        path = folder / name[-120:]
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        return import_layer(
            path, who=who, **{key: value for key, value in given.items() if value not in {"", None}}
        )
