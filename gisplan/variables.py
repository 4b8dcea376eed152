"""Environment variables through typed helpers that name the variable and the value they refuse."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class VariableRefused(ValueError):
    """An environment variable holds a value that the product cannot use."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise VariableRefused(f"{name} expects true or false, found {value!r}: set it to true or unset it.")
    return default


def whole_number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise VariableRefused(
            f"{name} expects a whole number from {least} to {most}, found {value!r}: correct it or unset it."
        )
    return int(value)


def number(name: str, default: float, *, least: float, most: float) -> float:
    value = text(name)
    if not value:
        return default
    if not (re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII) and least <= float(value) <= most):
        raise VariableRefused(
            f"{name} expects a number from {least:g} to {most:g}, found {value!r}: correct it or unset it."
        )
    return float(value)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def role(name: str, default: str) -> str:
    value = text(name, default)
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value):
        raise VariableRefused(
            f"{name} expects a role of lower-case letters, digits and underscores, found {value!r}: rename it."
        )
    return value


def contact(name: str) -> str:
    """A mail address or a page of the web."""
    value = text(name)
    if value and not re.fullmatch(r"https?://\S+|[^\s@?&/:]+@[^\s@?&/:]+\.[^\s@?&/:]+", value):
        raise VariableRefused(
            f"{name} expects a mail address or a page such as https://example.it/segnala, found {value!r}: "
            "correct it or unset it."
        )
    return value


def tile_template(name: str) -> str:
    """The address of map tiles, as https://tiles.example.org/{z}/{x}/{y}.png; "" where none is named."""
    value = text(name)
    if value and not re.fullmatch(r"https?://[a-z0-9.{}:-]+/[^\s\"'<>;,]*", value):
        raise VariableRefused(
            f"{name} expects an address such as https://tiles.example.org/{{z}}/{{x}}/{{y}}.png, found {value!r}:"
            " correct it or unset it."
        )
    if value and not all(part in value for part in ("{z}", "{x}", "{y}")):
        raise VariableRefused(
            f"{name} expects {{z}}, {{x}} and {{y}} in the address, found {value!r}: add them."
        )
    return value


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def province_codes(name: str, default: str) -> list[str]:
    """Three-digit province codes; the 2xx code of a metropolitan city means its province (201 is 001)."""
    codes = []
    for word in words(name, default):
        if not word.isdigit() or not 1 <= int(word) <= 299:
            raise VariableRefused(
                f"{name} expects province codes such as 001 or 201, separated by commas, found {word!r}: "
                "look the code up in shapefiles/seed/provinces.csv."
            )
        number = int(word)
        codes.append(f"{number - 200 if number > 200 else number:03d}")
    if not codes:
        raise VariableRefused(
            f"{name} expects province codes, found {text(name)!r}: set it to 001 or unset it."
        )
    return sorted(set(codes))


def database(name: str, default_url: str) -> dict[str, object]:
    """The Django settings of postgresql://user:password@host:port/name?option=value."""
    try:
        url = urlsplit(text(name, default_url))
        port = url.port
    except ValueError as error:  # its text may hold a part of the password
        raise VariableRefused(
            f"{name} expects postgresql://user:password@host:port/database with a number from 1 to 65535 as its "
            "port, found something else: correct the port, and write special characters of a password as %XX."
        ) from error
    if url.scheme not in {"postgres", "postgresql", "postgis"} or not url.path.strip("/"):
        raise VariableRefused(
            f"{name} expects postgresql://user:password@host:port/database, found scheme {url.scheme!r}: "
            "write the whole address, or unset it to use the private cluster."
        )
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", "") or unquote(url.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
