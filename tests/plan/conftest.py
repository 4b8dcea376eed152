"""A small real territory for the seeds of the plan: each municipality that they name is a square of 1 km."""

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from gisplan.plan.loading import load_plan
from gisplan.plan.models import Editorship, PlanEdition
from gisplan.plan.rights import GIS_OFFICER, MUNICIPAL_EDITOR, PLANNER, create_groups
from gisplan.territory.models import (
    HealthSite,
    Municipality,
    MunicipalityBoundary,
    Precision,
    Source,
    Station,
    TerritoryEdition,
)

EditSeeds = Callable[[str, str, str], Path]


def seed_rows(table: str) -> list[dict[str, str]]:
    with (settings.SEED_DIR / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def square(column: int) -> MultiPolygon:
    """A square of 1 km, 2 km from the next one."""
    west, south = 380_000 + 2_000 * column, 4_990_000
    return MultiPolygon(
        Polygon.from_bbox((west, south, west + 1_000, south + 1_000)), srid=settings.STORED_SRID
    )


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is written inside is gone outside; a test's own transaction nests in it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def shared_territory(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), rolled_back():
        _empty_register()
        _create_territory()
        yield


@pytest.fixture(scope="module")
def shared_plan(shared_territory: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), rolled_back():
        load_plan()
        yield


@pytest.fixture
def small_territory(shared_territory: None, db: None) -> TerritoryEdition:
    return TerritoryEdition.objects.get()


def _empty_register() -> None:
    """Another folder may have filled the test database for the whole session."""
    assert connection.settings_dict["NAME"].startswith("test_")
    connection.check_constraints()  # no truncation while checks are pending
    tables = "territory_source, territory_municipality, plan_planedition, plan_claim, plan_seedrow, auth_user"
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def _create_territory() -> None:
    source = Source.objects.create(code="test", title="Test", publisher="Test", licence="CC0")
    edition = TerritoryEdition.objects.create(
        code="2023", valid_from=date(2023, 1, 1), source=source, input_digest="0"
    )
    names = {row["code"]: row["area_text"] for row in seed_rows("interventions")}
    places = {
        row["istat_code"]: names[row["intervention"]]
        for row in seed_rows("intervention_places")
        if row["istat_code"]
    }
    for column, (code, name) in enumerate(sorted({**places, "001168": "None"}.items())):
        municipality = Municipality.objects.create(
            istat_code=code,
            name=name,
            province_code=code[:3],
            province_name=code[:3],
            in_territory=code.startswith("001"),
        )
        MunicipalityBoundary.objects.create(
            municipality=municipality, edition=edition, geometry=square(column), area_km2=1
        )
    _create_places(source)


def _create_places(source: Source) -> None:
    municipalities = {one.istat_code: one for one in Municipality.objects.all()}
    for row in seed_rows("osm_stations"):
        if row["istat_code"] in municipalities:
            location = Point(float(row["lon"]), float(row["lat"]), srid=4326)
            Station.objects.create(
                code=row["code"],
                name=row["name"],
                kind=row["kind"],
                municipality=municipalities[row["istat_code"]],
                location=location.transform(settings.STORED_SRID, clone=True),
                precision=Precision.EXACT,
                source=source,
            )
    for row in seed_rows("health_sites"):
        HealthSite.objects.create(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            municipality=municipalities.get(row["istat_code"]),
            precision=Precision.MUNICIPALITY,
            source=source,
        )


@pytest.fixture
def edition(shared_plan: None, small_territory: TerritoryEdition) -> PlanEdition:
    """The plan of 2021-2023, loaded from the product's seeds once a module."""
    return PlanEdition.objects.get(code="psm-2021-2023")


@pytest.fixture
def edit_seeds(tmp_path: Path) -> EditSeeds:
    """Copy the seeds and change one text of one table; the folder to load from."""
    folder = tmp_path / "seeds"

    def edit(table: str, old: str, new: str) -> Path:
        if not folder.exists():
            shutil.copytree(settings.SEED_DIR, folder)
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {table}.csv"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


class Cast:
    """The people of every test of rights."""

    def __init__(self) -> None:
        create_groups()
        self.planner = self._member("pia", PLANNER)
        self.gis_officer = self._member("gino", GIS_OFFICER)
        self.municipal_editor = self._member("mara", MUNICIPAL_EDITOR)
        self.signed_in = User.objects.create_user("sara", is_staff=True)
        self.stranger = AnonymousUser()
        chieri = Municipality.objects.get(istat_code="001078")
        Editorship.objects.create(user=self.municipal_editor, municipality=chieri)

    def _member(self, name: str, group: str) -> User:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return user


@pytest.fixture
def cast(edition: PlanEdition) -> Cast:
    return Cast()
