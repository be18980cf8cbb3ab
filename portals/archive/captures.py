"""The contents of archives: responses, and revisit records of unchanged pages."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from portals.archive.encodings import EncodingError, dechunk, decode_body
from portals.archive.records import Damage, Record, read_records
from portals.archive.wayback import MEMENTO, VIA, parse_playback_url, undo_rewriting
from portals.errors import ArchiveError

logger = logging.getLogger(__name__)

REQUEST_DIGEST = "WARC-Request-Digest"
"""Header of the record of a response whose request had a body: the digest of that body."""

LISTING_PAGE = "WARC-Listing-Page"
"""Header of the record of a page that a posted form led to: listing and number of the page.

What is posted differs from visit to visit, so that its digest alone would not find the page again.
"""

_DECODED = frozenset(["content-encoding", "transfer-encoding", "content-length"])


@dataclass(frozen=True, slots=True)
class Capture:
    """One archived response, body decoded; ``captured_at`` is aware (UTC).

    ``via``: the public archive that served it, None if the portal itself did. ``is_rendered``: the
    body is what a browser made of the page.
    """

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    captured_at: datetime
    via: str | None = None
    is_rendered: bool = False

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, if any."""
        return _value_of(self.headers, "content-type")


@dataclass(frozen=True, slots=True)
class Revisit:
    """A fetch of an unchanged page: an earlier record with the same digest has its payload."""

    url: str
    captured_at: datetime
    status: int
    digest: str | None
    refers_to_url: str
    refers_to_date: str | None
    content_type: str | None = None

    @property
    def is_document(self) -> bool:
        """Return False if it is evidently of a picture, a style sheet or the like."""
        kind = self.content_type or guess_type(urlsplit(self.url).path)[0] or "html"
        return "html" in kind or kind.startswith("text/plain")


RENDERED = "rendered"
"""Flag of a response that is what a browser made of the page."""

CAPTURE_KINDS = frozenset(["response", "revisit", "resource"])
"""Types of records that are captures of pages; ``resource`` in packed copies of sites, and of pages
that a browser built."""

PARTIAL_KINDS = frozenset(["conversion", "continuation"])
"""Types of records with payloads that are not read: no tool writes them for web pages."""


def payload_digest(body: bytes) -> str:
    """Return the digest of a payload in the notation of WARC files: SHA-1 in base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


_MAX_HEAD = 256 * 1024  # bytes of status line and headers
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(r"\r?\n")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_REST_OF_DATE = {len("2024"): "-01-01", len("2024-03"): "-01"}
_FIRST_YEAR, _LAST_YEAR = 1990, 2200  # plausible years of capture


def archive_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the WARC files in ``paths`` (files, or folders of them). Raises ArchiveError."""
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if is_archive_name(p.name))
            if not inside:
                raise ArchiveError(f"the folder {path} holds no WARC file (*.warc, *.warc.gz)")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ArchiveError(f"there is no archive {path}; give a WARC file or a folder of them")
    return found


def is_archive_name(name: str) -> bool:
    """Return True if a file of this name in a folder is an archive."""
    return name.lower().endswith((".warc", ".warc.gz"))


def read_captures(path: Path) -> Iterator[Capture]:
    """Yield the responses of a WARC file in order; damage is logged and skipped."""
    for record in read_records(path):
        if isinstance(record, Record) and record.kind == "revisit":
            continue
        found = record if isinstance(record, Damage) else capture_of(record)
        if isinstance(found, Capture):
            yield found
        elif isinstance(found, Damage):
            logger.warning("%s, byte %d: %s", path, found.offset, found.reason)


def capture_of(record: Record) -> Capture | Revisit | Damage | None:
    """Return the response or revisit of a record; None for records of other types.

    A ``resource`` record, a file of a packed site or what a browser made of a page, is the response
    200 with that file.
    """
    if record.kind not in CAPTURE_KINDS or not (record.url or "").startswith("http"):
        return None
    captured_at = parse_warc_date(record.headers.get("warc-date", ""))
    if captured_at is None:
        return _damage(record, "a record without a date")
    if not is_url(record.url or ""):
        return _damage(record, "a record without a valid URL")
    if record.kind == "revisit":
        return _revisit(record, captured_at)
    return _response(record, captured_at)


def _revisit(record: Record, captured_at: datetime) -> Revisit:
    status, headers, _ = _http(record.block)
    return Revisit(
        url=record.url or "",
        captured_at=captured_at,
        status=status or 200,
        digest=record.headers.get("warc-payload-digest"),
        refers_to_url=record.headers.get("warc-refers-to-target-uri") or record.url or "",
        refers_to_date=record.headers.get("warc-refers-to-date"),
        content_type=_value_of(headers, "content-type"),
    )


def _response(record: Record, captured_at: datetime) -> Capture | Damage:
    if record.kind == "resource":
        kind = record.headers.get("content-type")
        headers = [("Content-Type", kind)] if kind else []
        return Capture(record.url or "", 200, headers, record.block, captured_at)
    status, headers, _ = _http(record.block)
    if status is None:
        return _damage(record, "not an HTTP response")
    values = {name.lower(): value for name, value in headers}
    body = payload_of(record)
    if encodings := values.get("content-encoding"):
        try:
            body = decode_body(body, encodings)
        except EncodingError as error:
            return _damage(record, str(error))
    remaining = [(name, value) for name, value in headers if name.lower() not in _DECODED]
    playback = parse_playback_url(record.url or "")
    # Without this header it is a page of the archive itself, or of a portal with such a path.
    if playback is None or MEMENTO not in values:
        return Capture(record.url or "", status, remaining, body, captured_at)
    return Capture(playback.url, status, remaining, undo_rewriting(body), playback.captured_at, VIA)


def payload_of(record: Record) -> bytes:
    """Return the payload of a response as sent, over which its digest is computed."""
    if record.kind == "resource":
        return record.block
    _, headers, body = _http(record.block)
    values = {name.lower(): value for name, value in headers}
    return dechunk(body) if "chunked" in values.get("transfer-encoding", "").lower() else body


def _damage(record: Record, reason: str) -> Damage:
    return Damage(record.offset, record.length, reason, record.url)


def _value_of(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _http(block: bytes) -> tuple[int | None, list[tuple[str, str]], bytes]:
    """Return status, headers and body of an HTTP response; status None if it is none."""
    end = _HEAD_END.search(block, 0, _MAX_HEAD)
    head, body = (block[: end.start()], block[end.end() :]) if end else (block[:_MAX_HEAD], b"")
    first, *lines = _LINE_END.split(head.decode("utf-8", "replace"))
    version, _, rest = first.partition(" ")
    code = rest.strip()[:3]
    if not version.startswith("HTTP/") or not code.isdecimal():
        return None, [], b""
    pairs = (line.partition(":") for line in lines if ":" in line)
    return int(code), [(name.strip(), value.strip()) for name, _, value in pairs], body


def parse_warc_date(text: str) -> datetime | None:
    """Return a date of any precision that WARC 1.1 allows, or of 14 digits; None if it is none."""
    if digits := _DIGITS.fullmatch(text):
        text = "{}-{}-{}T{}:{}:{}".format(*digits.groups())
    try:
        at = datetime.fromisoformat(text + _REST_OF_DATE.get(len(text), ""))
    except ValueError:
        return None
    try:
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        return None
    return at if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def is_url(url: str) -> bool:
    """Return True if ``url`` has a host."""
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
