"""The import wizard step by step, through Django's own client: rights, refusals, report, publication."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gisplan.plan.models import Axis, PlanEdition
from gisplan.plan.queries import layers_of_axis
from gisplan.plan.rights import GIS_OFFICER, MUNICIPAL_EDITOR, PLANNER
from gisplan.web import import_words
from layers import errors
from layers.issues import Code
from layers.models import ImportRun, Layer, Version
from layers.serving.features import read_features

from .import_samples import PLACES, bow_tie, geojson, point, shapefile_without_prj, zipped
from .import_steps import EVIL, imported, publish, send, send_paths, signed_in, text, user

pytestmark = pytest.mark.django_db


KEEPERS = (
    "/strati/importa/",
    "/strati/importa/1/",
    f"/strati/importa/caricati/{'a' * 32}/",
    "/strati/x/modifica/",
)


@pytest.mark.parametrize("address", KEEPERS)
def test_a_stranger_is_asked_to_sign_in(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.url) == (302, f"/accesso/?next={address}")
    english = client.get(f"/en{address}")
    assert english.url == f"/en/accesso/?next=/en{address}"


@pytest.mark.parametrize("group", [None, MUNICIPAL_EDITOR])
@pytest.mark.parametrize("address", KEEPERS)
def test_who_may_not_import_is_told_in_the_words_of_the_site(group: str | None, address: str) -> None:
    response = signed_in(user(group)).get(address)
    assert response.status_code == 403
    assert "Questa pagina non ti è aperta" in text(response)


@pytest.mark.parametrize("group", [GIS_OFFICER, PLANNER])
def test_gis_officers_and_planners_may_import(group: str) -> None:
    response = signed_in(user(group)).get("/strati/importa/")
    assert response.status_code == 200
    assert "Importa uno strato" in text(response)


def test_signing_in_leads_back_to_the_page_that_asked(client: Client) -> None:
    who = user(GIS_OFFICER)
    who.set_password("segreto-lungo-1")
    who.save()
    page = client.get("/accesso/?next=/strati/importa/")
    assert 'name="next" value="/strati/importa/"' in page.content.decode()
    given = {"username": who.username, "password": "sbagliata", "next": "/strati/importa/"}
    refused = client.post("/accesso/", given)
    assert "Nome utente o password non corrispondono" in text(refused)
    response = client.post("/accesso/", given | {"password": "segreto-lungo-1"})
    assert (response.status_code, response.url) == (302, "/strati/importa/")
    assert "GIS-officer" in text(client.get("/"))
    assert client.post("/uscita/").url == "/"
    assert "GIS-officer" not in text(client.get("/"))


def test_signing_in_leads_to_no_other_site(client: Client) -> None:
    who = user(GIS_OFFICER)
    who.set_password("segreto-lungo-1")
    who.save()
    given = {"username": who.username, "password": "segreto-lungo-1", "next": "https://evil.example/"}
    assert client.post("/accesso/", given).url == "/strati/"


def test_every_post_needs_its_token(officer: Client) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, nome="a")]))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = officer.cookies
    for address in (
        "/strati/importa/",
        f"/strati/importa/caricati/{run.options['upload']}/",
        f"/strati/importa/{run.pk}/pubblica/",
        f"/strati/importa/{run.pk}/scarta/",
        "/strati/luoghi/modifica/",
        "/strati/luoghi/ripristina/",
        "/uscita/",
        "/accesso/",
    ):
        assert strict.post(address, {"name": "luoghi"}).status_code == 403, address
    run.refresh_from_db()
    assert run.status == "staged"


def test_publishing_and_discarding_are_never_a_get(officer: Client) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, nome="a")]))
    for step in ("pubblica", "scarta"):
        assert officer.get(f"/strati/importa/{run.pk}/{step}/").status_code == 405


def test_loose_parts_without_prj_show_their_names_and_ask_for_the_system(
    officer: Client, tmp_path: Path
) -> None:
    address = send_paths(officer, shapefile_without_prj(tmp_path))
    page = text(officer.get(address))
    assert "località.shp (+2)" in page
    assert "Codifica trovata: cp1252 (riconosciuta dal testo)" in page
    for name in ("Località Pian dell'Alpe", "Città di Ivrea – già Eporedia"):
        assert name in page
    assert "Il file non dice in quale sistema di riferimento sono le coordinate" in page
    refused = officer.post(address, {"name": "localita"})
    assert refused.status_code == 200
    assert "Scegli un sistema di riferimento: il file non dice quale sia." in text(refused)
    assert not ImportRun.objects.exists()


def test_another_encoding_shows_how_the_names_would_look(officer: Client, tmp_path: Path) -> None:
    address = send_paths(officer, shapefile_without_prj(tmp_path))
    page = text(officer.post(address, {"name": "localita", "encoding": "cp850", "look": "1"}))
    assert "Codifica trovata: cp850 (scelta da te)" in page
    assert "LocalitÓ Pian dell'Alpe" in page
    assert not ImportRun.objects.exists()
    wrong = text(officer.post(address, {"name": "localita", "encoding": "utf-8", "look": "1"}))
    assert "I testi non si leggono con questa codifica: scegline un'altra." in wrong


def test_the_report_is_read_before_anything_is_published(officer: Client, tmp_path: Path) -> None:
    address = send_paths(officer, shapefile_without_prj(tmp_path))
    response = officer.post(address, {"name": "localita", "title": "Località", "srid": "32632"})
    page = officer.get(response.url)
    run = ImportRun.objects.get()
    assert (run.status, run.who) == ("staged", "GIS-officer")
    assert "5 elementi sono pronti come versione 1." in text(page)
    assert "Il file non dichiara un sistema di riferimento: vale quello indicato da chi importa." in text(
        page
    )
    assert "Località Pian dell'Alpe" in text(page)
    assert Client().get("/strati/localita/").status_code == 404
    published = publish(officer, run)
    assert published.url == "/strati/localita/"
    assert read_features("localita").columns["nome"] == list(PLACES)
    assert "La versione 1 è pubblicata." in text(officer.get(published.url))


def test_a_discarded_version_leaves_the_layer_as_it_was(officer: Client) -> None:
    first = imported(officer, geojson([point(7.6, 45.0, nome="a")]))
    publish(officer, first)
    second = imported(officer, geojson([point(7.6, 45.0, nome="b")]))
    officer.post(f"/strati/importa/{second.pk}/scarta/")
    assert read_features("luoghi").columns["nome"] == ["a"]
    assert Version.objects.count() == 1
    page = text(officer.get(f"/strati/importa/{second.pk}/"))
    assert "Questa versione è stata scartata" in page
    again = publish(officer, second, follow=True)
    assert "non ha più una versione da pubblicare" in text(again)


def test_a_refusal_is_one_sentence_and_the_form_is_filled_to_try_again(officer: Client) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, nome="a")]), srid="3857", owner="Ufficio SIT")
    page = officer.get(f"/strati/importa/{run.pk}/")
    assert run.status == "refused"
    assert "lo strato cade fuori dall'Italia: indicane un altro" in text(page)
    assert "deve stare in Italia con EPSG:3857" in text(page)
    assert "Expected" not in text(page)
    again = unescape(re.findall(r'href="([^"]*\?run=\d+)"', page.content.decode())[0])
    form = officer.get(again).content.decode()
    assert 'name="srid" value="3857"' in form
    assert 'value="Ufficio SIT"' in form
    assert officer.post(again, {"name": "luoghi"}).status_code == 302
    assert ImportRun.objects.latest("pk").status == "staged"


def test_issues_are_grouped_explained_listed_in_pages_and_counted(officer: Client) -> None:
    shapes = [bow_tie(7.0 + place * 0.02, 45.0, nome=str(place)) for place in range(60)]
    run = imported(officer, geojson(shapes))
    page = text(officer.get(f"/strati/importa/{run.pk}/"))
    assert "60 riparato invalid_geometry La geometria non era valida ed è stata resa valida." in page
    assert "pagina 1 di 2" in page
    assert page.count("Self-intersection") == 50
    assert text(officer.get(f"/strati/importa/{run.pk}/?page=2")).count("Self-intersection") == 10


def test_the_same_file_again_changes_nothing(officer: Client) -> None:
    content = geojson([point(7.6, 45.0, nome="a")])
    first = imported(officer, content)
    publish(officer, first)
    second = imported(officer, content)
    assert second.status == "unchanged"
    assert "Il file è identico alla versione che lo strato mostra già" in text(
        officer.get(f"/strati/importa/{second.pk}/")
    )


def test_a_zip_of_a_shapefile_is_one_upload(officer: Client, tmp_path: Path) -> None:
    content = zipped(shapefile_without_prj(tmp_path))
    address = send(officer, ("consegna.zip", content)).url
    assert "Città di Ivrea" in text(officer.get(address))


@pytest.mark.parametrize("name", ["importa", "Luoghi", "1a", "a b", "x_v1", "a" * 51, "a\n", "à"])
def test_a_name_that_no_layer_can_have_is_told_at_its_field(officer: Client, name: str) -> None:
    address = send(officer, ("luoghi.geojson", geojson([point(7.6, 45.0)]))).url
    response = officer.post(address, {"name": name})
    if name == "a\n":  # a browser's form never sends it; spaces around a name are no part of it
        assert response.status_code == 302
        return
    assert response.status_code == 200
    assert "Qualcosa va corretto" in text(response)
    assert not Layer.objects.exists()


@pytest.fixture
def axis() -> Axis:
    edition = PlanEdition.objects.create(
        code="p", title="Piano", province_code="001", first_year=2024, last_year=2026,
        axes_declared=1, strategies_declared=1, actions_declared=1, source_url="https://example.org/",
    )  # fmt: skip
    return Axis.objects.create(edition=edition, code="3", title="Mobilità", source_url="https://example.org/")


def test_axes_chosen_with_the_import_show_the_layer_once_it_is_published(officer: Client, axis: Axis) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, nome="a")]), axes=[str(axis.pk)])
    assert layers_of_axis(axis) == []
    publish(officer, run)
    assert [layer.name for layer in layers_of_axis(axis)] == ["luoghi"]
    officer.post("/strati/luoghi/modifica/", {"color": "#112233", "stroke": "#445566", "width_mm": "2"})
    assert layers_of_axis(axis) == []


def test_one_step_publishes_names_and_shows_the_layer_on_its_axis(
    officer: Client, client: Client, axis: Axis
) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, nome="a")]))
    decided = {"title": "Piste", "axes": [str(axis.pk)], "is_public": "on"}
    page = publish(officer, run, decided=decided, follow=True)
    assert "Tutti lo vedono sulla mappa con la sua legenda: asse 3, Mobilità" in text(page)
    assert re.search(r'href="(/piani/p)?/assi/3/"', page.content.decode())
    assert "Piste" in text(client.get("/strati/"))
    assert "Tutti lo vedono" in text(officer.get(f"/strati/importa/{run.pk}/"))


def test_nothing_is_public_without_the_sign_and_one_click_makes_it_so(
    officer: Client, client: Client, axis: Axis
) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, nome="a")]))
    page = text(publish(officer, run, follow=True))
    assert "Non è sulla mappa di nessun asse. Scegli l'asse" in page
    again = imported(officer, geojson([point(7.6, 45.0, nome="b")]))
    page = text(publish(officer, again, decided={"axes": [str(axis.pk)]}, follow=True))
    assert "Non è ancora sulla mappa del suo asse, perché lo vede solo chi gestisce gli strati" in page
    assert client.get("/strati/luoghi/").status_code == 404
    stranger = client.post("/strati/luoghi/pubblico/")
    assert stranger.url.startswith("/accesso/")
    assert signed_in(user(MUNICIPAL_EDITOR)).post("/strati/luoghi/pubblico/").status_code == 403
    assert client.get("/strati/luoghi/").status_code == 404
    assert "Ora lo strato lo vedono tutti." in text(officer.post("/strati/luoghi/pubblico/", follow=True))
    assert client.get("/strati/luoghi/").status_code == 200


def test_what_a_file_says_is_text_and_never_markup(officer: Client) -> None:
    content = geojson([point(7.6, 45.0, **{EVIL: EVIL, "nome": EVIL, "geometry": EVIL})])
    address = send(officer, (f"a{EVIL.replace('/', '')}.geojson", content)).url
    pages = [officer.get(address)]
    asked = {"name": "luoghi", "title": EVIL, "source": EVIL, "owner": EVIL, "licence": EVIL}
    report = officer.post(address, asked, follow=True)
    run = ImportRun.objects.get()
    pages += [report, publish(officer, run, follow=True)]
    pages += [officer.get(f"/strati/{place}") for place in ("", "luoghi/modifica/", "luoghi/ripristina/")]
    pages.append(officer.post(address, {"name": EVIL, "title": EVIL, "srid": EVIL, "encoding": EVIL}))
    for page in pages:
        assert page.status_code == 200
        assert "alert(" in page.content.decode()
        assert "<script>alert" not in page.content.decode()
    assert run.status == "staged"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/passwd.geojson", "passwd.geojson"),
        ("..\\..\\windows\\a.geojson", "a.geojson"),
        ("/etc/cron.d/a.geojson", "a.geojson"),
    ],
)
def test_a_path_in_a_file_name_leads_nowhere(
    officer: Client, uploads_folder: Path, sent: str, kept: str
) -> None:
    content = geojson([point(7.6, 45.0)])
    boundary = "b"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{sent}"\r\n\r\n'.encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    response = officer.generic("POST", "/strati/importa/", body, f"multipart/form-data; boundary={boundary}")
    assert response.status_code == 302
    found = [path for path in uploads_folder.rglob("*") if path.is_file()]
    assert sorted(path.name for path in found) == sorted([kept, "upload.json"])


def test_an_upload_over_the_limit_is_refused_with_its_sentence(
    officer: Client, settings: Any, uploads_folder: Path
) -> None:
    settings.LAYERS_UPLOAD_BYTES = 1_000
    for size in (1_500, 200_000):  # the second is refused by its announced length
        response = send(officer, ("a.geojson", b"x" * size))
        assert response.status_code == 400
        assert "In un invio stanno al massimo 0 MB" in text(response)
    scripted = send(officer, ("a.geojson", b"x" * 1_500), **{"X-Requested-With": "XMLHttpRequest"})
    assert scripted.status_code == 400
    assert "In un invio stanno al massimo" in scripted.json()["sentence"]
    in_english = officer.post("/en/strati/importa/", {"files": []})
    assert "Expected at least one file, found none" in text(in_english)
    assert not [path for path in uploads_folder.rglob("*") if path.is_file()]


def test_no_file_and_the_same_file_twice_are_refused(officer: Client) -> None:
    assert "Serve almeno un file" in text(send(officer))
    twice = send(officer, ("a.geojson", b"{}"), ("A.geojson", b"{}"))
    assert "«A.geojson» c'è due volte" in text(twice)


def test_two_people_import_the_same_layer_and_the_second_is_told(officer: Client) -> None:
    first = imported(officer, geojson([point(7.6, 45.0, nome="prima")]))
    publish(officer, first)
    other = signed_in(user(PLANNER))
    mine = imported(officer, geojson([point(7.6, 45.0, nome="mia")]))
    theirs = imported(other, geojson([point(7.7, 45.0, nome="loro")]))
    assert publish(other, theirs, follow=True).status_code == 200
    answer = officer.post(f"/strati/importa/{mine.pk}/pubblica/", {"seen": "1"}, follow=True)
    assert "Intanto qualcuno ha pubblicato un'altra versione" in text(answer)
    assert "lo strato è passato alla versione 3: pubblicando la sostituisci" in text(answer)
    assert read_features("luoghi").columns["nome"] == ["loro"]
    publish(officer, mine)  # knowing it
    assert read_features("luoghi").columns["nome"] == ["mia"]


def test_what_was_added_to_an_older_version_takes_back_no_newer_one(officer: Client) -> None:
    first = imported(officer, geojson([point(7.6, 45.0, nome="prima")]))
    publish(officer, first)
    mine = imported(officer, geojson([point(7.6, 45.0, nome="mia")]), mode="append")
    theirs = imported(officer, geojson([point(7.7, 45.0, nome="loro")]), mode="append")
    publish(officer, theirs)
    answer = publish(officer, mine, follow=True)
    assert "Lo strato è cambiato mentre preparavi questa versione" in text(answer)
    assert read_features("luoghi").columns["nome"] == ["prima", "loro"]


def test_what_changes_is_shown_before_it_is_published(officer: Client) -> None:
    first = imported(officer, geojson([point(7.6 + n / 100, 45.0, codice=n, nome="a") for n in range(5)]))
    publish(officer, first)
    coming = [point(7.6 + n / 100, 45.0, codice=n, nome="b" if n == 1 else "a") for n in (1, 2, 7)]
    run = imported(officer, geojson(coming), mode="upsert", key="codice")
    page = text(officer.get(f"/strati/importa/{run.pk}/"))
    assert "1 aggiunti 1 cambiati 0 spariti 4 uguali Rispetto alla versione 1." in page
    publish(officer, run)
    assert read_features("luoghi").columns["codice"] == [0, 1, 2, 3, 4, 7]


def test_every_issue_and_every_refusal_of_an_import_is_explained() -> None:
    assert [code for code in Code if code not in import_words.ISSUES] == []
    not_of_imports = {
        "refused",  # the bases
        "source_refused",
        "layer_not_found",
        "column_not_found",
        "target_refused",
        "streets_refused",
        "download_refused",
        "network_unreachable",
    }
    refusals = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LayersError)
    }
    assert refusals - not_of_imports - set(import_words.REFUSALS) == set()


def test_the_columns_of_a_table_are_chosen_where_they_are_not_clear(officer: Client) -> None:
    table = "nome;est;nord\nVia Po;395900,5;4991200,5\nViù è;371600,0;5010300,0\n".encode("cp1252")
    address = send(officer, ("fermate.csv", table)).url
    page = text(officer.get(address))
    assert "Colonne della tabella" in page
    asked = {"name": "fermate", "x_column": "est", "y_column": "nord", "srid": "32632"}
    shown = text(officer.post(address, asked | {"look": "1"}))
    assert "Viù è" in shown
    response = officer.post(address, asked)
    assert response.status_code == 302, text(response)
    run = ImportRun.objects.get()
    assert run.status == "staged", run.report["reason"]
    publish(officer, run)
    assert read_features("fermate").columns["nome"] == ["Via Po", "Viù è"]
