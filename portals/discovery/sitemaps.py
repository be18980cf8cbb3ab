"""Reading sitemaps and sitemap indexes: XML, gzip, or one URL a line.

The tags are found in the text, not by an XML parser: half of the broken ones are cut off, have
undeclared namespaces or entities, or name another encoding than they have. No entity is resolved
and nothing is nested, so that a hostile file costs no more than its length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from portals.discovery.announced import AnnouncedUrl, text_of
from portals.language.text import clean

MAX_ENTRIES = 50_000
"""Entries that are read of one sitemap: the limit of the standard."""

SitemapKind = Literal["articles", "index", "none"]

_TAG = re.compile(
    r"<(?P<end>/?)(?:(?P<prefix>[a-z][\w-]{0,30}):)?"
    r"(?P<name>url|sitemap|loc|lastmod|title|publication_date)(?:\s[^<>]{0,500})?>"
    r"(?:\s{0,200}<!\[CDATA\[)?(?P<value>[^<\]]{0,2200})",
    re.IGNORECASE,
)
_PLAIN_ENTRY = re.compile(
    r"<loc>([^<]{0,2200})</loc>"
    r"(?:\s{0,50}<(?:changefreq|priority)>[^<]{0,50}</\w{1,20}>){0,2}"
    r"(?:\s{0,50}<lastmod>([^<]{0,100})</lastmod>)?"
)
_OTHER_LOCATIONS = frozenset(["image", "video"])
_IS_HTML = re.compile(
    r"\s{0,500}(?:<!--[^>]{0,2000}-->\s{0,100})?<(?:!doctype\s+html|html)\b", re.IGNORECASE
)
_IS_SITEMAP = re.compile(r"\.xml(?:\.gz)?$|sitemap[^/]*\.(?:gz|txt)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The entries of a file: articles (or other pages), sitemaps, or none: it is no sitemap."""

    kind: SitemapKind
    entries: tuple[AnnouncedUrl, ...] = ()


def read_sitemap(body: bytes) -> Sitemap:
    """Return the entries of a decompressed sitemap, up to 50,000, as far as it is readable."""
    text = text_of(body)
    if _IS_HTML.match(text):
        return Sitemap("none")
    if "<" not in text[:1000]:
        return _of_lines(text)
    entries = tuple(islice(_plain_entries(text) or _entries(text), MAX_ENTRIES))
    if not entries:
        return Sitemap("none")
    is_index = all(_IS_SITEMAP.search(entry.url.partition("?")[0]) for entry in entries[:50])
    has_index_tag = re.search(r"<(?:[\w-]+:)?sitemapindex\b", text[:5000], re.IGNORECASE)
    return Sitemap("index" if is_index or has_index_tag else "articles", entries)


def _of_lines(text: str) -> Sitemap:
    lines = (line.strip() for line in islice(text.splitlines(), MAX_ENTRIES))
    urls = [line for line in lines if line.startswith(("http://", "https://"))]
    return Sitemap("articles", tuple(map(AnnouncedUrl, urls))) if urls else Sitemap("none")


def _plain_entries(text: str) -> list[AnnouncedUrl]:
    """Return the entries of a sitemap that has nothing else, none otherwise; ten times as fast."""
    found = _PLAIN_ENTRY.findall(text)
    dated = sum(1 for _, changed in found if changed)
    if text.count("loc>") != 2 * len(found) or text.count("lastmod>") != 2 * dated:
        return []
    if text.count("<url>") + text.count("<sitemap>") != len(found) or "<news:" in text:
        return []
    entries = (_entry({"loc": url.strip(), "lastmod": changed.strip()}) for url, changed in found)
    return [entry for entry in entries if entry is not None]


def _entries(text: str) -> Iterator[AnnouncedUrl]:
    """Yield the entries in order; an entry without its end ends where the next one begins."""
    found: dict[str, str] = {}
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        if name in ("url", "sitemap"):
            if entry := _entry(found):
                yield entry
            found = {}
        elif not tag["end"] and (tag["prefix"] or "").lower() not in _OTHER_LOCATIONS:
            if name == "loc" and "loc" in found:  # without the tag around it
                if entry := _entry(found):
                    yield entry
                found = {}
            found.setdefault(name, tag["value"].strip())
    if entry := _entry(found):
        yield entry


def _entry(found: dict[str, str]) -> AnnouncedUrl | None:
    url = html.unescape(found.get("loc", ""))
    if not url.startswith(("http://", "https://")):
        return None
    changed = found.get("lastmod") or found.get("publication_date", "")
    title = found.get("title")
    return AnnouncedUrl(url, clean(html.unescape(title)) if title else "", changed)
