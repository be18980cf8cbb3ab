"""The Internet Archive's Wayback Machine: its addresses, its index (CDX) and its traces in pages.

Source of the rules: the documentation of the CDX server, and pages as it plays them, 2016-2026.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

VIA = "wayback"
"""What rows that came through the archive say in ``via``."""

MEMENTO = "memento-datetime"
"""Header, in lower case, with which the archive vouches for a page that it plays back."""

_PLAYED = re.compile(r"^https?://[^/]+/web/(?P<at>\d{14})(?:[a-z]{2}_)?/(?P<url>https?:/{1,2}.+)$")
_PAGE_SIZE = 2_000  # captures in one answer of the index
_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_REWRITTEN = re.compile(
    rb"(?:https?:)?(?://[\w.:-]+)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:/{1,2}|//)", re.IGNORECASE
)
_ADDED = (  # first what it begins with, then what it ends with
    (re.compile(rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->"), b"<!-- END WAYBACK TOOLBAR INSERT -->"),
    (re.compile(rb"<!--\s{1,9}FILE ARCHIVED ON "), b"-->"),
    (re.compile(rb"<!--\s{1,9}playback timings"), b"-->"),
)


@dataclass(frozen=True, slots=True)
class PlaybackUrl:
    """The address of a page as the archive has it; ``captured_at`` is aware (UTC)."""

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
    """One answer of the index, and the key with which the next one is asked for."""

    records: list[CdxRecord]
    resume_key: str | None


class UnreadableIndexError(ValueError):
    """An answer in the index's place that is none."""


def parse_playback_url(url: str) -> PlaybackUrl | None:
    """Return what is played back at ``url``, or None where it is no address of the archive."""
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
    except ValueError:  # the index keeps whatever somebody once asked for
        return None


def playback_url(base: str, line: CdxRecord) -> str:
    """Return where the archive at ``base`` plays a capture back as it was served (``id_``)."""
    return f"{base.rstrip('/')}/web/{line.timestamp}id_/{line.original}"


def cdx_url(
    base: str,
    host: str,
    *,
    pattern: str | None = None,
    since: datetime | None = None,
    resume_key: str | None = None,
) -> str:
    """Return the address that lists the captures of web pages on ``host``.

    ``pattern``: a regular expression that addresses must hold. ``since``: captures before it are
    left out.
    """
    asked = [
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
        asked.append(("filter", f"original:.*(?:{pattern}).*"))
    if since:
        asked.append(("from", f"{since.astimezone(UTC):%Y%m%d}"))
    if resume_key:
        asked.append(("resumeKey", resume_key))
    return f"{base.rstrip('/')}/cdx/search/cdx?{urlencode(asked)}"


def parse_cdx_page(body: bytes) -> CdxPage:
    """Return what the index answered. Raises UnreadableIndex."""
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
    """Return a played-back page with its own links and without what the archive put into it."""
    if b"/web/" not in body and b"WAYBACK" not in body and b"ARCHIVED ON" not in body:
        return body
    for begin, end in _ADDED:
        body = _without(body, begin, end)
    return _REWRITTEN.sub(b"", body)


def _without(body: bytes, begin: re.Pattern[bytes], end: bytes) -> bytes:
    """Return ``body`` without what stands between the marks, the marks included."""
    parts, at = [], 0
    while (match := begin.search(body, at)) and (stop := body.find(end, match.end())) >= 0:
        parts.append(body[at : match.start()])
        at = stop + len(end)
    return b"".join([*parts, body[at:]])


def _bare(url: str) -> str:
    """Return ``url`` without the port that its scheme implies (the index keeps ":80")."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=re.sub(r":(?:80|443)$", "", parts.netloc)))
