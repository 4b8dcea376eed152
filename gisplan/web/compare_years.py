"""What was known of a plan at the end of two years: state and amount as of the latest claim up to each."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps import palettes
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer, StyleClass
from gisplan.maps.style import Style, Symbol
from gisplan.plan.features import amount_text, features_of
from gisplan.plan.models import Claim, Intervention
from gisplan.plan.progress import LatestClaims, latest_claims
from gisplan.plan.queries import completeness, default_edition, with_places_and_claims
from gisplan.territory.profile import latest_edition
from gisplan.web.comparison import FIRST, SECOND, CannotCompare, Comparison, Figure, Side, on_ground
from gisplan.web.difference_map import DIFFERENCE
from gisplan.web.features import collection, feature, lang
from gisplan.web.templatetags.figures import number

Known = Mapping[str, LatestClaims]  # by code of the intervention


def years(first: str, second: str) -> Comparison:
    """Of the first edition."""
    ground, edition = latest_edition(), default_edition()
    if ground is None or edition is None:
        raise CannotCompare(_("Nessun piano è caricato: non c'è nulla da confrontare."))
    asked = [int(year) for year in (first, second) if year.isascii() and year.isdigit() and len(year) == 4]
    if len(asked) != 2:
        raise CannotCompare(_("Scegli due anni: uno di quelli nell'indirizzo non è un anno."))
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    found = list(with_places_and_claims(own))
    known = [{one.code: latest_claims(one, until_year=year) for one in found} for year in asked]
    names = [_("Fino al %(year)s") % {"year": year} for year in asked]
    sides = [
        Side(
            name,
            f"{reverse('edition', args=[edition.code])}",
            on_ground(key, f"{edition.title}, {year}", ground, _layers(_known_layer(found, of_year))),
        )
        for name, year, key, of_year in zip(names, asked, (FIRST, SECOND), known, strict=True)
    ]
    changed = [one for one in found if _told(known[0][one.code]) != _told(known[1][one.code])]
    return Comparison(
        first=sides[0],
        second=sides[1],
        figures=_figures(known),
        tables=(_changes_table(changed, known, names),),
        difference=on_ground(
            DIFFERENCE,
            _("Interventi di cui si sa altro"),
            ground,
            _layers(_changes_layer(changed, known, names)),
        ),
        says=(_in_words(changed, known, len(found)),),
        notes=(f"{edition.title}: {completeness(edition).statement}.",),
        mapped=False,
    )


def _layers(layer: MapLayer) -> list[MapLayer]:
    return [layer] if layer.features else []


def _told(claims: LatestClaims) -> tuple[str, object]:
    state = str(claims.state_text) if claims.state else ""
    return state, claims.amount.amount_eur if claims.amount else None


def _mark(fill: str, path: str) -> Style:
    return Style(fill=fill, stroke=palettes.WHITE, width_px=1.5, fill_opacity=1, symbol=Symbol(path))


def _known_layer(found: Sequence[Intervention], known: Known) -> MapLayer:
    """The interventions by what is known of them: colour and shape say the same."""
    labels = {
        "state": (_("stato noto"), _mark(palettes.INK, palettes.DIAMOND)),
        "amount": (_("noto solo l'importo"), _mark("#0072b2", palettes.CIRCLE)),
        "nothing": (_("né stato né importo noti"), _mark("#7a6a00", palettes.TRIANGLE)),
    }
    said = {
        code: {
            "known": "state" if claims.state else "amount" if claims.amount else "nothing",
            "state": claims.state_text,
            "amount": amount_text(claims.amount),
        }
        for code, claims in known.items()
    }
    return _points(
        "interventions",
        _("Che cosa si sa degli interventi"),
        _placed(found, said),
        labels=labels,
        field="known",
        popup=(("state", _("Stato")), ("amount", _("Importo"))),
    )


def _changes_layer(changed: Sequence[Intervention], known: Sequence[Known], names: Sequence[str]) -> MapLayer:
    labels = {
        "new": (_("stato noto solo in B"), _mark(palettes.INK, palettes.TRIANGLE)),
        "gone": (_("stato noto solo in A"), _mark("#a3390d", palettes.SQUARE)),
        "state": (_("stato diverso"), _mark("#0072b2", palettes.DIAMOND)),
        "amount": (_("si sa altro solo dell'importo"), _mark("#7a6a00", palettes.CIRCLE)),
    }
    said = {
        one.code: {
            "change": _change(known[0][one.code], known[1][one.code]),
            **{
                f"{word}_{side}": text
                for side, of_year in zip("ab", known, strict=True)
                for word, text in (
                    ("state", of_year[one.code].state_text),
                    ("amount", amount_text(of_year[one.code].amount)),
                )
            },
        }
        for one in changed
    }
    popup = [
        (f"{word}_{side}", f"{label}: {name}")
        for word, label in (("state", _("Stato")), ("amount", _("Importo")))
        for side, name in zip("ab", names, strict=True)
    ]
    return _points(
        "changes",
        _("Interventi di cui si sa altro"),
        _placed(changed, said),
        labels=labels,
        field="change",
        popup=tuple(popup),
    )


def _change(first: LatestClaims, second: LatestClaims) -> str:
    if bool(first.state) != bool(second.state):
        return "new" if second.state else "gone"
    return "state" if _told(first)[0] != _told(second)[0] else "amount"


def _placed(
    interventions: Sequence[Intervention], said: Mapping[str, Mapping[str, str]]
) -> list[dict[str, object]]:
    """A feature for each intervention and place, with what is said of it."""
    groups = features_of(interventions, lang=lang())["features"] if interventions else []
    return [
        feature(
            group["geometry"],
            code=item["code"],
            name=item["name"],
            municipality=group["properties"]["municipality"],
            **said[item["code"]],
        )
        for group in groups
        for item in group["properties"]["items"]
    ]


def _points(
    key: str,
    title: str,
    features: list[dict[str, object]],
    *,
    labels: Mapping[str, tuple[str, Style]],
    field: str,
    popup: tuple[tuple[str, str], ...],
) -> MapLayer:
    return MapLayer(
        key=key,
        title=title,
        data=collection(features),
        id_field="code",
        style=_mark(palettes.INK, palettes.DIAMOND),
        classes=tuple(
            StyleClass(value=value, label=label, style=style) for value, (label, style) in labels.items()
        ),
        class_field=field,
        popup=(("municipality", _("Comune")), *popup, ("code", _("Codice"))),
    )


def _in_words(changed: Sequence[Intervention], known: Sequence[Known], total: int) -> str:
    if not changed:
        return _("Nessuna differenza: di nessuno dei %(total)s interventi si sa altro.") % {"total": total}
    kinds = Counter(_change(known[0][one.code], known[1][one.code]) for one in changed)
    counts = (
        (_("stato noto solo in B per %(count)s"), kinds["new"]),
        (_("stato noto solo in A per %(count)s"), kinds["gone"]),
        (_("stato diverso per %(count)s"), kinds["state"]),
        (_("si sa altro solo dell'importo per %(count)s"), kinds["amount"]),
    )
    written = ", ".join(words % {"count": count} for words, count in counts if count)
    return _("Si sa altro di %(changed)s interventi su %(total)s: %(counts)s.") % {
        "changed": len(changed),
        "total": total,
        "counts": written,
    }


def _figures(known: Sequence[Known]) -> tuple[Figure, ...]:
    states = [Counter(str(one.state_text) if one.state else "" for one in side.values()) for side in known]
    words = sorted({*states[0], *states[1]} - {""})
    amounts = [[one.amount for one in side.values() if one.amount is not None] for side in known]
    shared = [sum(amount.is_shared for amount in side) for side in amounts]
    own = [len(side) - together for side, together in zip(amounts, shared, strict=True)]
    return (
        Figure(name=_("Interventi"), first=len(known[0]), second=len(known[1])),
        *(
            Figure(name=f"{_('Stato')}: {word}", first=states[0][word], second=states[1][word])
            for word in words
        ),
        Figure(name=f"{_('Stato')}: {_('non noto')}", first=states[0][""], second=states[1][""]),
        Figure(name=_("Interventi con un importo proprio"), first=own[0], second=own[1]),
        Figure(name=_("Interventi con un importo insieme ad altri"), first=shared[0], second=shared[1]),
    )


def _changes_table(
    changed: Sequence[Intervention], known: Sequence[Known], names: Sequence[str]
) -> PrintTable:
    rows = []
    for one in changed:
        claims = [side[one.code] for side in known]
        states = [_told(side)[0] or None for side in claims]
        rows.append((one.code, one.kind_label, *states, *(_euros(side.amount) for side in claims)))
    columns = (
        _("Codice"),
        _("Intervento"),
        *(f"{_('Stato')}: {name}" for name in names),
        *(f"{_('Importo (€)')}: {name}" for name in names),
    )
    return PrintTable(
        name="changes", title=_("Interventi di cui si sa altro"), columns=columns, rows=tuple(rows)
    )


def _euros(amount: Claim | None) -> float | str | None:
    """A number only where it is this intervention's own: an amount of several is in several rows, not to be summed."""
    if amount is None or amount.amount_eur is None:
        return None
    if amount.is_shared:
        return _("%(amount)s insieme ad altri") % {"amount": number(float(amount.amount_eur))}
    return float(amount.amount_eur)


BUILDERS = {"anni": years}
