"""The catalogue of portals: who they are and where.

``portals/resources/portals.csv`` is part of the package; a ``portals.csv`` in the data folder adds
rows to it or replaces them by name.
"""

from __future__ import annotations

import csv
import re
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path

from portals.configuration import data_folder
from portals.errors import CatalogueError
from portals.redaction import has_credentials

STATES = ("live", "moved", "merged", "gone", "unknown")

NIGHTLY = ("live", "unknown", "merged")
"""States of portals that a night crawls. Of a moved one, its successor is crawled."""

KINDS = (
    "national", "provincial", "sector", "base", "enterprise", "state", "press", "party", "radio",
    "association", "unknown",
)  # fmt: skip
KIND_GROUPS = {"union": ("national", "provincial", "sector", "base")}
"""Names for several kinds at once."""

_NAME = re.compile(r"[\w\[][\w.:\[\]-]*")  # also a host with its port
_MAX_NAME = 150  # bytes; file names have 255, and more parts than this one
_LOCKS = frozenset(["reextract", "upgrade"])  # names of other locks beside the database

CATALOGUE = Path(str(files("portals") / "resources" / "portals.csv"))  # wheels are unpacked


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal. Provinces are those of 2024 (``then``) and since 1 July 2025 (``now``).

    ``grade``: how reliable the row is, from A (a page was read) to C and W (known from a link).
    ``state``: whether the portal is live, moved, merged or gone, ``since`` when (day, month or
    year), its ``successor`` and the ``evidence``. ``hosts``: mirrors of the portal; their URLs are
    requested at ``home_url``. ``tls_exception``: why its certificate is not verified.
    ``robots_exception``: why a robots.txt that fails does not forbid everything. ``server``: name
    of the machine that it shares with portals of other domains, or does not share with its own.
    ``cms``: its system, see ``families/catalogued.py``. ``listings``, ``feeds``, ``examples``: URLs
    of listings, feeds and articles, separated by spaces. ``proxy``: URL of the proxy
    through which it is requested, and after a space why. ``tls_level``: the OpenSSL security level
    (0 to 2) that its hosts with old ciphers or short keys need, and after a space why.
    ``browser``: why a browser has to build its pages.
    """

    name: str
    title: str
    kind: str
    province_then: str
    province_now: str
    home_url: str
    cms: str
    grade: str
    state: str
    since: str
    successor: str
    evidence: str
    hosts: str
    tls_exception: str
    robots_exception: str = ""
    server: str = ""
    listings: str = ""
    feeds: str = ""
    examples: str = ""
    proxy: str = ""
    tls_level: str = ""
    browser: str = ""

    @property
    def host(self) -> str:
        """Host name of the portal, without ``www.``."""
        return self.home_url.split("://")[-1].split("/")[0].removeprefix("www.")

    @property
    def mirror_urls(self) -> tuple[str, ...]:
        """The URLs of its other hosts."""
        scheme = self.home_url.split("://")[0]
        return tuple(f"{scheme}://{host}/" for host in self.hosts.split())

    @property
    def proxy_url(self) -> str:
        """The URL of its proxy, or an empty string."""
        return self.proxy.partition(" ")[0]

    @property
    def security_level(self) -> str:
        """OpenSSL's security level for its hosts, or an empty string for the default."""
        return self.tls_level.partition(" ")[0]

    @property
    def is_alias(self) -> bool:
        """Whether it is an earlier portal on the host of its successor."""
        successor = portals().get(self.successor) if self.state == "moved" else None
        return bool(successor and successor is not self and successor.host == self.host)


def portal_name_fault(name: str) -> str | None:
    """Return why ``name`` cannot name a portal, or None.

    Names are parts of paths: archives, locks and fixtures are called by them.
    """
    if name in _LOCKS:
        return f"{name!r} cannot name a portal, since a lock has that name; choose another one"
    if _NAME.fullmatch(name) and len(name.encode()) <= _MAX_NAME:
        return None
    return (
        f"{name[:_MAX_NAME]!r} cannot name a portal; use letters, digits, _ - . and a letter, digit"
        f" or _ first, {_MAX_NAME} bytes at most"
    )


REQUIRED = tuple(field.name for field in fields(Portal) if field.default is MISSING)
"""Columns that a catalogue must have; one of an earlier release has no others."""


def portals() -> dict[str, Portal]:
    """Return every portal by name; rows of the data folder replace those of the package.

    Raises CatalogueError.
    """
    local = data_folder() / "portals.csv"
    return read_catalogues(CATALOGUE, local.resolve() if local.is_file() else None)


@cache
def read_catalogues(packaged: Path, local: Path | None) -> dict[str, Portal]:
    """Return the portals of both files by name. Raises CatalogueError."""
    found = read_catalogue(packaged)
    return found | read_catalogue(local) if local else found


def read_catalogue(path: Path) -> dict[str, Portal]:
    """Return the portals of one file by name. Raises CatalogueError."""
    found: dict[str, Portal] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(f"{path} cannot be read: {error}") from None
    for number, row in enumerate(rows, start=2):  # row 1 names the columns
        portal = _portal(row, f"{path}, row {number}")
        if portal.name in found:
            raise CatalogueError(f"{path}, row {number}: the portal {portal.name} is there twice")
        found[portal.name] = portal
    return found


def _portal(row: dict[str, str], at: str) -> Portal:
    names = [field.name for field in fields(Portal)]
    if None in row or any(row.get(name) is None for name in REQUIRED):
        raise CatalogueError(f"{at}: give the columns {', '.join(names)}")
    if not row["name"]:
        raise CatalogueError(f"{at}: the portal has no name")
    if fault := portal_name_fault(row["name"]):
        raise CatalogueError(f"{at}: {fault}")
    if row["state"] not in STATES:
        raise CatalogueError(f"{at}: unknown state {row['state']!r}; give {', '.join(STATES)}")
    if has_credentials(row["home_url"]):
        raise CatalogueError(f"{at}: home_url contains a user name or a password; remove it")
    return Portal(**{name: row.get(name) or "" for name in names})


def portals_by_host() -> dict[str, Portal]:
    """Return every portal by its host; of an earlier one on the same host the successor."""
    return {one.host: one for one in portals().values() if not one.is_alias}


def kinds_of(name: str) -> tuple[str, ...]:
    """Return the kinds of portals that ``name`` means, a kind or a group. Raises CatalogueError."""
    if name in KINDS:
        return (name,)
    if name in KIND_GROUPS:
        return KIND_GROUPS[name]
    raise CatalogueError(f"unknown kind {name!r}; give {', '.join([*KIND_GROUPS, *KINDS])}")


def portal(name: str) -> Portal:
    """Return the portal called ``name``. Raises CatalogueError."""
    try:
        return portals()[name]
    except KeyError:
        raise CatalogueError(
            f"the catalogue has no portal {name!r}; add its row to {data_folder() / 'portals.csv'}"
        ) from None
