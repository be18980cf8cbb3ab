"""Appending responses to archives: what is written of each, and how it refers to earlier ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from portals.archive.building import BuiltRecords, RevisitTarget, response_records
from portals.archive.captures import Capture, payload_digest
from portals.archive.link_facts import NO_FACTS, LinkFacts
from portals.archive.replay_index import record_at
from portals.archive.wayback import VIA, PlaybackUrl
from portals.archive.writer import RollingWriter
from portals.store.pages import ArchivedPage, PageRepository, StoredPage
from portals.timestamps import utc

_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A response as it is archived, with its request and the facts of the link to it.

    ``played``: the page and the time of which it is a capture of a public archive. ``is_live``:
    it came from the portal; only such a record refers to an earlier one with the same payload.
    ``listing_page``: listing and number of a page that has no URL. ``built``: its records without
    an earlier one; ``capture`` has no body then.
    """

    capture: Capture
    request_headers: list[tuple[str, str]] = field(default_factory=list)
    request_body: bytes = b""
    link: LinkFacts = NO_FACTS
    played: PlaybackUrl | None = None
    is_live: bool = True
    listing_page: str = ""
    built: BuiltRecords | None = None

    @property
    def digest(self) -> str:
        """The digest of the payload."""
        return self.built.digest if self.built else payload_digest(self.capture.body)

    def records(self, earlier: RevisitTarget | None = None) -> BuiltRecords:
        """Return its records; ``earlier``: the capture that has the same payload."""
        if self.built and earlier is None:
            return self.built
        return response_records(
            self.capture,
            self.request_headers,
            earlier,
            self.link,
            self.request_body,
            self.listing_page,
            self.built,
        )


class Appender(Protocol):
    """Where responses are archived."""

    def append(self, record: RawRecord) -> ArchivedPage:
        """Archive a response and return its position. Raises OSError."""

    def annotate(self, page: ArchivedPage, link: LinkFacts, now: datetime) -> None:
        """Archive what is known later of the link to an archived page. Raises OSError."""

    def sync(self) -> None:
        """Make sure that what was appended survives a power failure. Raises OSError."""

    def close(self) -> None:
        """End the archive. Raises OSError."""


class WarcAppender:
    """Appends to WARC files; ``new_writer`` is called at the first response, with the time."""

    def __init__(
        self, pages: PageRepository, new_writer: Callable[[datetime], RollingWriter]
    ) -> None:
        self.pages = pages
        self._new_writer = new_writer
        self._writer: RollingWriter | None = None

    def append(self, record: RawRecord) -> ArchivedPage:
        """Write a record and return its position. Raises OSError."""
        capture, played = record.capture, record.played
        if self._writer is None:
            self._writer = self._new_writer(capture.captured_at)
        earlier = self._same_payload(record)
        before = earlier.page if earlier else None
        target = RevisitTarget(before.url, before.fetched_at, before.digest) if before else None
        written = self._writer.append(record.records(target))
        return ArchivedPage(
            url=played.url if played else capture.url,
            fetched_at=utc(played.captured_at if played else capture.captured_at),
            status=capture.status,
            path=written.path,
            offset=written.offset,
            length=written.length,
            digest=written.digest,
            via=VIA if played else None,
            repeats=earlier.id if earlier else None,
        )

    def _same_payload(self, record: RawRecord) -> StoredPage | None:
        """Return the archived page with the same payload, to which a revisit record refers."""
        if not record.is_live:
            return None
        capture = record.capture
        try:
            if capture.status == _NOT_MODIFIED:
                found = self.pages.newest(capture.url)
            else:
                found = self.pages.with_digest(capture.url, record.digest)
        except sqlite3.Error:
            return None  # the next write to the database reports it
        return found if found and found.page.path.is_file() else None

    def annotate(self, page: ArchivedPage, link: LinkFacts, now: datetime) -> None:
        """Write metadata of a response that was written before. Raises OSError."""
        record = record_at(page.path, page.offset)
        if record and self._writer:
            self._writer.annotate(page.url, record.headers["warc-record-id"], link, now)

    def sync(self) -> None:
        """Flush the file to disk. Raises OSError."""
        if self._writer:
            self._writer.sync()

    def close(self) -> None:
        """Close the file. Raises OSError."""
        if self._writer:
            self._writer.close()


def new_writer(
    folder: Path,
    about: Mapping[str, str],
    run_id: int,
    now: datetime,
    largest: int,
    on_new: Callable[[Path], None] | None = None,
) -> RollingWriter:
    """Return the writer of a run's files in the portal's folder below ``folder``.

    ``about``: see ``ArchiveWriter``; its ``isPartOf`` is the portal. ``largest``: bytes a file.
    """
    portal = about["isPartOf"]
    name = f"{portal}-{now:%Y%m%dT%H%M%SZ}-{run_id}"
    return RollingWriter(folder / portal, name, largest, about, on_new)
