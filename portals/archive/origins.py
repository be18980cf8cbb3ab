"""Which archives are of a portal itself, and which are of copies that others crawled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from portals.archive.captures import is_url
from portals.archive.reading import about_file
from portals.archive.records import Record, read_records
from portals.store.pages import PageRepository
from portals.urls import host_of


@dataclass(frozen=True, slots=True)
class ArchiveOrigin:
    """The portal of an archive and the URL at which it was crawled, from its ``warcinfo``."""

    portal: str
    url: str

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """Return the origin of an archive; None if it names none. Raises OSError."""
        about = about_file(path)
        portal, url = about.get("ispartof"), about.get("origin")
        return cls(portal, url) if portal and url else None

    @property
    def key(self) -> tuple[str, str]:
        """Portal and host; scheme and path do not matter."""
        return self.portal, host_of(self.url)

    @property
    def is_local(self) -> bool:
        """Return True for a host of the operator's own network, as copies of portals have."""
        host = urlsplit(self.url).hostname or ""
        try:
            return not ip_address(host).is_global
        except ValueError:
            return "." not in host


def count_pages(files: Iterable[Path]) -> int:
    """Return the number of responses and revisits in archives. Raises OSError."""
    return sum(
        isinstance(found, Record) and found.kind in ("response", "revisit")
        for path in files
        for found in read_records(path)
    )


def foreign_archives(
    files: Iterable[Path], pages: PageRepository, hosts: Mapping[str, str]
) -> dict[Path, ArchiveOrigin]:
    """Return the archives in ``files`` that are of other origins than those of the database.

    A portal's origins are its host in the catalogue (``hosts``: portals by host), those of its
    crawls, and those of the archives that the database knows. Another origin is foreign if the
    database has crawled the portal, or if it is a local copy and archives of the portal itself are
    among ``files``. Otherwise the database is made from the archives, and all are read. Raises
    OSError.
    """
    origins = {path: origin for path in files if (origin := ArchiveOrigin.of(path))}
    trusted = {(portal, host) for host, portal in hosts.items()}
    genuine = {origin.portal for origin in origins.values() if origin.key in trusted}
    known = {path.resolve() for path in pages.archives()}
    trusted |= {
        origin.key for path in known if path.is_file() if (origin := ArchiveOrigin.of(path))
    }
    crawled = (ArchiveOrigin(*run) for run in pages.store.runs.origins())
    trusted |= {origin.key for origin in crawled if is_url(origin.url)}
    return {
        path: origin
        for path, origin in origins.items()
        if path.resolve() not in known
        and origin.key not in trusted
        and (
            pages.store.runs.last_run(origin.portal) is not None
            or (origin.is_local and origin.portal in genuine)
        )
    }
