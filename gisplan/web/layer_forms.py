"""The forms of the pages that import and describe layers."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisplan.plan.layer_axes import axes_that_may_show
from gisplan.plan.models import Axis
from gisplan.web.axes import axis_name
from gisplan.web.layer_classes import Asked, asked_of, with_classes
from gisplan.web.layer_features import USUAL
from layers.looking import Look
from layers.models import Layer, Mode, Version
from layers.serving.classes import lost_column

ENCODINGS = (
    ("cp1252", "Windows (cp1252)"),
    ("utf-8", "UTF-8"),
    ("iso8859-1", "ISO 8859-1 (Latin-1)"),
    ("cp850", "DOS (cp850)"),
    ("mac_roman", "Mac OS Roman"),
)
DELIMITERS = (";", ",", "\t", "|")
RESERVED_NAMES = {"importa"}  # the address of the wizard
TABLE_FIELDS = ("x_column", "y_column", "wkt_column", "delimiter", "decimal")
_HEX = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", gettext_lazy("Serve un colore come #226570."))


class _Plain(forms.Form):
    """Errors are linked to their field, and no HTML attribute is asked that the server does not check."""

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class ShownForm(_Plain):
    """What a layer is called, and which axes show it."""

    title = forms.CharField(label=gettext_lazy("Titolo"), max_length=200, required=False)
    axes = forms.MultipleChoiceField(
        label=gettext_lazy("Assi che lo mostrano"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["axes"].choices = _axis_choices()  # type: ignore[attr-defined]


class MetadataForm(ShownForm):
    """The same, and where the data come from."""

    source = forms.CharField(label=gettext_lazy("Fonte"), max_length=300, required=False)
    licence = forms.CharField(label=gettext_lazy("Licenza"), max_length=100, required=False)
    reference_date = forms.DateField(
        label=gettext_lazy("Data a cui si riferisce"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    owner = forms.CharField(label=gettext_lazy("Proprietario"), max_length=150, required=False)


def _axis_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    of_edition: dict[str, list[tuple[str, str]]] = {}
    for axis in axes_that_may_show():
        of_edition.setdefault(axis.edition.title, []).append((str(axis.pk), _axis_label(axis)))
    return list(of_edition.items())


def _axis_label(axis: Axis) -> str:
    return f"{axis.code}. {axis_name(axis)}"


class SeenForm(_Plain):
    """Who sees a layer, and how a column of one of its versions colours it."""

    is_public = forms.BooleanField(
        label=gettext_lazy("Pubblico: lo vedono tutti, anche da QGIS"), required=False
    )
    how = forms.ChoiceField(label=gettext_lazy("Colori"), required=False)
    column = forms.ChoiceField(label=gettext_lazy("Colonna che colora"), required=False)
    count = forms.IntegerField(
        label=gettext_lazy("Numero di classi"), required=False, min_value=2, max_value=7, localize=False
    )
    limits = forms.CharField(label=gettext_lazy("Limiti delle classi"), required=False, max_length=100)
    unit = forms.CharField(label=gettext_lazy("Unità di misura"), required=False, max_length=20)

    def __init__(self, *args: Any, layer: Layer, version: Version | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layer, self.version = layer, version
        self.style: dict[str, Any] | None = None  # as it is
        names = [column["name"] for column in version.columns] if version else []
        self.fields["how"].choices = _hows()  # type: ignore[attr-defined]
        self.fields["column"].choices = [("", "–"), *((name, name) for name in names)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The classes are made here, so that what does not go is said beside the form."""
        data = super().clean() or {}
        if self.version is None or self.errors or not data.get("how"):
            return data
        asked = Asked(
            data["how"],
            data.get("column") or "",
            data.get("count") or 5,
            data.get("limits") or "",
            data.get("unit") or "",
        )
        if self._stays(asked, self.version):
            return data  # colours and words that somebody chose by hand stay
        try:
            self.style = with_classes(self.layer.style, self.version, asked)
        except forms.ValidationError as error:
            self.add_error("limits" if asked.how == "fixed" and asked.column else "column", error)
        return data

    def _stays(self, asked: Asked, version: Version) -> bool:
        return asked == asked_of(self.layer) and not lost_column(version)

    @staticmethod
    def seen_initial(layer: Layer, version: Version | None, axes: Iterable[Axis]) -> dict[str, Any]:
        """As the layer is; where the version lacks the column of its classes, one colour."""
        asked = Asked("single") if version is not None and lost_column(version) else asked_of(layer)
        return {
            **asdict(asked),
            "title": layer.title,
            "is_public": layer.is_public,
            "axes": [str(axis.pk) for axis in axes],
        }


class PublishForm(ShownForm, SeenForm):
    """What is decided with a publication: on which axes, in which colours, for whom."""

    def _stays(self, asked: Asked, version: Version) -> bool:
        """The classes of a column that is gone wait for a version, or a roll-back, that has it again."""
        lost = bool(lost_column(version)) and asked.how == "single"
        return lost or super()._stays(asked, version)


class LayerForm(MetadataForm, SeenForm):
    """All that is told of a layer and how it looks."""

    color = forms.CharField(
        label=gettext_lazy("Riempimento"),
        widget=forms.TextInput(attrs={"type": "color"}),
        validators=[_HEX],
    )
    stroke = forms.CharField(
        label=gettext_lazy("Contorno"), widget=forms.TextInput(attrs={"type": "color"}), validators=[_HEX]
    )
    width_mm = forms.FloatField(
        label=gettext_lazy("Spessore del contorno (mm)"), min_value=0.1, max_value=5, localize=False
    )

    @classmethod
    def initial_of(cls, layer: Layer, axes: Iterable[Axis]) -> dict[str, Any]:
        told = {name: getattr(layer, name) for name in ("source", "licence", "reference_date", "owner")}
        looks = {name: layer.style.get(name, usual) for name, usual in USUAL.items()}
        return {**told, **looks, **cls.seen_initial(layer, layer.current, axes)}


def _hows() -> list[tuple[str, str]]:
    return [
        ("single", _("uno solo per tutti gli elementi")),
        ("values", _("uno per ogni valore della colonna")),
        ("quantile", _("classi con lo stesso numero di elementi (quantili)")),
        ("natural", _("classi per gruppi di valori vicini (Jenks)")),
        ("fixed", _("classi con i limiti che scrivo")),
    ]


class ChooseForm(MetadataForm):
    """How a file is to be read, and into which layer it goes."""

    name = forms.CharField(label=gettext_lazy("Nome dello strato"), max_length=50)
    source_layer = forms.ChoiceField(label=gettext_lazy("Strato da importare"), required=False)
    mode = forms.ChoiceField(
        label=gettext_lazy("Se lo strato esiste già"), required=False, choices=(), initial=Mode.REPLACE
    )
    key = forms.CharField(label=gettext_lazy("Colonna chiave"), required=False, max_length=63)
    encoding = forms.ChoiceField(label=gettext_lazy("Codifica dei testi"), required=False)
    candidate = forms.CharField(required=False)
    srid = forms.IntegerField(
        label=gettext_lazy("Numero EPSG"), required=False, min_value=1, max_value=999_999, localize=False
    )
    x_column = forms.CharField(label=gettext_lazy("Colonna x o longitudine"), required=False, max_length=200)
    y_column = forms.CharField(label=gettext_lazy("Colonna y o latitudine"), required=False, max_length=200)
    wkt_column = forms.CharField(label=gettext_lazy("Colonna WKT"), required=False, max_length=200)
    delimiter = forms.ChoiceField(label=gettext_lazy("Separatore"), required=False)
    decimal = forms.ChoiceField(label=gettext_lazy("Separatore decimale"), required=False)
    strict = forms.BooleanField(label=gettext_lazy("Rifiuta il file se qualcosa va riparato"), required=False)

    def __init__(self, *args: Any, look: Look, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look = look
        automatic = ("", _("come si riconosce nel file"))
        self._choices("source_layer", [(name, name) for name in look.layers])
        self._choices("encoding", [("", _("riconosciuta da sola")), *ENCODINGS])
        self._choices("mode", _modes())
        names = {";": _("punto e virgola"), ",": _("virgola"), "\t": _("tabulazione"), "|": _("barra")}
        self._choices("delimiter", [automatic, *((one, names[one]) for one in DELIMITERS)])
        self._choices("decimal", [automatic, (",", _("virgola")), (".", _("punto"))])

    def _choices(self, field: str, choices: list[tuple[str, str]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,49}", name) or re.search(r"_v\d+$", name):
            raise forms.ValidationError(
                _(
                    "Servono lettere minuscole, cifre e trattini bassi, con una lettera per prima: ad esempio %(name)s."
                )
                % {"name": self.initial.get("name") or "comuni"}
            )
        if name in RESERVED_NAMES:
            raise forms.ValidationError(_("Questo nome serve alle pagine del sito: scegline un altro."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("mode") == Mode.UPSERT and not data.get("key"):
            self.add_error("key", _("Per aggiornare serve la colonna che riconosce ogni elemento."))
        return data

    def given(self) -> dict[str, Any]:
        """What `import_layer` takes, as JSON; what was left empty is not given."""
        data = self.cleaned_data
        names = ("name", "title", "encoding", "source", "licence", "owner")
        given = {name: data[name] for name in names if data.get(name)}
        if data.get("source_layer") and len(self.look.layers) > 1:
            given["source_layer"] = data["source_layer"]
        if srid := self.chosen_srid():
            given["srid"] = srid
        if data.get("reference_date"):
            given["reference_date"] = data["reference_date"].isoformat()
        if data.get("mode") and data["mode"] != Mode.REPLACE:
            given["mode"] = data["mode"]
            given |= {"key": data["key"]} if data["mode"] == Mode.UPSERT else {}
        if table := {name: data[name] for name in TABLE_FIELDS if data.get(name)}:
            given["table"] = table
        if data.get("strict"):
            given["strict"] = True
        return given

    def chosen_srid(self) -> int | None:
        """The candidate that was chosen on the map, else the number that was written."""
        candidate = str(self.cleaned_data.get("candidate") or "")
        return (
            int(candidate) if candidate.isascii() and candidate.isdigit() else self.cleaned_data.get("srid")
        )


def _modes() -> list[tuple[str, str]]:
    return [
        (Mode.REPLACE.value, _("sostituisci tutti gli elementi")),
        (Mode.APPEND.value, _("aggiungi gli elementi in coda")),
        (Mode.UPSERT.value, _("aggiorna per chiave, e aggiungi i nuovi")),
    ]
