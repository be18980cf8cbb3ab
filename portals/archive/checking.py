"""Comparing the archives with the database, down to the byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portals.archive.captures import payload_digest, payload_of
from portals.archive.records import CUT, Damage, Record, read_records
from portals.store.archive_rewrites import ArchiveRewrites
from portals.store.pages import PageRepository

Kind = Literal["damaged", "missing", "orphan", "cut", "leftover"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An inconsistency: its offset (bytes), the URL of the page, and the reason.

    ``damaged``: bytes that are not a whole record, or do not match its digests. ``missing``: a page
    of the database that is in no archive. ``orphan``: a response without a row in the database, as
    a killed crawl leaves it. ``cut``: an incomplete response at the end of a file without a row in
    the database, also left by a killed crawl. ``leftover``: a file that a killed pruning left.
    """

    kind: Kind
    path: Path
    offset: int
    url: str | None
    reason: str


@dataclass(slots=True)
class Checked:
    """How much was checked."""

    files: int = 0
    records: int = 0
    bytes: int = 0


def check(files: Iterable[Path], pages: PageRepository, checked: Checked) -> Iterator[Finding]:
    """Yield the inconsistencies of the archives in ``files`` and of those with known pages."""
    leftovers = {rewrite.obsolete for rewrite in ArchiveRewrites(pages).unfinished()}
    for path in {path.resolve(): path for path in [*pages.archives(), *files]}.values():
        if path.resolve() in leftovers:
            reason = "a rewrite was killed; 'scrapy archive prune' and 'scrapy reextract' remove it"
            yield Finding("leftover", path, 0, None, reason)
            continue
        if not path.is_file():
            for known in pages.in_archive(path):
                page = known.page
                yield Finding("missing", path, page.offset, page.url, "there is no such file")
            continue
        checked.files += 1
        checked.bytes += path.stat().st_size
        yield from _check_file(path, pages, checked)


def _check_file(path: Path, pages: PageRepository, checked: Checked) -> Iterator[Finding]:
    expected = {known.page.offset: known.page for known in pages.in_archive(path)}
    for record in read_records(path):
        if isinstance(record, Damage):
            page = expected.pop(record.offset, None)
            url = record.url or (page.url if page else None)
            kind: Kind = "cut" if record.reason == CUT and page is None else "damaged"
            yield Finding(kind, path, record.offset, url, record.reason)
            continue
        checked.records += 1
        if reason := _wrong_digest(record):
            yield Finding("damaged", path, record.offset, record.url, reason)
        is_known = record.offset in expected
        if is_known or record.kind in ("response", "revisit"):
            page = expected.pop(record.offset, None)
            if page is None:
                reason = "not in the database; scrapy reextract adds it"
                yield Finding("orphan", path, record.offset, record.url, reason)
            elif page.digest != record.headers.get("warc-payload-digest", page.digest):
                reason = "its digest differs from the one in the database"
                yield Finding("damaged", path, record.offset, record.url, reason)
    for offset, page in sorted(expected.items()):
        yield Finding("missing", path, offset, page.url, "no record begins at this offset")


def _wrong_digest(record: Record) -> str:
    """Return which digest of a record does not match its bytes, or an empty string."""
    block = record.headers.get("warc-block-digest")
    if block and _is_known(block) and payload_digest(record.block) != block:
        return "the block does not match its digest"
    payload = record.headers.get("warc-payload-digest")
    if record.kind not in ("response", "resource") or not payload or not _is_known(payload):
        return ""
    is_right = payload_digest(payload_of(record)) == payload
    return "" if is_right else "the payload does not match its digest"


def _is_known(digest: str) -> bool:
    return digest.startswith("sha1:") and len(digest) == len("sha1:") + 32
