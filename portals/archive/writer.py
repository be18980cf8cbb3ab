"""Writing WARC files: every response of a crawl as received, in files of limited size."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from portals.archive.captures import LISTING_PAGE, REQUEST_DIGEST, Capture, payload_digest
from portals.archive.link_facts import CONTENT_TYPE, NO_FACTS, LinkFacts
from portals.files import make_folder, sync_folder
from portals.timestamps import utc_now

SOFTWARE = "tin-cong-doan"

_SECRETS = frozenset(
    ["set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"]
)
_HOP_BY_HOP = frozenset(["transfer-encoding", "connection", "keep-alive"])
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_NOT_MODIFIED_STATUS = 304
_TOKEN = 4  # bytes in the names of the files of one run

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RevisitTarget:
    """The capture whose payload a revisit repeats; ``fetched_at`` as stored (UTC, ISO 8601)."""

    url: str
    fetched_at: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class RecordLocation:
    """The position of a record in its file (bytes), and the digest of its payload."""

    path: Path
    offset: int
    length: int
    digest: str


class ArchiveWriter:
    """Writes one new WARC file, gzip per record; each record is written with one system call.

    ``about``: additional fields of the ``warcinfo`` record (``isPartOf``: the portal). The entry of
    the file in its folder is on disk before the first record. Raises OSError, FileExistsError where
    the file exists: two writers would destroy each other's records.
    """

    def __init__(
        self,
        path: Path,
        software: str = SOFTWARE,
        started_at: datetime | None = None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        make_folder(path.parent)
        self.path = path
        self._file: IO[bytes] = path.open("xb")
        sync_folder(path.parent)
        self._writer = WARCWriter(self._file, gzip=True, warc_version="1.1")
        info = {"software": software, "format": "WARC File Format 1.1", **(about or {})}
        record = self._writer.create_warcinfo_record(path.name, info)
        date = warc_date(started_at or utc_now())
        record.rec_headers.replace_header("WARC-Date", date)
        record.rec_headers.replace_header("WARC-Record-ID", _record_id(path.name, date, b""))
        self._append(record)

    @property
    def size(self) -> int:
        """Bytes written."""
        return self._file.tell()

    def write(
        self,
        capture: Capture,
        asked: Headers | None = None,
        earlier: RevisitTarget | None = None,
        link: LinkFacts = NO_FACTS,
        body: bytes = b"",
        listing_page: str = "",
    ) -> RecordLocation:
        """Append one response, and its request if the request's headers (``asked``) are given.

        ``body``: of the request, a POST; one URL has an answer for each. ``listing_page``: which
        page of a listing a posted form leads to.

        ``link``: what the link to the page says, written as metadata of the response. ``earlier``:
        a capture with the same payload, or the one that a 304 refers to; then a revisit record
        without the body is written. What a browser made of a page is a resource record: no server
        sent it. Cookies and credentials are removed: in an archive they are
        only a risk. Raises OSError.
        """
        digest = payload_digest(capture.body)
        date = warc_date(capture.captured_at)
        marks = {
            "WARC-Date": date,
            "WARC-Record-ID": _record_id(capture.url, date, capture.body + body),
            "WARC-Payload-Digest": digest,
        }
        if body:
            marks[REQUEST_DIGEST] = payload_digest(body)
        if listing_page:
            marks[LISTING_PAGE] = listing_page
        kind, payload = "resource" if capture.is_rendered else "response", capture.body
        if earlier:
            is_304 = capture.status == _NOT_MODIFIED_STATUS
            digest = (earlier.digest or digest) if is_304 else digest
            marks |= {
                "WARC-Payload-Digest": digest,
                "WARC-Profile": _NOT_MODIFIED if is_304 else _SAME_PAYLOAD,
                "WARC-Refers-To-Target-URI": earlier.url,
                "WARC-Refers-To-Date": warc_date(datetime.fromisoformat(earlier.fetched_at)),
            }
            kind, payload = "revisit", b""
        headers = [
            (name, value)
            for name, value in _public(capture.headers)
            if name.lower() not in _HOP_BY_HOP
        ]
        answer = StatusAndHeaders(f"{capture.status} ", headers, protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            capture.url,
            kind,
            payload=BytesIO(payload),
            length=len(payload),
            warc_content_type=(capture.content_type or "") if kind == "resource" else "",
            http_headers=None if kind == "resource" else answer,
            warc_headers_dict=marks,
        )
        offset = self._append(record)
        length = self.size - offset
        if asked is not None:
            self._append(self._request(capture.url, asked, marks, body))
        if link:
            self.annotate(capture.url, marks["WARC-Record-ID"], link, capture.captured_at)
        return RecordLocation(self.path, offset, length, digest)

    def _request(
        self, url: str, asked: Headers, marks: Mapping[str, str], body: bytes
    ) -> ArcWarcRecord:
        method = "POST" if body else "GET"
        head = StatusAndHeaders(f"{url} HTTP/1.1", list(_public(asked)), protocol=method)
        return self._writer.create_warc_record(
            url,
            "request",
            payload=BytesIO(body),
            length=len(body),
            http_headers=head,
            warc_headers_dict={
                "WARC-Date": marks["WARC-Date"],
                "WARC-Record-ID": _record_id(f"request {url}", marks["WARC-Date"], body),
                "WARC-Concurrent-To": marks["WARC-Record-ID"],
            },
        )

    def annotate(self, url: str, response_id: str, link: LinkFacts, now: datetime) -> None:
        """Append what the link to a page says, as metadata of its response. Raises OSError."""
        block, date = link.block(), warc_date(now)
        record = self._writer.create_warc_record(
            url,
            "metadata",
            payload=BytesIO(block),
            length=len(block),
            warc_content_type=CONTENT_TYPE,
            warc_headers_dict={
                "WARC-Date": date,
                "WARC-Record-ID": _record_id(f"metadata {url}", date, block),
                "WARC-Concurrent-To": response_id,
            },
        )
        self._append(record)

    def _append(self, record: ArcWarcRecord) -> int:
        """Write a record and return its offset."""
        offset = self._file.tell()
        self._writer.write_record(record)
        self._file.flush()
        return offset

    def sync(self) -> None:
        """Flush the written records to the disk. Raises OSError, also where the file was moved."""
        os.fsync(self._file.fileno())
        self.check_place()

    def check_place(self) -> None:
        """Raise FileNotFoundError if the file is no longer at its path: records would be lost."""
        try:
            is_there = os.path.samestat(self.path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            is_there = False
        if not is_there:
            message = "the archive was moved or removed during the crawl"
            raise FileNotFoundError(errno.ENOENT, message, str(self.path))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class RollingWriter:
    """Writes the responses of one run to ``FOLDER/NAME-TOKEN-00000.warc.gz``, ``-00001`` and so on.

    The token is random: other runs, and runs into other databases, never have the same file.
    ``on_new``: called with the path of a file before the file is made.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        largest: int,
        about: Mapping[str, str],
        on_new: Callable[[Path], None] | None = None,
    ) -> None:
        self.folder = folder
        self.name = f"{name}-{secrets.token_hex(_TOKEN)}"
        self.largest = largest
        self.about = about
        self._on_new = on_new
        self._number = 0
        self._writer: ArchiveWriter | None = None
        self._is_synced = True

    def write(
        self,
        capture: Capture,
        asked: Headers | None = None,
        earlier: RevisitTarget | None = None,
        link: LinkFacts = NO_FACTS,
        body: bytes = b"",
        listing_page: str = "",
    ) -> RecordLocation:
        """Append a response, to a new file if the last one is full. Raises OSError."""
        if self._writer is not None and self._writer.size >= self.largest:
            self.close()
            self._number += 1
        if self._writer is None:
            path = self.folder / f"{self.name}-{self._number:05}.warc.gz"
            if self._on_new:
                self._on_new(path)
            self._writer = ArchiveWriter(path, about=self.about)
        self._is_synced = False
        return self._writer.write(capture, asked, earlier, link, body, listing_page)

    def annotate(self, url: str, response_id: str, link: LinkFacts, now: datetime) -> None:
        """Append what the link to a page says that was written before. Raises OSError."""
        if self._writer is not None:
            self._is_synced = False
            self._writer.annotate(url, response_id, link, now)

    def sync(self) -> None:
        """Flush the written records to the disk, if there are any. Raises OSError."""
        if self._writer is not None and not self._is_synced:
            self._writer.sync()
            self._is_synced = True

    def close(self) -> None:
        """Close the file that is open. Raises OSError."""
        writer = self._writer
        if writer is None:
            return
        try:
            self.sync()
            writer.check_place()
        finally:
            self._writer = None
            writer.close()


def _public(headers: Headers) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in headers if name.lower() not in _SECRETS)


def _record_id(name: str, date: str, body: bytes) -> str:
    """Return a record id derived from the capture, so that archives can be compared."""
    digest = hashlib.sha256(body).hexdigest()
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{name} {date} {digest}')}>"


def warc_date(moment: datetime) -> str:
    """Return ``moment`` (aware) as WARC-Date."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
