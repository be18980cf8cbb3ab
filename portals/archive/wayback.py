"""The Internet Archive's Wayback Machine: its URLs, its index (CDX), and its changes to pages.

Source of the rules: the documentation of the CDX server, and played-back pages, 2016-2026.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

VIA = "wayback"
"""The value of ``via`` in rows of pages from the archive."""

MEMENTO = "memento-datetime"
"""Header (in lower case) that marks a response as a played-back page."""

_PLAYED = re.compile(r"^https?://[^/]+/web/(?P<at>\d{14})(?:[a-z]{2}_)?/(?P<url>https?:/{1,2}.+)$")
_PAGE_SIZE = 2_000  # captures per response of the index
_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_REWRITTEN = re.compile(
    rb"(?:https?:)?(?://[\w.:-]+)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:/{1,2}|//)", re.IGNORECASE
)
_ADDED = (  # (start, end) of the parts that the archive adds to a page
    (re.compile(rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->"), b"<!-- END WAYBACK TOOLBAR INSERT -->"),
    (re.compile(rb"<!--\s{1,9}FILE ARCHIVED ON "), b"-->"),
    (re.compile(rb"<!--\s{1,9}playback timings"), b"-->"),
)


@dataclass(frozen=True, slots=True)
class PlaybackUrl:
    """The original URL of a played-back page; ``captured_at`` is aware (UTC)."""

    url: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class CdxRecord:
    """One capture as the index lists it. ``timestamp``: 14 digits, UTC."""

    timestamp: str
    original: str
    mimetype: str
    status: str
    digest: str


@dataclass(frozen=True, slots=True)
class CdxPage:
    """One response of the index, and the key with which the next one is requested."""

    records: list[CdxRecord]
    resume_key: str | None


class UnreadableIndexError(ValueError):
    """The response is not a valid response of the index."""


def parse_playback_url(url: str) -> PlaybackUrl | None:
    """Return the page played back at ``url``, or None if it is not a URL of the archive."""
    match = _PLAYED.match(url)
    if match is None:
        return None
    try:
        at = datetime.strptime(match["at"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    original = re.sub(r"^(https?):/{1,2}", r"\1://", match["url"])
    try:
        return PlaybackUrl(_bare(original), at)
    except ValueError:  # the index contains invalid URLs that were once requested
        return None


def playback_url(base: str, line: CdxRecord) -> str:
    """Return the URL at which the archive at ``base`` serves the original capture (``id_``)."""
    return f"{base.rstrip('/')}/web/{line.timestamp}id_/{line.original}"


def cdx_url(
    base: str,
    host: str,
    *,
    pattern: str | None = None,
    since: datetime | None = None,
    resume_key: str | None = None,
) -> str:
    """Return the URL of the list of captures of HTML pages on ``host``.

    ``pattern``: a regular expression that the URLs must contain. ``since``: skip earlier captures.
    """
    parameters = [
        ("url", f"{host}/*"),
        ("output", "json"),
        ("fl", ",".join(_FIELDS)),
        ("filter", "statuscode:200"),
        ("filter", "mimetype:text/html"),
        ("collapse", "digest"),
        ("limit", str(_PAGE_SIZE)),
        ("showResumeKey", "true"),
    ]
    if pattern:
        parameters.append(("filter", f"original:.*(?:{pattern}).*"))
    if since:
        parameters.append(("from", f"{since.astimezone(UTC):%Y%m%d}"))
    if resume_key:
        parameters.append(("resumeKey", resume_key))
    return f"{base.rstrip('/')}/cdx/search/cdx?{urlencode(parameters)}"


def parse_cdx_page(body: bytes) -> CdxPage:
    """Return the parsed response of the index. Raises UnreadableIndexError."""
    try:
        rows = json.loads(body or b"[]")
    except (ValueError, RecursionError) as error:
        raise UnreadableIndexError("the index of the archive did not answer in JSON") from error
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise UnreadableIndexError("the index of the archive answered something else than a list")
    resume_key = None
    if len(rows) >= 2 and not rows[-2] and len(rows[-1]) == 1:
        resume_key = str(rows[-1][0]).encode("utf-8", "replace").decode()
        rows = rows[:-2]
    lines = [CdxRecord(*map(str, row)) for row in rows[1:] if len(row) == len(_FIELDS)]
    return CdxPage([line for line in lines if re.fullmatch(r"\d{14}", line.timestamp)], resume_key)


def undo_rewriting(body: bytes) -> bytes:
    """Return a played-back page with its original links, without the archive's additions."""
    if b"/web/" not in body and b"WAYBACK" not in body and b"ARCHIVED ON" not in body:
        return body
    for begin, end in _ADDED:
        body = _without(body, begin, end)
    return _REWRITTEN.sub(b"", body)


def _without(body: bytes, begin: re.Pattern[bytes], end: bytes) -> bytes:
    """Return ``body`` without the parts from ``begin`` to ``end``, both included."""
    parts, at = [], 0
    while (match := begin.search(body, at)) and (stop := body.find(end, match.end())) >= 0:
        parts.append(body[at : match.start()])
        at = stop + len(end)
    return b"".join([*parts, body[at:]])


def _bare(url: str) -> str:
    """Return ``url`` without the default port of its scheme (the index stores ":80")."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=re.sub(r":(?:80|443)$", "", parts.netloc)))
