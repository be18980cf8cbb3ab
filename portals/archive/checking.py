"""Whether the archives hold what the database says they do, to the byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portals.archive.captures import payload_digest, payload_of
from portals.archive.records import CUT, Damage, Record, read_records
from portals.store.pages import PageRepository

Kind = Literal["damaged", "missing", "orphan", "cut"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: where (bytes), of which page, and what it is.

    ``damaged``: bytes that are no whole record, or not those that its digests are of. ``missing``:
    a page of the database that no archive holds. ``orphan``: a response that the database does not
    know, which a killed crawl leaves behind. ``cut``: the beginning of a response at the end of a
    file, which a kill leaves too, and of which the database knows nothing.
    """

    kind: Kind
    path: Path
    offset: int
    url: str | None
    reason: str


@dataclass(slots=True)
class Checked:
    """How much was looked at."""

    files: int = 0
    records: int = 0
    bytes: int = 0


def check(files: Iterable[Path], pages: PageRepository, checked: Checked) -> Iterator[Finding]:
    """Yield what is wrong with the archives in ``files`` and with those that pages lie in."""
    for path in {path.resolve(): path for path in [*pages.archives(), *files]}.values():
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
        if record.kind in ("response", "revisit"):
            page = expected.pop(record.offset, None)
            if page is None:
                reason = "the database does not know it; scrapy reextract takes it up"
                yield Finding("orphan", path, record.offset, record.url, reason)
            elif page.digest != record.headers.get("warc-payload-digest", page.digest):
                reason = "another page than the one that the database tells of"
                yield Finding("damaged", path, record.offset, record.url, reason)
    for offset, page in sorted(expected.items()):
        yield Finding("missing", path, offset, page.url, "no record begins there")


def _wrong_digest(record: Record) -> str:
    """Say which digest of a record is not that of its bytes."""
    block = record.headers.get("warc-block-digest")
    if block and _is_known(block) and payload_digest(record.block) != block:
        return "the block is not the one that its digest is of"
    payload = record.headers.get("warc-payload-digest")
    if record.kind != "response" or not payload or not _is_known(payload):
        return ""
    is_right = payload_digest(payload_of(record)) == payload
    return "" if is_right else "the payload is not the one that its digest is of"


def _is_known(digest: str) -> bool:
    return digest.startswith("sha1:") and len(digest) == len("sha1:") + 32
