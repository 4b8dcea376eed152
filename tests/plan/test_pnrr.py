"""PNRR projects and localisations: whole amounts, several places, nothing dropped in silence."""

import csv
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from gisplan.plan.amounts import total_amounts
from gisplan.plan.models import (
    Axis,
    Claim,
    Intervention,
    PlanEdition,
    PlanPlace,
    PnrrLocalisation,
    PnrrProject,
)
from gisplan.plan.pnrr_catalogue import REGISTERS
from gisplan.plan.pnrr_figures import pnrr_of_axis, pnrr_of_municipality, unmapped_missions
from gisplan.plan.pnrr_reading import amount_eur
from gisplan.plan.queries import completeness, default_edition, interventions_of_axis
from gisplan.territory.models import Municipality
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad

DATA = Path(os.environ.get("GISPLAN_SHARED", settings.BASE_DIR.parent / "shared")) / "data" / "pnrr"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not beside this checkout")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition")]

PROJECT_HEADER = (
    "Missione,Componente,Codice Univoco Submisura,Descrizione Submisura,CUP,Codice Locale Progetto,Stato CUP,"
    "Titolo progetto,Sintesi progetto,Finanziamento PNRR,Finanziamento Totale,Soggetto attuatore,Data aggiornamento"
)
PLACE_HEADER = (
    "Codice Univoco submisura,CUP,Codice Locale Progetto,Regione,Provincia,Comune,Descrizione Comune,Indirizzo,"
    "Data di Estrazione,COD_ISTAT_COMUNE"
)


def load(name: str, path: Path) -> RegisterLoad:
    return next(one for one in REGISTERS if one.name == name).load(LoadRequest(path))


def project(
    cup: str, local: str = "", *, mission: str = "M2", total: str = "1000.50", day: str = "2023-02-21"
) -> str:
    return (
        f"{mission},{mission}C1,{mission}C1I1.01.00,Misura,{cup},{local or cup},Attivo,Titolo {cup},,"
        f"500.00,{total},COMUNE DI NONE,{day}"
    )


def place(cup: str, code: str, local: str = "", address: str = "") -> str:
    return f"M2C1I1.01.00,{cup},{local or cup},1,1,{int(code or 0) % 1000},X,{address},2023-03-01,{code}"


def projects_file(folder: Path, *rows: str) -> Path:
    path = folder / "progetti.csv"
    path.write_text("\ufeff" + "\n".join([PROJECT_HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def places_file(folder: Path, *rows: str) -> Path:
    path = folder / "localizzazioni.csv"
    path.write_text("\n".join([PLACE_HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def towns() -> list[Municipality]:
    return list(Municipality.objects.filter(in_territory=True).order_by("name")[:5])


@pytest.mark.parametrize("localisations_first", [True, False])
def test_a_project_is_one_intervention_with_one_amount_in_all_its_municipalities(
    towns: list[Municipality], tmp_path: Path, *, localisations_first: bool
) -> None:
    files = [
        (
            "pnrr_localisations",
            places_file(tmp_path, *(place("CUP1", one.istat_code, "LOC.1") for one in towns)),
        ),
        ("pnrr_projects", projects_file(tmp_path, project("CUP1", "LOC.1"))),
    ]
    for name, path in files if localisations_first else reversed(files):
        load(name, path)
    made = Intervention.objects.get(code="pnrr-CUP1-LOC.1")
    assert (made.register, made.axis.code, made.axis.edition) == ("pnrr", "2", default_edition())
    assert {place.municipality for place in made.places.all()} == set(towns)
    claim = made.claims.get()
    assert (claim.amount_eur, claim.as_of, claim.is_shared) == (Decimal("1000.50"), "2023-02-21", False)
    figures = pnrr_of_axis(made.axis)
    assert (figures.projects, figures.total_eur, figures.shared_eur) == (
        1,
        Decimal("1000.50"),
        Decimal("1000.50"),
    )
    assert pnrr_of_municipality(towns[0]).in_one_place_eur == 0
    assert made.area_text == ", ".join(one.name for one in towns[:3]) + " + 2"


def test_a_second_load_changes_nothing(towns: list[Municipality], tmp_path: Path) -> None:
    places, projects = (
        places_file(tmp_path, place("CUP1", towns[0].istat_code)),
        projects_file(tmp_path, project("CUP1")),
    )
    load("pnrr_localisations", places)
    load("pnrr_projects", projects)
    before = [
        list(model.objects.values())
        for model in (Intervention, PlanPlace, Claim, PnrrProject, PnrrLocalisation)
    ]
    again = [load("pnrr_localisations", places), load("pnrr_projects", projects)]
    assert [(one.added, one.changed, one.same) for one in again] == [(0, 0, 1), (0, 0, 1)]
    after = [
        list(model.objects.values())
        for model in (Intervention, PlanPlace, Claim, PnrrProject, PnrrLocalisation)
    ]
    assert after == before


def test_places_without_a_project_and_projects_without_a_place_are_kept_and_counted(
    towns: list[Municipality], tmp_path: Path
) -> None:
    load(
        "pnrr_localisations",
        places_file(tmp_path, place("ORPHAN", towns[0].istat_code), place("NOWHERE", "")),
    )
    done = load("pnrr_projects", projects_file(tmp_path, project("NOWHERE")))
    assert PnrrLocalisation.objects.filter(project=None).count() == 1
    assert Intervention.objects.get(code="pnrr-NOWHERE").places.count() == 0
    assert Intervention.objects.get(code="pnrr-NOWHERE").area_text == "COMUNE DI NONE"
    assert done.notes == [
        "1 pairs of CUP and local code have a place and no project (1 rows)",
        "1 projects have no place",
    ]
    figures = pnrr_of_axis(Axis.objects.get(edition=default_edition(), code="2"))
    assert (figures.projects, figures.without_place) == (1, 1)


def test_a_mission_that_no_axis_has_is_listed_and_not_dropped(tmp_path: Path) -> None:
    done = load("pnrr_projects", projects_file(tmp_path, project("CUP7", mission="M7"), project("CUP1")))
    assert done.added == 2
    assert PnrrProject.objects.get(cup="CUP7").intervention is None
    assert "mission M7 belongs to no axis: 1 projects, 1,000.50 EUR, kept apart" in done.notes
    assert unmapped_missions({"M1", "M2"}) == {"M7": (1, Decimal("1000.50"))}


def test_a_new_figure_stands_beside_the_old_one(tmp_path: Path) -> None:
    load("pnrr_projects", projects_file(tmp_path, project("CUP1")))
    done = load("pnrr_projects", projects_file(tmp_path, project("CUP1", total="2000", day="2024-02-21")))
    assert done.changed == 1
    claims = Claim.objects.filter(interventions__code="pnrr-CUP1").order_by("as_of_date")
    assert [(claim.as_of, claim.amount_eur) for claim in claims] == [
        ("2023-02-21", Decimal("1000.50")),
        ("2024-02-21", Decimal("2000.00")),
    ]


def test_an_older_file_does_not_write_over_a_newer_one(tmp_path: Path) -> None:
    load("pnrr_projects", projects_file(tmp_path, project("CUP1", total="2000", day="2024-02-21")))
    load("pnrr_projects", projects_file(tmp_path, project("CUP1")))
    assert PnrrProject.objects.get().total_eur == 2000


def test_what_the_owner_changed_or_deleted_stays_so(towns: list[Municipality], tmp_path: Path) -> None:
    places = places_file(tmp_path, place("CUP1", towns[0].istat_code), place("CUP2", towns[0].istat_code))
    projects = projects_file(tmp_path, project("CUP1"), project("CUP2"))
    load("pnrr_localisations", places)
    load("pnrr_projects", projects)
    Intervention.objects.filter(code="pnrr-CUP1").update(description_it="Parole del proprietario")
    PlanPlace.objects.filter(intervention__code="pnrr-CUP1").delete()
    Intervention.objects.get(code="pnrr-CUP2").delete()
    load("pnrr_localisations", places)
    done = load("pnrr_projects", projects)
    kept = Intervention.objects.get(code="pnrr-CUP1")
    assert (kept.description_it, kept.places.count()) == ("Parole del proprietario", 0)
    assert not Intervention.objects.filter(code="pnrr-CUP2").exists()
    assert PnrrProject.objects.get(cup="CUP2").intervention is None
    assert done.owners == 2


def test_a_repeated_pair_is_refused_so_that_its_amount_counts_once(tmp_path: Path) -> None:
    done = load("pnrr_projects", projects_file(tmp_path, project("CUP1"), project("CUP1", total="9")))
    assert [row.line for row in done.refused] == [3]
    assert PnrrProject.objects.get().total_eur == Decimal("1000.50")


def test_a_row_that_cannot_be_read_is_refused_with_its_reason(
    towns: list[Municipality], tmp_path: Path
) -> None:
    done = load("pnrr_projects", projects_file(tmp_path, project("CUP1", total="molto"), project("")))
    assert [row.line for row in done.refused] == [2, 3]
    assert "Finanziamento Totale: expected an amount in euros, found 'molto'" in done.refused[0].reason
    places = load(
        "pnrr_localisations", places_file(tmp_path, place("CUP1", "001998"), place("CUP1", "015146"))
    )
    assert [row.reason for row in places.refused] == ["no municipality of the territory has the code 001998"]
    assert places.elsewhere == 1


def test_addresses_in_one_municipality_are_one_place(towns: list[Municipality], tmp_path: Path) -> None:
    code = towns[0].istat_code
    load(
        "pnrr_localisations",
        places_file(tmp_path, place("CUP1", code, address="VIA A"), place("CUP1", code, address="VIA B")),
    )
    load("pnrr_projects", projects_file(tmp_path, project("CUP1")))
    assert PlanPlace.objects.get(intervention__code="pnrr-CUP1").area_text_it == "VIA A; VIA B"


def test_the_plans_own_counts_and_totals_do_not_mix_with_the_pnrr(
    towns: list[Municipality], tmp_path: Path
) -> None:
    edition = default_edition()
    assert edition is not None
    axis = edition.axes.get(code="2")
    before = (completeness(edition), total_amounts(axis).total_eur, interventions_of_axis(axis))
    load("pnrr_localisations", places_file(tmp_path, place("CUP1", towns[0].istat_code)))
    load("pnrr_projects", projects_file(tmp_path, project("CUP1", total="999999999")))
    assert (completeness(edition), total_amounts(axis).total_eur, interventions_of_axis(axis)) == before
    assert len(interventions_of_axis(axis, Intervention.Register.PNRR)) == 1


def test_an_edition_that_names_no_mission_takes_them_by_number(tmp_path: Path) -> None:
    Axis.objects.update(pnrr_mission="")
    load("pnrr_projects", projects_file(tmp_path, project("CUP1", mission="M6")))
    assert Intervention.objects.get(code="pnrr-CUP1").axis.code == "6"


def test_without_a_plan_projects_are_kept_and_every_mission_is_listed(tmp_path: Path) -> None:
    PlanEdition.objects.update(province_code="037")
    done = load("pnrr_projects", projects_file(tmp_path, project("CUP1")))
    assert (done.added, Intervention.objects.filter(register="pnrr").count()) == (1, 0)
    assert "mission M2 belongs to no axis: 1 projects, 1,000.50 EUR, kept apart" in done.notes


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("47427.0", "47427.00"),
        ("3.049678e+06", "3049678.00"),
        ("47.427,50", "47427.50"),
        ("-1", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, amount: str | None) -> None:
    assert amount_eur(text) == (None if amount is None else Decimal(amount))


@real
def test_the_published_files_come_to_what_an_independent_count_says() -> None:
    with (DATA / "pnrr_progetti_validati_2023-02-21_TO.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (DATA / "pnrr_localizzazioni_universo_regis_2023-03-01_TO.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        places = list(csv.DictReader(file))
    known = set(Municipality.objects.values_list("istat_code", flat=True))
    localisations = load("pnrr_localisations", DATA / "pnrr_localizzazioni_universo_regis_2023-03-01_TO.csv")
    projects = load("pnrr_projects", DATA / "pnrr_progetti_validati_2023-02-21_TO.csv")
    here = [row for row in places if row["COD_ISTAT_COMUNE"] in known]
    assert (projects.added, projects.refused) == (2012, [])
    assert localisations.added == len(here)
    assert localisations.added + len(localisations.refused) == 5662
    by_mission = Counter(row["Missione"] for row in rows)
    totals = {
        mission: sum(Decimal(row["Finanziamento Totale"]) for row in rows if row["Missione"] == mission)
        for mission in by_mission
    }
    edition = default_edition()
    assert edition is not None
    for axis in edition.axes.all():
        figures = pnrr_of_axis(axis)
        assert figures.projects == by_mission[axis.pnrr_mission]
        assert figures.total_eur == totals[axis.pnrr_mission].quantize(Decimal("0.01"))
    pairs = {(row["CUP"], row["Codice Locale Progetto"]) for row in rows}
    in_place = {(row["CUP"], row["Codice Locale Progetto"], row["COD_ISTAT_COMUNE"]) for row in here}
    assert PlanPlace.objects.filter(intervention__register="pnrr").count() == sum(
        (cup, local) in pairs for cup, local, _ in in_place
    )
    assert Claim.objects.filter(code__startswith="pnrr-").count() == 2012
    again = [
        load("pnrr_localisations", DATA / "pnrr_localizzazioni_universo_regis_2023-03-01_TO.csv"),
        load("pnrr_projects", DATA / "pnrr_progetti_validati_2023-02-21_TO.csv"),
    ]
    assert [(one.added, one.changed) for one in again] == [(0, 0), (0, 0)]
