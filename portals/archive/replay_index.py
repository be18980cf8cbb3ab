"""An index of archives for replay: the newest capture of each URL, instead of the network."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from portals.archive.captures import (
    LISTING_PAGE,
    REQUEST_DIGEST,
    Capture,
    Revisit,
    archive_files,
    capture_of,
    payload_digest,
)
from portals.archive.records import Damage, Record, read_records
from portals.errors import ArchiveError
from portals.timestamps import CLOCK_TOLERANCE, utc_now

logger = logging.getLogger(__name__)

_OK, _NOT_MODIFIED = 200, 304
_ASKED, _LISTING_PAGE = REQUEST_DIGEST.lower(), LISTING_PAGE.lower()


@dataclass(frozen=True, slots=True)
class Replayed:
    """A capture and the position of its record (bytes)."""

    capture: Capture
    path: Path
    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class _RecordPlace:
    file: int
    offset: int
    captured_at: datetime
    url: str = ""
    """The URL, where it is another one than that of the record with the payload."""


class ReplayIndex:
    """The newest capture of each URL in a set of archives, captures from the future excepted.

    A revisit has the payload that it repeats. Raises ArchiveError if there is no response.
    """

    def __init__(self, paths: Iterable[str | Path]) -> None:
        self._files = archive_files(paths)
        self._places: dict[str, _RecordPlace] = {}
        self._older: dict[str, list[_RecordPlace]] = {}
        self._payloads: dict[str, _RecordPlace] = {}
        self._latest = utc_now() + CLOCK_TOLERANCE
        self._revisits: list[tuple[Revisit, str]] = []  # with the digest of the request's body
        damaged: list[tuple[Path, Damage]] = []
        for number, path in enumerate(self._files):
            self._index(number, path, damaged)
        for revisit, asked in self._revisits:  # a payload may be in a later record or file
            if place := self._payloads.get(revisit.digest or ""):
                place = replace(place, captured_at=revisit.captured_at, url=revisit.url)
                self._save_newest(_key(revisit.url, asked), place)
        if not self._places:
            names = ", ".join(str(path) for path in self._files)
            raise ArchiveError(f"no readable response in {names}; is it a WARC file?")
        for path, damage in damaged:
            logger.warning("%s, byte %d: %s", path, damage.offset, damage.reason)

    def _index(self, number: int, path: Path, damaged: list[tuple[Path, Damage]]) -> None:
        for record in read_records(path):
            found = record if isinstance(record, Damage) else capture_of(record)
            asked = _asked_of(record) if isinstance(record, Record) else ("",)
            if isinstance(found, Damage):
                damaged.append((path, found))
            elif found is not None and found.captured_at > self._latest:
                reason = f"captured in the future: {found.captured_at.isoformat()}"
                damaged.append((path, Damage(record.offset, record.length, reason, found.url)))
            elif isinstance(found, Revisit):
                if found.status == _OK:
                    self._revisits += [(found, one) for one in asked]
            elif found is not None and found.status != _NOT_MODIFIED and isinstance(record, Record):
                place = _RecordPlace(number, record.offset, found.captured_at)
                digest = record.headers.get("warc-payload-digest") or payload_digest(found.body)
                self._payloads[digest] = place
                for one in asked:
                    self._save_newest(_key(found.url, one), place)

    def _save_newest(self, key: str, place: _RecordPlace) -> None:
        known = self._places.get(key)
        if known is not None:
            known, place = sorted((known, place), key=lambda one: one.captured_at)
            self._older.setdefault(key, []).append(known)
        self._places[key] = place

    def __len__(self) -> int:
        return len(self._places)

    def hosts(self) -> frozenset[str]:
        """Return the hosts, with their ports, of the archived pages."""
        return frozenset(key.partition("/")[0] for key in self._places)

    def find(
        self,
        url: str,
        near: datetime | None = None,
        body: bytes = b"",
        listing_page: str = "",
    ) -> Replayed | None:
        """Return the newest capture of ``url``, or None if it is not archived.

        ``near`` (aware): the one that belongs to another page of this time (``nearest``).
        ``body``: of the request, if it is a POST; ``listing_page``: which page of a listing it
        leads to, by which it is found if nothing was archived for the same ``body``.
        """
        key = _key(url, payload_digest(body) if body else "")
        if listing_page and key not in self._places:
            key = _key(url, listing_page)
        place = self._places.get(key)
        if place is None:
            return None
        if near is not None:
            places = [*self._older.get(key, ()), place]
            place = nearest([(one.captured_at, one) for one in places], near) or place
        path = self._files[place.file]
        record = record_at(path, place.offset)
        found = capture_of(record) if record else None
        if record is None or not isinstance(found, Capture):
            return None
        digest = record.headers.get("warc-payload-digest") or payload_digest(found.body)
        url = place.url or found.url
        served = replace(found, url=url, captured_at=place.captured_at)
        return Replayed(served, path, record.offset, record.length, digest)


_Item = TypeVar("_Item")
TOGETHER = timedelta(days=1)
"""How much later than its first page a page of a story may have been captured."""


def nearest(captures: Iterable[tuple[datetime, _Item]], at: datetime) -> _Item | None:
    """Return the capture that shows what a page was at ``at``.

    The first one within a day from then, else the last one before, else the first one after.
    """
    ordered = sorted(captures, key=lambda one: one[0])
    after = [item for when, item in ordered if at <= when <= at + TOGETHER]
    before = [item for when, item in ordered if when < at]
    later = [item for when, item in ordered if when > at]
    return next(iter((*after[:1], *before[-1:], *later[:1])), None)


def record_at(path: Path, offset: int) -> Record | None:
    """Return the record that begins at ``offset`` bytes, or None.

    Raises OSError.
    """
    found = next(read_records(path, offset, offset + 1), None)
    return found if isinstance(found, Record) and found.offset == offset else None


def _asked_of(record: Record) -> tuple[str, ...]:
    """Return by what a capture is found besides its URL: digest of the body, page of a listing."""
    page = record.headers.get(_LISTING_PAGE, "")
    return (record.headers.get(_ASKED, ""), *([page] if page else []))


def _key(url: str, asked: str = "") -> str:
    """Return ``url`` as an index key: scheme, ``www.`` and a single trailing slash are ignored.

    ``asked``: digest of the request's body, or the page of a listing that a form leads to.
    """
    bare = url.split("#", 1)[0].split("://", 1)[-1].removeprefix("www.")
    bare = bare[:-1] if bare.endswith("/") and bare.count("/") == 1 else bare
    return f"{bare} {asked}" if asked else bare
