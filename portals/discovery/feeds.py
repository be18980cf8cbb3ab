"""Reading feeds: RSS 0.9 to 2.0 and Atom, from the bytes that the crawl fetched.

``feedparser`` opens what looks like a file name or a URL. It gets a stream, never a name, so that
a feed whose text is ``file:///etc/passwd`` is a text.
"""

from __future__ import annotations

import io
import re
from urllib.parse import urljoin

import feedparser

from portals.discovery.announced import AnnouncedUrl, text_of
from portals.extraction.time_limit import PageTimeoutError, time_limit
from portals.language.text import clean

MAX_FEED = 1024 * 1024
"""Bytes of a feed that are read: feeds have 10 to 50 entries."""

MAX_FEED_ENTRIES = 500
"""Entries of a feed that are read."""

_ENTITY = re.compile(r"<!ENTITY[^<>]*>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^<>]*\?>")


def read_feed(body: bytes, url: str, content_type: str = "") -> list[AnnouncedUrl] | None:
    """Return the entries of the feed at ``url`` with absolute URLs, or None if it is no feed.

    Nothing is opened or fetched, whatever the text is, and what takes longer to read than a page
    may is no feed.
    """
    # No entity is declared for the parser, whose time and memory they would multiply, and no
    # encoding: the text is decoded here.
    text = _DECLARATION.sub("", _ENTITY.sub("", text_of(body[:MAX_FEED], content_type)))
    if "<!ENTITY" in text.upper():
        return None
    try:
        with time_limit():
            feed = _parsed(text, url)
    except PageTimeoutError:
        return None
    if not feed.get("version") and not feed.entries:
        return None
    found = (_entry(entry, url) for entry in feed.entries[:MAX_FEED_ENTRIES])
    return [entry for entry in found if entry is not None]


def _parsed(text: str, url: str) -> feedparser.FeedParserDict:
    return feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={
            "content-location": url,
            "content-type": "application/xml; charset=utf-8",
        },
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _entry(entry: feedparser.FeedParserDict, base: str) -> AnnouncedUrl | None:
    link = str(entry.get("link") or "").strip()
    try:
        url = urljoin(base, link)
    except ValueError:
        return None
    if not link or not url.startswith(("http://", "https://")):
        return None
    return AnnouncedUrl(url, clean(str(entry.get("title") or "")), _changed(entry))


def _changed(entry: feedparser.FeedParserDict) -> str:
    """Return the date of the last change as written: of the edit, else of the publication."""
    # Not the entry's own get(), which warns where one of the two takes the other's place.
    return str(dict.get(entry, "updated") or dict.get(entry, "published") or "")
