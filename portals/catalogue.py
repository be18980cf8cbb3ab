"""The catalogue of portals: who they are and where, from ``data/portals.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from portals.errors import CatalogueError

STATES = ("live", "moved", "merged", "gone", "unknown")

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "portals.csv"


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal. Provinces are those of 2024 (``then``) and since 1 July 2025 (``now``).

    ``grade``: how sure the row is, from A (a page was read) to C and W (known from a link only).
    ``state``: what became of the portal, ``since`` when (a day, month or year), its ``successor``
    and the ``evidence``. ``hosts``: other hosts that are the portal's (a mirror), which are read at
    home. ``tls_exception``: why its certificate cannot be verified and is read all the same.
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

    @property
    def host(self) -> str:
        """Host name of the portal, without ``www.``."""
        return self.home_url.split("://")[-1].split("/")[0].removeprefix("www.")

    @property
    def mirror_urls(self) -> tuple[str, ...]:
        """The addresses of its other hosts."""
        scheme = self.home_url.split("://")[0]
        return tuple(f"{scheme}://{host}/" for host in self.hosts.split())


def portals() -> dict[str, Portal]:
    """Return every portal by name. Raises CatalogueError."""
    return read_catalogue(CATALOGUE)


@cache
def read_catalogue(path: Path) -> dict[str, Portal]:
    """Return the portals of a catalogue by name. Raises CatalogueError."""
    names = [field.name for field in fields(Portal)]
    found: dict[str, Portal] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if None in row or any(row.get(name) is None for name in names):
                raise CatalogueError(f"{path.name}: row {row.get('name')!r} needs columns {names}")
            if row["state"] not in STATES:
                raise CatalogueError(
                    f"{path.name}: {row['name']} has the state {row['state']!r};"
                    f" give {', '.join(STATES)}"
                )
            if row["name"] in found:
                raise CatalogueError(f"{path.name} names the portal {row['name']} twice")
            found[row["name"]] = Portal(**{name: row[name] for name in names})
    return found


def portal(name: str) -> Portal:
    """Return the portal called ``name``. Raises CatalogueError."""
    try:
        return portals()[name]
    except KeyError:
        raise CatalogueError(f"data/portals.csv has no portal {name!r}; add its row") from None
