"""The outbox: what pages gave, inserted by nodes with the page's end and applied by the collector.

An entry is one transaction of a crawl. It holds the page's result, the responses as received, and
the changed rows of the tables that the store has too. The entries of a portal are in the order of
their numbers, since one connection writes them one by one; those of several portals are not.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from portals.archive.appending import RawRecord
from portals.archive.link_facts import LinkFacts
from portals.article import Article
from portals.cluster.postgres import Connection
from portals.crawling.page_result import PageResult
from portals.crawling.page_result_json import CONVERTER
from portals.crawling.verdict_facts import RunFacts
from portals.store.pages import ArchivedPage
from portals.store.row_changes import ChangedRow

MAX_ENTRIES, MAX_SECONDS = 20_000, 6 * 3600.0
"""Size and age of the outbox at which crawls stop, so that it never fills the disk."""

_LEVEL = 1  # of zlib: half of the size in a tenth of the time


@dataclass(frozen=True, slots=True)
class LinkNote:
    """What a listing shows of a page that was fetched before."""

    page: ArchivedPage
    link: LinkFacts
    at: datetime


@dataclass(frozen=True, slots=True)
class RunEnd:
    """The end of a run: its facts without the articles, and its articles with each field.

    ``of_night``: of a portal itself, which ``crawlall`` put into the queue.
    """

    facts: RunFacts
    fields: dict[str, int]
    is_live: bool = True
    failure: str = ""
    of_night: bool = False


@dataclass(slots=True)
class Entry:
    """One transaction of a crawl. ``run``: the number of its run among those of the portal.

    ``about``: what the archive's files say of the portal. ``pages``: what the result calls the
    responses of ``records``, in the same order; their positions are not known yet.
    """

    run: int
    about: dict[str, str] = field(default_factory=dict)
    result: PageResult | None = None
    records: list[RawRecord] = field(default_factory=list)
    pages: list[ArchivedPage] = field(default_factory=list)
    notes: list[LinkNote] = field(default_factory=list)
    rows: list[ChangedRow] = field(default_factory=list)
    end: RunEnd | None = None


class OutboxRow(NamedTuple):
    """An entry that is not applied, with its id."""

    id: str
    portal: str
    entry: Entry

    @property
    def articles(self) -> Sequence[Article]:
        """The articles of the entry."""
        return self.entry.result.articles if self.entry.result else ()


class Backlog(NamedTuple):
    """How many entries wait, and for how many seconds the oldest one does."""

    entries: int
    seconds: float


def insert(connection: Connection, portal: str, entry: Entry) -> None:
    """Add an entry, in the caller's transaction."""
    payload, bodies = packed(entry)
    connection.execute(
        "INSERT INTO outbox (id, portal, payload, bodies) VALUES (%s, %s, %s, %s)",
        (uuid.uuid4(), portal, payload, bodies),
        binary=True,
    )


def read(connection: Connection, limit: int) -> list[OutboxRow]:
    """Return the entries that were inserted first."""
    cursor = connection.execute(
        "SELECT id, portal, payload, bodies FROM outbox ORDER BY number LIMIT %s",
        (limit,),
        binary=True,
    )
    return [OutboxRow(str(row[0]), row[1], unpacked(row[2], row[3])) for row in cursor]


def delete(connection: Connection, ids: Iterable[str]) -> None:
    """Delete entries that are applied."""
    connection.execute("DELETE FROM outbox WHERE id = ANY(%s::uuid[])", (list(ids),))


def remaining(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return which of the ids are still in the outbox."""
    cursor = connection.execute("SELECT id FROM outbox WHERE id = ANY(%s::uuid[])", (list(ids),))
    return {str(row[0]) for row in cursor}


def backlog(connection: Connection) -> Backlog:
    """Return how much waits for the collector."""
    row = connection.execute(
        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)"
        " FROM outbox"
    ).fetchone()
    return Backlog(int(row[0]), float(row[1]))


def why_full(waiting: Backlog) -> str | None:
    """Return why nothing may be added to the outbox, None if it may."""
    if waiting.entries < MAX_ENTRIES and waiting.seconds < MAX_SECONDS:
        return None
    return (
        f"the outbox holds {waiting.entries} results, the oldest {waiting.seconds:.0f} s old;"
        " is 'scrapy collect' running?"
    )


def packed(entry: Entry) -> tuple[bytes, list[bytes]]:
    """Return an entry as compressed JSON, and the bytes of its records."""
    contents: list[bytes] = []
    bare = []
    for record in entry.records:
        contents += [record.capture.body, record.request_body]
        contents.append(record.built.data if record.built else b"")
        bare.append(_with_contents(record, b"", b"", b""))
    text: str = CONVERTER.dumps(replace(entry, records=bare), Entry)
    return zlib.compress(text.encode(), _LEVEL), contents


def unpacked(payload: bytes, contents: Sequence[bytes]) -> Entry:
    """Return the entry that ``packed`` packed. Raises ValueError."""
    entry: Any = CONVERTER.loads(zlib.decompress(payload), Entry)
    groups = zip(*[map(bytes, contents)] * 3, strict=True)
    entry.records = [
        _with_contents(record, *group) for record, group in zip(entry.records, groups, strict=True)
    ]
    found: Entry = entry
    return found


def _with_contents(record: RawRecord, body: bytes, request_body: bytes, data: bytes) -> RawRecord:
    return replace(
        record,
        capture=replace(record.capture, body=body),
        request_body=request_body,
        built=replace(record.built, data=data) if record.built else None,
    )
