"""What a portal announces to programs: the URLs in its sitemaps, feeds and lists of posts.

Announcements lie: a ``lastmod`` may be the time of the request, or that of the last import. What is
believed of them is decided here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from portals.discovery.url_filters import MAX_LINKS
from portals.extraction.page import Page
from portals.language.dates import VIETNAM, UnreadableDateError, read_date
from portals.language.decoding import UndecodableTextError, decode
from portals.language.text import clean
from portals.urls import host_of

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*)?")
_MAX_DATE = 40  # characters
_MIN_SHARED = 3  # entries, from which a time that most of them share is not believed
_SAME_MINUTE = 16  # characters of an ISO time up to its minute
_DAY = timedelta(days=1)
_FEED_TYPES = frozenset(["application/rss+xml", "application/atom+xml"])
_FEED_PATH = re.compile(
    r"\.(?:rss|rdf|atom)$|/(?:rss|feeds?|atom)(?:/[\w.-]*)?$|/(?:rss|feed|atom)\.(?:xml|aspx|php|html?)$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|type|view)=(?:rss2?|feed|atom)(?:&|$)", re.IGNORECASE
)
_RSS = re.compile(r"(?:kênh (?:tin )?|tin )?rss(?: feeds?| 2\.0)?", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?/|/binh-luan/|[?&](?:withcomments|comments)", re.IGNORECASE)
_MONTH = re.compile(
    r"(?:[-_/=]|yyyy=)(?P<year>(?:19|20)\d\d)(?:[-_/]|&mm=)?(?P<month>0[1-9]|1[0-2]|[1-9])?"
    r"(?:\.xml(?:\.gz)?)?$",
    re.IGNORECASE,
)
_NOT_ARTICLES = re.compile(
    r"(?:^|[-_.])(?:taxonom\w*|categor\w*|(?:post_)?tags?|authors?|users?|images?|videos?)(?:[-_.]|$)"
    r"|(?:^|[-_.])page-sitemap|posts-page-",
    re.IGNORECASE,
)


_UTF_16 = {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
"""UTF-16 without the mark at its beginning, by the first two bytes."""


def text_of(body: bytes, content_type: str = "") -> str:
    """Return the text of an announcement; its declared encoding is often wrong."""
    if encoding := _UTF_16.get(body[:2]):
        return body.decode(encoding, "replace")
    try:
        return decode(body, content_type).text
    except UndecodableTextError:
        return body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class AnnouncedUrl:
    """One entry. ``title``: its headline, if given; ``changed``: date of the change, as written."""

    url: str
    title: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """When an entry changed, aware: not before ``earliest`` and not after ``latest``.

    The two differ where only the day is given.
    """

    earliest: datetime
    latest: datetime


def change_of(text: str) -> Change | None:
    """Return when an entry changed, or None if ``text`` is no date; +07:00 where it has no zone."""
    text = text.strip()[:_MAX_DATE]
    if not text:
        return None
    try:
        if _ISO.fullmatch(text):
            at, is_day = datetime.fromisoformat(text), len(text) == len("2024-05-30")
        else:
            reading = read_date(text)
            at, is_day = reading.at, reading.precision == "day"
        at = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
        return Change(at, at + _DAY if is_day else at)
    except (ValueError, OverflowError, UnreadableDateError):
        return None


class Believed:
    """The changes of the entries of one announcement, as far as they are believed.

    A time is not believed if it is after the fetch, or shared by more than half of the entries.
    """

    def __init__(self, entries: Sequence[AnnouncedUrl], fetched_at: datetime) -> None:
        self._fetched_at = fetched_at
        counts = Counter(entry.changed[:_SAME_MINUTE] for entry in entries if entry.changed)
        common = counts.most_common(1) if len(entries) >= _MIN_SHARED else []
        self._shared = common[0][0] if common and 2 * common[0][1] > len(entries) else None

    def change_of(self, entry: AnnouncedUrl) -> Change | None:
        """Return when ``entry`` changed, or None if that is not known or not believed."""
        if not entry.changed or entry.changed[:_SAME_MINUTE] == self._shared:
            return None
        change = change_of(entry.changed)
        return change if change and change.earliest <= self._fetched_at else None


def fingerprint_of_entries(entries: Sequence[AnnouncedUrl]) -> str:
    """Return the fingerprint of an announcement: a hash of its URLs and their changes, in order."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.url}\t{entry.changed}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def feed_links(page: Page) -> list[str]:
    """Return the absolute URLs of the feeds that the head of ``page`` names, without comments.

    Where it names none, they are the links of ``page`` that are called RSS, or end like a feed: one
    of them may be a page that lists the feeds of the sections.
    """
    return _declared_feeds(page) or _linked_feeds(page)


def _linked_feeds(page: Page) -> list[str]:
    found: dict[str, None] = {}
    for link in islice(page.root.iter("a"), MAX_LINKS):
        url = page.absolute((link.get("href") or "").strip())
        if not url or _COMMENTS.search(url) or host_of(url) != host_of(page.url):
            continue
        parts = urlsplit(url)
        if _FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query) or _is_rss(link):
            found[url] = None
    return list(found)


def _is_rss(link: HtmlElement) -> bool:
    """Return True for a link that is called RSS, by its text or its picture."""
    texts = [*islice(link.itertext(), 5), *(str(each.get("alt")) for each in link.iter("img"))]
    return any(bool(_RSS.fullmatch(clean(text[:100]))) for text in texts)


def _declared_feeds(page: Page) -> list[str]:
    found: dict[str, None] = {}
    for link in islice(page.root.iter("link"), MAX_LINKS):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" not in (link.get("rel") or "").lower().split() or kind not in _FEED_TYPES:
            continue
        url = page.absolute((link.get("href") or "").strip())
        if url and not _COMMENTS.search(url):
            found[url] = None
    return list(found)


def lists_articles(sitemap: str) -> bool:
    """Return False for a sitemap that by its name lists sections, tags, authors or pictures."""
    return not _NOT_ARTICLES.search(urlsplit(sitemap).path.rpartition("/")[2])


def period_of(sitemap: str) -> Change | None:
    """Return the year or month in the name of a sitemap ("/sitemap-2019-05.xml"), or None."""
    parts = urlsplit(sitemap)
    match = _MONTH.search(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"] or 0)
    first = datetime(year, month or 1, 1, tzinfo=VIETNAM)
    after = (year, month + 1) if 0 < month < 12 else (year + 1, 1)
    return Change(first, datetime(*after, 1, tzinfo=VIETNAM))
