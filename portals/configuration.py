"""Configuration of an installation, from the environment, ``local.toml`` and defaults.

Precedence: command line, environment, ``local.toml``, default. This module reads the last three:
``-s NAME=VALUE`` overrides settings in Scrapy, and ``portals/__main__.py`` passes ``--data-dir``
on in the environment.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from portals.errors import PortalError

DATA_DIR = "TIN_CONG_DOAN_DATA_DIR"
DATABASE = "TIN_CONG_DOAN_DATABASE"
ARCHIVE_DIR = "TIN_CONG_DOAN_ARCHIVE_DIR"
"""Environment variables. An empty ``ARCHIVE_DIR`` means that responses are not archived."""

_PREFIX = "TIN_CONG_DOAN_"
_VARIABLES = (DATA_DIR, DATABASE, ARCHIVE_DIR, "TIN_CONG_DOAN_MIN_FREE_DISK")
_NEAR = 0.75
"""Least likeness (0 to 1) of a name that is a slip."""

_DATABASE_NAME, _ARCHIVE_NAME = "articles.db", "archive"

LOCAL_FILE = "local.toml"

_KEYS: dict[str, type] = {
    "user_agent": str,
    "contact": str,
    "database": str,
    "archive_dir": str,
    "disabled_portals": list,
}
_PATHS = ("database", "archive_dir")
_CONTACT = "tin-cong-doan@example.org"
_USER_AGENT = "tin-cong-doan/0.1 (archive of Vietnamese trade union news; contact: {contact})"


class ConfigurationError(PortalError):
    """A ``local.toml`` that cannot be used."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration of an installation.

    ``archive_dir``: None: beside the database, see ``archive_folder``; empty: nothing is archived.
    """

    user_agent: str
    database: str
    archive_dir: str | None
    disabled_portals: tuple[str, ...] = ()

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the environment and the ``local.toml`` files. Raises ConfigurationError."""
        _check_variables(environment)
        data = data_folder(environment)
        local = _local(data, reads_working_folder=not environment.get(DATA_DIR))
        contact = local.get("contact", _CONTACT)
        return cls(
            user_agent=local.get("user_agent", _USER_AGENT.format(contact=contact)),
            database=environment.get(DATABASE)
            or local.get("database")
            or str(data / _DATABASE_NAME),
            archive_dir=environment.get(ARCHIVE_DIR, local.get("archive_dir")),
            disabled_portals=tuple(local.get("disabled_portals", ())),
        )

    @classmethod
    def load_or_exit(cls) -> Self:
        """Like ``load``, for the settings module: prints the error and exits with code 2."""
        try:
            return cls.load()
        except ConfigurationError as error:
            print(f"error: {error}", file=sys.stderr)
            raise SystemExit(2) from None


def archive_folder(
    archive_dir: str | None, database: str, environment: Mapping[str, str] = os.environ
) -> Path | None:
    """Return the folder of the archives of ``database``, None if nothing is archived.

    Where none is configured it is beside the database, so that trials in another database do not
    share the archives of the installation: ``archive`` for the installation's own database and for
    every ``articles.db``, ``NAME-archive`` for ``NAME.db``. Raises ConfigurationError.
    """
    if archive_dir is not None:
        return Path(archive_dir) if archive_dir else None
    path, data = Path(database), data_folder(environment)
    local = _local(data, reads_working_folder=not environment.get(DATA_DIR))
    own = Path(local.get("database") or data / _DATABASE_NAME)
    if path.resolve() == own.resolve():
        return data / _ARCHIVE_NAME
    is_default = path.name == _DATABASE_NAME
    return path.with_name(_ARCHIVE_NAME if is_default else f"{path.stem}-{_ARCHIVE_NAME}")


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of database, archives, ``portals.csv`` and ``local.toml``."""
    return Path(environment.get(DATA_DIR) or "data")


def _check_variables(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError if a variable has nearly a name that is read.

    Others with our prefix are no slips: container platforms set such as ``TIN_CONG_DOAN_PORT``.
    """
    known = [name.removeprefix(_PREFIX) for name in _VARIABLES]
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name in _VARIABLES:
            continue
        near = get_close_matches(name.removeprefix(_PREFIX), known, n=1, cutoff=_NEAR)
        if near:
            raise ConfigurationError(
                f"there is no environment variable {name}; did you mean {_PREFIX}{near[0]}?"
            )


def _local(data: Path, *, reads_working_folder: bool) -> dict[str, Any]:
    """Return the values of ``local.toml``: the data folder's before the working folder's."""
    found = _read(Path(LOCAL_FILE)) if reads_working_folder else {}
    return found | _read(data / LOCAL_FILE)


def _read(path: Path) -> dict[str, Any]:
    """Return the values of one file, its paths relative to its folder; none where it is missing."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}; repair or remove it") from None
    for name, value in values.items():
        if name not in _KEYS:
            near = get_close_matches(name.lower(), _KEYS, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigurationError(
                f"{path}: unknown key {name!r}; {hint}known are {', '.join(_KEYS)}"
            )
        _check(path, name, value)
    return values | {name: str(path.parent / values[name]) for name in _PATHS if values.get(name)}


def _check(path: Path, name: str, value: object) -> None:
    is_list = isinstance(value, list) and all(isinstance(part, str) for part in value)
    if not (is_list if _KEYS[name] is list else isinstance(value, str)):
        wanted = 'a list such as ["ldtd"]' if _KEYS[name] is list else 'a text such as "…"'
        raise ConfigurationError(f"{path}: {name} = {value!r} cannot be used; give {wanted}")
