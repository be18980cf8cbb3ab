"""The table ``forgotten_urls``: articles that were taken down, and are never stored again.

A mark holds the address of an article, never its text or title. It covers every form of the
address: other schemes, ``www.``, tracking parameters, and other URLs with the portal's own number.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from portals.discovery.url_patterns import without_session
from portals.timestamps import utc
from portals.urls import host_of, pasted_forms, url_key

MarkState = Literal["begun", "done"]
"""``begun``: the rows are deleted, archives may still hold records of the URL."""

TABLE = "forgotten_urls"
"""Name of the table, which a site does not show: an address may name people."""

_COLUMNS = "portal, host, key, number, forgotten_at, reason, state"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of an article at a portal; ``number``: the portal's own number of the article."""

    portal: str
    url: str
    number: str | None = None

    @property
    def key(self) -> str:
        """Path and query as they are compared. Raises ValueError."""
        return _key(self.url)


@dataclass(frozen=True, slots=True)
class Mark:
    """A row: the address that was taken down, when (UTC, ISO 8601) and why."""

    portal: str
    host: str
    key: str
    number: str | None
    forgotten_at: str
    reason: str | None
    state: MarkState


class ForgottenUrls:
    """The addresses that were taken down, in memory: they are compared with every link."""

    def __init__(self, marks: Iterable[Mark] = (), addresses: Iterable[Address] = ()) -> None:
        self._places: defaultdict[str, set[str]] = defaultdict(set)
        self._numbers: set[tuple[str, str]] = set()
        for mark in marks:
            self._add(mark.portal, mark.host, mark.key, mark.number)
        for one in addresses:
            self._add(one.portal, host_of(one.url), one.key, one.number)

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Self:
        """Return what was taken down. Raises sqlite3.Error."""
        return cls(marks(connection))

    def _add(self, portal: str, host: str, key: str, number: str | None) -> None:
        self._places[key] |= {f"portal {portal}", f"host {host}"}
        if number:
            self._numbers.add((portal, number))

    def __bool__(self) -> bool:
        """Return True if any address was taken down."""
        return bool(self._places)

    def covers(self, portal: str, url: str, number: str | None = None) -> bool:
        """Return True if ``url`` was taken down, read as a page of ``portal`` or of its own host.

        ``number``: the portal's own number of the article at ``url``, if it has one.
        """
        if not self._places:
            return False
        if number and (portal, number) in self._numbers:
            return True
        try:
            places = self._places.get(_key(url), ())
            return f"portal {portal}" in places or f"host {host_of(url)}" in places
        except ValueError:
            return False


def _key(url: str) -> str:
    return url_key(without_session(url))


def marks(connection: sqlite3.Connection) -> list[Mark]:
    """Return all marks, the oldest first. Raises sqlite3.Error."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM forgotten_urls ORDER BY forgotten_at, portal, key"  # noqa: S608
    )
    return [Mark(*row) for row in rows]


def mark(
    connection: sqlite3.Connection, addresses: Iterable[Address], now: datetime, reason: str | None
) -> None:
    """Mark addresses as begun, inside the caller's transaction."""
    connection.executemany(
        f"INSERT OR REPLACE INTO forgotten_urls ({_COLUMNS})"  # noqa: S608 - our own names
        " VALUES (?, ?, ?, ?, ?, ?, 'begun')",
        [
            (one.portal, host_of(one.url), one.key, one.number, utc(now), reason)
            for one in addresses
        ],
    )


def finish(connection: sqlite3.Connection) -> None:
    """Record that nothing of the marked URLs is left, inside the caller's transaction."""
    connection.execute("UPDATE forgotten_urls SET state = 'done' WHERE state = 'begun'")


def marks_of(connection: sqlite3.Connection, given: str) -> list[Mark]:
    """Return the marks of a URL in any pasted form, those of the same article included."""
    forms = [form for form in pasted_forms(given) if "://" in form]
    places = {(host_of(form), _key(form)) for form in forms}
    every = marks(connection)
    own = [one for one in every if (one.host, one.key) in places]
    numbers = {(one.portal, one.number) for one in own if one.number}
    return [one for one in every if one in own or (one.portal, one.number) in numbers]


def unmark(connection: sqlite3.Connection, found: Sequence[Mark]) -> None:
    """Delete marks, inside the caller's transaction."""
    connection.executemany(
        "DELETE FROM forgotten_urls WHERE portal = ? AND host = ? AND key = ?",
        [(one.portal, one.host, one.key) for one in found],
    )
