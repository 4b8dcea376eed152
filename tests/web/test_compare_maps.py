"""The maps of a comparison: colours from the data, what is not known apart, A and B at their place."""

from typing import Any

import pytest
from django.test import Client

from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.scenarios import Change, add_change, create_scenario, run_scenario
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.plan.comparison import compare
from gisplan.plan.dates import as_of_in_words
from gisplan.plan.models import Claim, PlanEdition
from gisplan.plan.queries import default_edition
from gisplan.territory.models import Municipality, Population
from gisplan.web.compare_pages import build
from gisplan.web.comparison import Comparison
from gisplan.web.difference_map import Differences, Places, counted_in_words, difference_layer, in_words

from .test_compare import COLLEGNO, RIVOLI, TWO_PLANS, TWO_TOWNS, TWO_ZONES
from .test_pages import read

pytestmark = [pytest.mark.django_db]
ASKED = Differences(title="Prova", unit="km", decimals=1, names=("A", "B"))


def layer_of(values: dict[str, tuple[float | None, float | None]], asked: Differences = ASKED) -> MapLayer:
    return difference_layer(asked, Places({code: code for code in values}, {}), values)


def shown(layer: MapLayer, name: str) -> dict[str, Any]:
    return {one["properties"]["id"]: one["properties"][name] for one in layer.features}


def test_each_difference_is_in_the_class_that_its_label_says_and_the_unknown_in_none() -> None:
    # sizes 1 2 4 8: the limits of the thirds are 2 and 4
    values = {
        "more": (1, 9),
        "some": (1, 5),
        "less": (5, 3),
        "little": (3, 2),
        "same": (4, 4),
        "gap": (None, 2),
    }
    layer = layer_of(values)
    assert shown(layer, "step") == {"more": 3, "some": 2, "same": 0, "little": -1, "less": -1, "gap": None}
    assert {one.value: one.label for one in layer.classes} == {
        3: "oltre 4,0 km in più",
        2: "da 2,0 a 4,0 km in più",
        1: "fino a 2,0 km in più",
        0: "uguale",
        -1: "fino a 2,0 km in meno",
        -2: "da 2,0 a 4,0 km in meno",
        -3: "oltre 4,0 km in meno",
    }
    assert all(bool(one.style.dash) == (int(one.value or 0) < 0) for one in layer.classes)
    assert len({one.style.fill for one in layer.classes}) == 7
    assert layer.style.hatched


def test_the_rows_go_from_the_most_to_the_least_and_end_with_the_unknown() -> None:
    layer = layer_of({"b": (0, -1), "gap": (None, None), "a": (0, 3), "c": (0, 0)})
    assert list(shown(layer, "difference").values()) == [3, 0, -1, None]


def test_what_is_written_is_what_is_compared() -> None:
    layer = layer_of({"one": (1.04, 1.06)})  # written 1,0 and 1,1
    assert shown(layer, "difference") == {"one": 0.1}
    assert in_words(ASKED, (1.04, 1.06), ("Qui", "Là")) == "Là ha 0,1 km in più di Qui: 1,1 contro 1,0."
    assert in_words(ASKED, (2, 1), ("Qui", "Là")) == "Là ha 1,0 km in meno di Qui: 1,0 contro 2,0."
    assert in_words(ASKED, (2, 2.01), ("Qui", "Là")) == "Qui e Là hanno lo stesso valore: 2,0."
    assert (
        in_words(ASKED, (None, 2), ("Qui", "Là")) == "La differenza fra Qui (non noto) e Là (2,0) non è nota."
    )


def words(values: dict[str, tuple[float | None, float | None]]) -> str:
    return counted_in_words(MapSpec(title="Prova", layers=(layer_of(values),), bounds=(7, 45, 8, 46)))


def test_no_difference_and_no_knowledge_are_not_said_alike() -> None:
    assert words({"a": (1, 1), "b": (None, 1)}) == "Nessuna differenza: lo stesso in 1 comuni, non noto in 1."
    assert words({"a": (None, 1)}) == "La differenza non è nota per nessun comune."
    counts = "di più in 1 comuni, di meno in 1, lo stesso in 0, non noto in 1"
    assert words({"a": (1, 2), "b": (2, 1), "c": (None, 0)}) == f"In B rispetto ad A: {counts}."


def share_65(code: str) -> float:
    people = Population.objects.filter(municipality__istat_code=code).latest("reference_date")
    return 100 * sum(people.females[65:] + people.males[65:]) / people.people


def difference_of(found: Comparison) -> MapLayer:
    return found.difference.layers[0]


@pytest.mark.usefixtures("torino")
def test_the_map_of_two_towns_is_what_each_town_has_more_than_a() -> None:
    layer = difference_of(build("comuni", COLLEGNO, RIVOLI))
    values = shown(layer, "difference")
    assert len(values) == Municipality.objects.filter(in_territory=True).count()
    assert values[COLLEGNO] == 0
    assert values[RIVOLI] == pytest.approx(round(share_65(RIVOLI), 1) - round(share_65(COLLEGNO), 1))
    ends = [one.label for one in layer.classes]
    assert ends[0].startswith("oltre ")
    assert ends[0].endswith(" punti percentuali in più")


@pytest.mark.usefixtures("torino")
def test_changing_the_people_changes_the_class_on_every_map() -> None:
    before = build("comuni", COLLEGNO, RIVOLI)
    people = Population.objects.filter(municipality__istat_code=RIVOLI).latest("reference_date")
    moved = [people.females[k] if k < 65 else 0 for k in range(101)]
    moved[0] += sum(people.females[65:])
    people.females = moved
    people.save()
    after = build("comuni", COLLEGNO, RIVOLI)
    steps = [shown(difference_of(one), "step")[RIVOLI] for one in (before, after)]
    assert steps[0] > 0 > steps[1]
    classes = [shown(values_of(one.first.spec), "map_class")[RIVOLI] for one in (before, after)]
    assert classes[0] > classes[1] == 0
    assert "in meno di Collegno" in after.says[0]


def values_of(spec: MapSpec) -> MapLayer:
    return next(layer for layer in spec.layers if layer.key == "values")


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize(
    ("address", "table"),
    [(TWO_ZONES, "difference-table"), ("/confronto/?tipo=anni&a=2019&b=2023", "table-changes")],
)
def test_the_difference_map_leads_to_its_own_table(client: Client, address: str, table: str) -> None:
    written = client.get(address).content.decode()
    link = written.partition('id="map_diff-table"')[2][:120]
    assert f'href="#{table}"' in link
    assert f'id="{table}"' in written


@pytest.mark.usefixtures("torino")
def test_the_map_names_the_source_of_its_figure(client: Client) -> None:
    newest = Population.objects.filter(municipality__istat_code=RIVOLI).latest("reference_date")
    own = newest.source
    own.pk, own.code, own.title = None, "registro-di-prova", "Registro di prova"
    own.save()
    Population.objects.filter(pk=newest.pk).update(source=own)
    texts = [one.text for one in build("comuni", COLLEGNO, RIVOLI).difference.sources]
    assert f"Registro di prova, {own.publisher}, {as_of_in_words(own.reference_date)}" in texts
    assert "Registro di prova" in read(client, TWO_TOWNS).partition("Fonti:")[2][:600]
    minutes = [one.text for one in build("comuni", COLLEGNO, RIVOLI, "polo").difference.sources]
    assert len(minutes) == 1  # the boundaries
    plan = default_edition()
    assert plan is not None
    works = [one.text for one in build("comuni", COLLEGNO, RIVOLI, "interventi").difference.sources]
    assert plan.title in works


@pytest.mark.usefixtures("torino")
def test_both_maps_have_the_same_classes() -> None:
    found = build("comuni", COLLEGNO, RIVOLI)
    first, second = (values_of(side.spec) for side in (found.first, found.second))
    assert first.classes == second.classes
    assert shown(first, "map_class") == shown(second, "map_class")


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize("voice", ["anziani", "giovani", "vecchiaia", "interne", "interventi"])
def test_a_zone_has_the_figure_that_the_page_of_its_municipalities_has(voice: str) -> None:
    layer = difference_of(build("zone", "2", "3", voice))
    zone = compare(Municipality.objects.get(istat_code=COLLEGNO), default_edition()).zone
    assert zone is not None
    expected = {
        "anziani": zone.share_65_plus,
        "giovani": zone.share_0_14,
        "vecchiaia": zone.old_age_index,
        "interne": zone.share_inner,
        "interventi": zone.interventions_per_1000,
    }[voice]
    assert shown(layer, "second")["2"] == pytest.approx(expected, abs=0.051)
    assert len(layer.features) == 11


@pytest.mark.usefixtures("torino")
def test_minutes_are_of_each_municipality_and_nil_where_the_pole_is() -> None:
    layer = difference_of(build("comuni", "001272", RIVOLI, "polo"))
    values = shown(layer, "second")
    assert values["001272"] == 0  # Torino is a pole
    assert max(one for one in values.values() if one is not None) > 20


@pytest.mark.usefixtures("torino")
def test_a_figure_of_which_nothing_is_loaded_is_not_known_rather_than_nil(client: Client) -> None:
    layer = difference_of(build("comuni", COLLEGNO, RIVOLI, "progetti"))
    assert set(shown(layer, "step").values()) == {None}
    assert "non è nota" in read(client, f"{TWO_TOWNS}&voce=progetti")


@pytest.mark.usefixtures("torino")
def test_an_edition_of_which_nothing_is_loaded_leaves_the_map_hatched_and_the_page_says_so(
    client: Client,
) -> None:
    found = build("piani", "psm-2021-2023", "psm-2024-2026")
    assert set(shown(difference_of(found), "step").values()) == {None}
    assert set(shown(difference_of(found), "second").values()) == {None}
    assert "Non è caricato nessun intervento di: Piano strategico metropolitano 2024-2026." in read(
        client, TWO_PLANS
    )


@pytest.mark.usefixtures("torino")
def test_an_intervention_that_moves_shows_as_one_more_and_one_less() -> None:
    edition = default_edition()
    assert edition is not None
    copy = PlanEdition.objects.get(code="psm-2024-2026")
    axis = copy.axes.first()
    assert axis is not None
    rows = list(edition.axes.get(code="5").interventions.filter(places__municipality__isnull=False))
    for one in rows[:2]:  # the second edition has two of the first one's, and nothing else
        one.axis = axis
        one.save()
    found = build("piani", edition.code, copy.code)
    second = shown(difference_of(found), "second")
    assert sum(second.values()) == 2
    assert shown(difference_of(found), "difference")[COLLEGNO] is not None
    assert "non noto in 0" in found.says[0]


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"/confronto/?tipo=comuni&a={COLLEGNO}&b={COLLEGNO}", "Collegno e Collegno hanno lo stesso valore"),
        ("/confronto/?tipo=anni&a=2023&b=2023", "Nessuna differenza: di nessuno dei"),
        ("/confronto/?tipo=piani&a=psm-2021-2023&b=psm-2021-2023", "Nessuna differenza: lo stesso in"),
    ],
)
def test_the_same_on_both_sides_is_said(client: Client, address: str, said: str) -> None:
    page = read(client, address)
    assert "A e B sono la stessa cosa" in page
    assert said in page


@pytest.mark.usefixtures("torino")
def test_the_map_of_two_years_says_what_is_known_on_one_side_only() -> None:
    found = build("anni", "2019", "2023")
    (layer,) = [one for one in found.difference.layers if one.key == "changes"]
    kinds = {one["properties"]["code"]: one["properties"]["change"] for one in layer.features}
    states = Claim.objects.filter(kind=Claim.Kind.STATE)
    late = states.filter(as_of_date__year__gt=2019, as_of_date__year__lte=2023)
    newly = {one.code for claim in late for one in claim.interventions.all()}
    early = {
        one.code for claim in states.filter(as_of_date__year__lte=2019) for one in claim.interventions.all()
    }
    assert {code for code, kind in kinds.items() if kind == "new"} == (newly - early) & set(kinds)
    assert newly - early
    backward = build("anni", "2023", "2019")
    (layer,) = [one for one in backward.difference.layers if one.key == "changes"]
    assert {one["properties"]["change"] for one in layer.features} <= {"gone", "state", "amount"}


@pytest.mark.usefixtures("torino")
def test_an_amount_of_several_interventions_is_no_number_in_the_row_of_each() -> None:
    found = build("anni", "2019", "2023")
    (table,) = found.tables
    said = {row[0]: row[-1] for row in table.rows}
    claims = Claim.objects.filter(kind=Claim.Kind.AMOUNT, as_of_date__year__lte=2023)
    shared = [one for one in claims if one.is_shared]
    own = [one for one in claims if not one.is_shared]
    together = {one.code for claim in shared for one in claim.interventions.all()}
    alone = {one.code for claim in own for one in claim.interventions.all()} - together
    assert together & set(said)
    assert {type(said[code]) for code in together & set(said)} == {str}
    assert all(said[code].endswith("insieme ad altri") for code in together & set(said))
    assert {type(said[code]) for code in alone & set(said)} == {float}
    figures = {one.name: one.second for one in found.figures}
    assert figures["Interventi con un importo insieme ad altri"] == len(together)


def two_scenarios() -> list[tuple[int, Run]]:
    made = []
    for name, place in (("Nord", (7.63, 45.13)), ("Sud", (7.63, 44.98))):
        scenario = create_scenario(name, mode="walk", minutes=10)
        add_change(scenario, Change("add", f"Polo {name}", position=place))
        made.append((scenario.pk, run_scenario(scenario)))
    return made


@pytest.mark.usefixtures("torino")
def test_a_municipality_that_a_scenario_does_not_know_is_not_nil_and_is_counted_apart() -> None:
    (north, run), (south, _other) = two_scenarios()
    whole = {one.name: one for one in build("scenari", str(north), str(south)).figures}
    assert whole["Comuni in cui non è noto"].first == 0
    table = next(one for one in run.result["tables"] if one["name"] == "difference_by_municipality")
    row = max(table["rows"], key=lambda one: one[4])
    people = row[4]
    row[2:] = [None] * len(row[2:])
    run.save()
    found = build("scenari", str(north), str(south))
    figures = {one.name: one for one in found.figures}
    reached = figures["Persone raggiunte, nei comuni in cui è noto da tutt'e due le parti"]
    assert people > 0
    assert reached.first == pytest.approx(whole["Persone raggiunte"].first - people, abs=1)
    assert reached.second < whole["Persone raggiunte"].second
    assert (figures["Comuni in cui non è noto"].first, figures["Comuni in cui non è noto"].second) == (1, 0)
    assert shown(difference_of(found), "step")[row[0]] is None


@pytest.mark.usefixtures("torino")
def test_a_scenario_that_was_changed_after_its_comparison_is_told() -> None:
    (north, _run), (south, _other) = two_scenarios()
    add_change(Scenario.objects.get(pk=north), Change("add", "Un altro", position=(7.6, 45.1)))
    notes = build("scenari", str(north), str(south)).notes
    assert [("Nord" in note, "cambiato" in note) for note in notes] == [(True, True)]


@pytest.mark.usefixtures("torino")
def test_a_comparison_gives_its_three_maps_with_their_titles() -> None:
    found = build("comuni", COLLEGNO, RIVOLI)
    assert [title for title, _spec in found.maps()] == [found.difference.title, "A: Collegno", "B: Rivoli"]
    assert [spec.key for _title, spec in found.maps()] == ["diff", "a", "b"]
    table = found.difference_table()
    assert table is not None
    assert table.columns == ("Nome", "65 anni e oltre (%)", "Differenza da Collegno")
