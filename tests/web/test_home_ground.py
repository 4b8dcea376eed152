"""The overview at first sight: how many axes act in each municipality, on the map and in a table that say the same."""

import io
import re
import zipfile
from xml.sax.saxutils import escape

import pytest
from django.test import Client

from gisplan.plan.axes_acting import axes_acting
from gisplan.plan.models import Intervention, PlanPlace, PnrrLocalisation, PnrrProject
from gisplan.plan.queries import default_edition, with_places_and_claims
from gisplan.territory.models import Municipality, Source
from gisplan.territory.profile import people_in_territory
from gisplan.web.home_ground import NOT_KNOWN
from gisplan.web.maps import home_map

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
TORINO, CERESOLE = "001272", "001073"


def counts() -> dict[str, int | str]:
    """What the map shows of each municipality."""
    edition = default_edition()
    assert edition is not None
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    interventions = list(with_places_and_claims(own))
    spec = home_map(interventions, axes_acting(edition, interventions))
    assert spec is not None
    ground = spec.layers[0]
    assert ground.key == "axes-acting"
    classes = {one.value for one in ground.classes}
    found = {one["properties"]["id"]: one["properties"]["count"] for one in ground.features}
    assert set(found.values()) <= classes
    return found


def test_a_municipality_counts_each_axis_that_has_an_intervention_there_once() -> None:
    own = PlanPlace.objects.filter(
        municipality__istat_code=TORINO,
        intervention__axis__edition=default_edition(),
        intervention__outside_territory=False,
    )
    axes = set(own.values_list("intervention__axis__code", flat=True))
    assert len(axes) > 1
    assert counts()[TORINO] == len(axes)
    assert counts()[CERESOLE] == NOT_KNOWN


def test_a_place_more_or_less_is_another_class() -> None:
    place = PlanPlace.objects.filter(
        municipality__in_territory=True, intervention__axis__edition=default_edition()
    ).first()
    assert place is not None
    PlanPlace.objects.filter(pk=place.pk).update(municipality=Municipality.objects.get(istat_code=CERESOLE))
    assert counts()[CERESOLE] == 1
    PlanPlace.objects.filter(pk=place.pk).delete()
    assert counts()[CERESOLE] == NOT_KNOWN


def test_the_files_of_the_overview_hold_the_row_of_each_municipality_that_the_map_colours(
    client: Client,
) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get("/?formato=xlsx").getvalue())) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "axes-acting" in sheets
    axes = {code for code, there in counts().items() if there != NOT_KNOWN}
    assert axes
    names = Municipality.objects.filter(istat_code__in=axes).values_list("name", flat=True)
    assert [name for name in names if escape(name) not in sheets] == []


def test_where_nothing_acts_the_map_is_plain_and_claims_nothing() -> None:
    edition = default_edition()
    assert edition is not None
    assert axes_acting(edition, []) == {}
    spec = home_map([], {})
    assert spec is not None
    assert (spec.layers[0].key, spec.caption) == ("boundaries", "")


def test_a_project_of_the_pnrr_is_of_its_axis_in_each_of_its_municipalities() -> None:
    edition = default_edition()
    assert edition is not None
    axis = edition.axes.get(code="2")
    town = Municipality.objects.get(istat_code=CERESOLE)
    one = Intervention.objects.create(
        axis=axis,
        code="pnrr-1",
        register=Intervention.Register.PNRR,
        kind="pnrr_project",
        area_text="Ceresole",
    )
    source = Source.objects.first()
    assert source is not None
    project = PnrrProject.objects.create(intervention=one, source=source)
    PnrrLocalisation.objects.create(project=project, municipality=town, source=source)
    found = axes_acting(edition, [])[CERESOLE]
    assert (found.axes, found.interventions, found.projects) == ({"2"}, 0, 1)


@pytest.mark.parametrize(("prefix", "words"), [("", "La mappa mostra"), ("/en", "The map shows")])
def test_the_table_beside_the_map_holds_every_municipality_and_resident_once(
    client: Client, prefix: str, words: str
) -> None:
    page = client.get(f"{prefix}/").content.decode()
    assert f'<p class="map-says">{words}' in page
    start = page.index('id="answer-acting"')
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page[start : page.index("</table>", start)])
    cells = [
        [int(re.sub(r"\D", "", cell)) for cell in re.findall(r'<td class="num">([\d.,]+)</td>', row)]
        for row in rows
    ]
    found = counts()
    known = people_in_territory()
    assert known is not None
    assert [sum(column) for column in zip(*cells, strict=True)] == [len(found), known[0]]
    assert [row[0] for row in cells] == [
        sum(count == wanted for count in found.values())
        for wanted in [*range(6, 0, -1), NOT_KNOWN]
        if wanted in found.values()
    ]
