"""Building WARC records: one response, its request and its metadata as compressed bytes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from portals.archive.captures import LISTING_PAGE, REQUEST_DIGEST, Capture, payload_digest
from portals.archive.link_facts import CONTENT_TYPE, NO_FACTS, LinkFacts

_VERSION = "1.1"
_RECORDS = RecordBuilder(warc_version=_VERSION)
_SECRETS = frozenset(
    ["set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"]
)
_HOP_BY_HOP = frozenset(["transfer-encoding", "connection", "keep-alive"])
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_NOT_MODIFIED_STATUS = 304

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RevisitTarget:
    """The capture whose payload a revisit repeats; ``fetched_at`` as stored (UTC, ISO 8601)."""

    url: str
    fetched_at: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class BuiltRecords:
    """The records of one response as they are in a file, compressed one by one.

    ``length``: bytes of the response's own record, the first. ``digest``: of its payload.
    ``record_id``: of the same record.
    """

    data: bytes
    length: int
    digest: str
    record_id: str


def response_records(
    capture: Capture,
    asked: Headers | None = None,
    earlier: RevisitTarget | None = None,
    link: LinkFacts = NO_FACTS,
    body: bytes = b"",
    listing_page: str = "",
    built: BuiltRecords | None = None,
) -> BuiltRecords:
    """Return the records of a response, and of its request if ``asked`` (its headers) is given.

    ``body``: of the request, a POST; one URL has an answer for each. ``listing_page``: which page
    of a listing a posted form leads to. ``link``: what the link to the page says, metadata of the
    response. ``earlier``: a capture with the same payload, or the one that a 304 refers to; then
    the record is a revisit without the body. ``built``: the records without ``earlier``, where the
    body of ``capture`` is no longer at hand. What a browser made of a page is a resource record: no
    server sent it. Cookies and credentials are removed: in an archive they are only a risk.
    """
    date = warc_date(capture.captured_at)
    digest = built.digest if built else payload_digest(capture.body)
    own_id = built.record_id if built else _record_id(capture.url, date, capture.body + body)
    marks = {"WARC-Date": date, "WARC-Record-ID": own_id, "WARC-Payload-Digest": digest}
    if body:
        marks[REQUEST_DIGEST] = payload_digest(body)
    if listing_page:
        marks[LISTING_PAGE] = listing_page
    if earlier:
        is_304 = capture.status == _NOT_MODIFIED_STATUS
        digest = (earlier.digest or digest) if is_304 else digest
        marks |= {
            "WARC-Payload-Digest": digest,
            "WARC-Profile": _NOT_MODIFIED if is_304 else _SAME_PAYLOAD,
            "WARC-Refers-To-Target-URI": earlier.url,
            "WARC-Refers-To-Date": warc_date(datetime.fromisoformat(earlier.fetched_at)),
        }
    records = [_response(capture, marks, is_revisit=earlier is not None)]
    if asked is not None:
        records.append(_request(capture.url, asked, marks, body))
    if link:
        records.append(_metadata(capture.url, own_id, link, capture.captured_at))
    first, *others = map(_compressed, records)
    return BuiltRecords(b"".join([first, *others]), len(first), digest, own_id)


def metadata_record(url: str, response_id: str, link: LinkFacts, now: datetime) -> bytes:
    """Return the record of what the link to an archived page says; ``now``: aware."""
    return _compressed(_metadata(url, response_id, link, now))


def warcinfo_record(name: str, about: Mapping[str, str], started_at: datetime) -> bytes:
    """Return the first record of a file; ``about``: its fields."""
    info = {"format": f"WARC File Format {_VERSION}", **about}
    record = _RECORDS.create_warcinfo_record(name, info)
    date = warc_date(started_at)
    record.rec_headers.replace_header("WARC-Date", date)
    record.rec_headers.replace_header("WARC-Record-ID", _record_id(name, date, b""))
    return _compressed(record)


def warc_date(moment: datetime) -> str:
    """Return ``moment`` (aware) as WARC-Date."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _response(capture: Capture, marks: dict[str, str], *, is_revisit: bool) -> ArcWarcRecord:
    kind = "resource" if capture.is_rendered else "response"
    kind, payload = ("revisit", b"") if is_revisit else (kind, capture.body)
    headers = [
        (name, value) for name, value in _public(capture.headers) if name.lower() not in _HOP_BY_HOP
    ]
    answer = StatusAndHeaders(f"{capture.status} ", headers, protocol="HTTP/1.1")
    return _RECORDS.create_warc_record(
        capture.url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=(capture.content_type or "") if kind == "resource" else "",
        http_headers=None if kind == "resource" else answer,
        warc_headers_dict=marks,
    )


def _request(url: str, asked: Headers, marks: Mapping[str, str], body: bytes) -> ArcWarcRecord:
    method = "POST" if body else "GET"
    head = StatusAndHeaders(f"{url} HTTP/1.1", list(_public(asked)), protocol=method)
    return _RECORDS.create_warc_record(
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


def _metadata(url: str, response_id: str, link: LinkFacts, now: datetime) -> ArcWarcRecord:
    block, date = link.block(), warc_date(now)
    return _RECORDS.create_warc_record(
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


def _compressed(record: ArcWarcRecord) -> bytes:
    out = BytesIO()
    WARCWriter(out, gzip=True, warc_version=_VERSION).write_record(record)
    return out.getvalue()


def _public(headers: Headers) -> Headers:
    return ((name, value) for name, value in headers if name.lower() not in _SECRETS)


def _record_id(name: str, date: str, body: bytes) -> str:
    """Return a record id derived from the capture, so that archives can be compared."""
    digest = hashlib.sha256(body).hexdigest()
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{name} {date} {digest}')}>"
