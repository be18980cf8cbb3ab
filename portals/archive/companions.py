"""Which records of an archive belong together: a response, its request, metadata about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from portals.archive.link_facts import COMPANION_KINDS
from portals.archive.records import Damage, Record, read_records

_PAYLOADS = frozenset(["response", "revisit", "resource"])
_LINKS = ("warc-concurrent-to", "warc-refers-to")


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """Position (bytes), type, id, URL and links of a record; ``kind`` is empty for damage."""

    offset: int
    length: int
    kind: str = ""
    id: str = ""
    url: str | None = None
    links: frozenset[str] = frozenset()


class RecordIndex:
    """The records of an archive in order, without their contents."""

    def __init__(self, entries: list[RecordEntry]) -> None:
        self.entries = entries
        by_id = {entry.id: entry for entry in entries if entry.id}
        self._owners: dict[int, set[int]] = {}
        for entry in entries:
            for linked in (by_id[link] for link in entry.links if link in by_id):
                self._link(entry, linked)
        self._add_indirect()
        self._add_adjacent()

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the index of an archive. Raises OSError."""
        return cls([_entry(found) for found in read_records(path)])

    def without(self, dropped: set[int]) -> Iterator[RecordEntry]:
        """Yield the records that remain if those at the offsets ``dropped`` go.

        A request or a metadata record goes with the last response that it belongs to. Damaged
        parts and records of unknown relation stay: they may be repaired or understood later.
        """
        for entry in self.entries:
            owners = self._owners.get(entry.offset, set())
            is_orphaned = bool(owners) and owners <= dropped
            if entry.offset not in dropped and not is_orphaned:
                yield entry

    def _link(self, entry: RecordEntry, linked: RecordEntry) -> None:
        """Record which of two linked records belongs to which; wget links requests backwards."""
        for one, other in ((entry, linked), (linked, entry)):
            if one.kind in COMPANION_KINDS and other.kind in _PAYLOADS:
                self._owners.setdefault(one.offset, set()).add(other.offset)

    def _add_indirect(self) -> None:
        """Add the owners of metadata that name the request and not the response."""
        owners = {e.id: self._owners.get(e.offset, set()) for e in self.entries if e.id}
        for entry in self.entries:
            if entry.kind in COMPANION_KINDS and entry.offset not in self._owners:
                found = set().union(*(owners.get(link, set()) for link in entry.links))
                if found:
                    self._owners[entry.offset] = found

    def _add_adjacent(self) -> None:
        """Add the owners of requests that name no record: the response of the URL before them."""
        before: RecordEntry | None = None
        for entry in self.entries:
            if entry.kind in _PAYLOADS:
                before = entry
            elif entry.kind == "request" and not entry.links and before is not None:
                if before.url == entry.url:
                    self._owners.setdefault(entry.offset, set()).add(before.offset)
            elif entry.kind not in COMPANION_KINDS:
                before = None


def _entry(found: Record | Damage) -> RecordEntry:
    if isinstance(found, Damage):
        return RecordEntry(found.offset, found.length)
    links = frozenset(found.headers[name] for name in _LINKS if name in found.headers)
    record_id = found.headers.get("warc-record-id", "")
    return RecordEntry(found.offset, found.length, found.kind, record_id, found.url, links)
