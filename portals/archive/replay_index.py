"""An index of archives for replay: the newest capture of each URL, instead of the network."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from portals.archive.captures import (
    Capture,
    Revisit,
    archive_files,
    capture_of,
    payload_digest,
)
from portals.archive.records import Damage, Record, read_records
from portals.errors import ArchiveError

logger = logging.getLogger(__name__)

_OK, _NOT_MODIFIED = 200, 304


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


class ReplayIndex:
    """The newest capture of each URL in a set of archives.

    A revisit has the payload that it repeats. Raises ArchiveError if there is no response.
    """

    def __init__(self, paths: Iterable[str | Path]) -> None:
        self._files = archive_files(paths)
        self._places: dict[str, _RecordPlace] = {}
        self._payloads: dict[tuple[str, str | None], _RecordPlace] = {}
        damaged: list[tuple[Path, Damage]] = []
        for number, path in enumerate(self._files):
            self._index(number, path, damaged)
        if not self._places:
            names = ", ".join(str(path) for path in self._files)
            raise ArchiveError(f"no readable response in {names}; is it a WARC file?")
        for path, damage in damaged:
            logger.warning("%s, byte %d: %s", path, damage.offset, damage.reason)

    def _index(self, number: int, path: Path, damaged: list[tuple[Path, Damage]]) -> None:
        for record in read_records(path):
            found = record if isinstance(record, Damage) else capture_of(record)
            if isinstance(found, Damage):
                damaged.append((path, found))
            elif isinstance(found, Revisit):
                repeated = self._payloads.get((_key(found.refers_to_url), found.digest))
                if repeated and found.status == _OK:
                    place = replace(repeated, captured_at=found.captured_at)
                    self._save_newest(found.url, place)
            elif found is not None and found.status != _NOT_MODIFIED and isinstance(record, Record):
                place = _RecordPlace(number, record.offset, found.captured_at)
                digest = record.headers.get("warc-payload-digest")
                self._payloads[_key(found.url), digest] = place
                self._save_newest(found.url, place)

    def _save_newest(self, url: str, place: _RecordPlace) -> None:
        known = self._places.get(_key(url))
        if known is None or place.captured_at >= known.captured_at:
            self._places[_key(url)] = place

    def __len__(self) -> int:
        return len(self._places)

    def find(self, url: str) -> Replayed | None:
        """Return the newest capture of ``url``, or None if it is not archived."""
        place = self._places.get(_key(url))
        if place is None:
            return None
        path = self._files[place.file]
        record = record_at(path, place.offset)
        found = capture_of(record) if record else None
        if record is None or not isinstance(found, Capture):
            return None
        digest = record.headers.get("warc-payload-digest") or payload_digest(found.body)
        served = replace(found, captured_at=place.captured_at)
        return Replayed(served, path, record.offset, record.length, digest)


def record_at(path: Path, offset: int) -> Record | None:
    """Return the record that begins at ``offset`` bytes, or None.

    Raises OSError.
    """
    found = next(read_records(path, offset, offset + 1), None)
    return found if isinstance(found, Record) and found.offset == offset else None


def _key(url: str) -> str:
    """Return ``url`` as an index key: scheme and a single trailing slash are ignored."""
    bare = url.split("#", 1)[0].split("://", 1)[-1]
    return bare[:-1] if bare.endswith("/") and bare.count("/") == 1 else bare
