"""A fetched page as the input of extraction: URL, text, tree, and when it was served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from typing import cast
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement
from w3lib.url import safe_url_string

from portals.extraction.blocks import Block, read_blocks
from portals.extraction.parts import Pagers
from portals.extraction.unreadable import UnreadablePageError
from portals.language.decoding import UndecodableTextError, decode
from portals.language.text import canonical, clean, words
from portals.outcomes import RejectCode
from portals.timestamps import utc_now

MAX_TAGS = 50_000
"""Tags of a page, opening and closing; the largest of the captures has 1,444."""

MAX_URL = 4_000
"""Characters of a URL as it is written on a page."""

_MAX_NAME = 1_000  # characters of a title in the head
MAX_ATTRIBUTES = 5_000
"""Attributes of one tag; the most that a page of the captures has are 20."""

_LARGE = 100_000  # bytes from which a page is checked for markup that is slow to parse
_MAX_CLASSES = 100  # characters
_LONG_CLASSES = etree.XPath(f"descendant::*[string-length(@class) > {_MAX_CLASSES}]")
_NAME_AND_VALUE = rb"[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?>\"[^\"]*+\"?|'[^']*+'?|[^\s>]*+))?+"
_ATTRIBUTE = re.compile(_NAME_AND_VALUE)
_START_TAG = re.compile(  # or a whole comment or script, which contains no tags
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))|<(script|style|title|textarea)\b.*?(?:</\1|\Z)"
    rb"|<[a-zA-Z][^\s/>]*+(?:[\s/]++|" + _NAME_AND_VALUE + rb"|=)*+",
    re.DOTALL | re.IGNORECASE,
)
_MAX_DEEP_TAGS = 2_500  # of a page of more than 256 levels: selectors take tags times levels
_TOO_DEEP = etree.ErrorTypes.ERR_RESOURCE_LIMIT
_VOID_TAG = re.compile(rb"<(source|track|wbr|embed)\b[^<>]{0,4000}>", re.IGNORECASE)
_EARLY_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[|–—-]\s+")


@dataclass(eq=False)
class Page:
    """A page; its tree and its blocks are computed once, when first used.

    ``link_texts``: texts of the links that lead to it; ``listed_day``: the day (Vietnamese time)
    that a listing shows beside such a link.
    """

    url: str
    text: str
    fetched_at: datetime
    markup: bytes | None = None  # the page as served, if it was clean UTF-8
    link_texts: tuple[str, ...] = ()
    listed_day: date | None = None

    @classmethod
    def from_bytes(
        cls,
        url: str,
        body: bytes,
        content_type: str | None = None,
        fetched_at: datetime | None = None,
    ) -> Page:
        """Decode ``body`` by its bytes rather than its declarations. Raises UnreadablePageError."""
        if (tags := body.count(b"<")) > MAX_TAGS:
            raise UnreadablePageError(RejectCode.TOO_LARGE, f"{tags} tags")
        if len(body) > _LARGE and _has_endless_tag(body):
            raise UnreadablePageError(
                RejectCode.TOO_LARGE, f"a tag of more than {MAX_ATTRIBUTES} attributes"
            )
        try:
            decoded = decode(body, content_type)
        except UndecodableTextError as error:
            raise UnreadablePageError(RejectCode.UNDECODABLE, str(error)) from error
        is_clean = decoded.encoding == "utf-8" and not decoded.repaired and b"\x00" not in body
        markup = body if is_clean and not body.startswith(b"\xef\xbb\xbf") else None
        page = cls(url, decoded.text, fetched_at or utc_now(), markup)
        _ = page.root  # raises UnreadablePageError if it is nested too deeply
        return page

    @cached_property
    def root(self) -> HtmlElement:
        """The tree; an empty or unreadable page gives an empty ``html`` element.

        Raises UnreadablePageError if it is nested so deeply that the parser drops the rest.
        """
        markup = self.markup or self.text.replace("\x00", "").encode("utf-8", "replace")
        # Pages can contain whole documents, whose end tags do not end the page in browsers.
        markup = _EARLY_END.sub(b"", markup)
        # The parser does not know that these tags have no content, and would put all after into it.
        markup = _VOID_TAG.sub(rb"\g<0></\1>", markup)
        root = _parsed(markup, is_huge=False)
        if root is None and markup.count(b"<") <= _MAX_DEEP_TAGS:
            root = _parsed(markup, is_huge=True)  # unclosed "font" tags of old pages nest
        if root is None:
            raise UnreadablePageError(RejectCode.TOO_DEEP)
        if len(markup) > _LARGE:
            _cut_classes(root)
        return root

    @cached_property
    def pagers(self) -> Pagers:
        """What finds the links to other pages of the same story."""
        own = [self.url, *([self.canonical_url] if self.canonical_url else [])]
        return Pagers(own, self._base_url, self.root)

    @cached_property
    def lines(self) -> list[Block]:
        """The visible blocks of the whole page, in order. Raises UnreadablePageError."""
        return read_blocks(self.root)

    @cached_property
    def blocks(self) -> list[Block]:
        """The visible blocks without pagers. Raises UnreadablePageError."""
        return self.pagers.without(self.lines)

    @property
    def _base_url(self) -> str:
        """The URL that links are relative to; a ``base`` with another host (media) is ignored."""
        for element in self.root.iterfind(".//base[@href]"):
            base = self.absolute(str(element.get("href") or ""))
            if base and urlsplit(base).netloc == urlsplit(self.url).netloc:
                return base
        return self.url

    @cached_property
    def head_title(self) -> str:
        """The text of ``title`` in the head, or an empty string."""
        return clean((self.root.findtext(".//title") or "")[:_MAX_NAME])

    @cached_property
    def head_names(self) -> frozenset[str]:
        """The titles in the head, canonical: ``title`` with and without the site, ``og:title``."""
        names = [self.head_title, _TITLE_PARTS.split(self.head_title)[0]]
        names += [
            clean((meta.get("content") or "")[:_MAX_NAME])
            for meta in islice(self.root.iterfind(".//meta[@property='og:title']"), 3)
        ]
        return frozenset(canonical(name) for name in names if len(words(name)) >= 3)

    @cached_property
    def canonical_url(self) -> str | None:
        """The absolute URL in ``link rel=canonical`` if it has this page's host, else None."""
        for link in self.root.iterfind(".//link[@rel='canonical']"):
            url = self.absolute(str(link.get("href") or ""))
            if url and urlsplit(url).netloc == urlsplit(self.url).netloc:
                return url
        return None

    def absolute(self, url: str) -> str | None:
        """Return ``url`` as an absolute http(s) URL, or None if it is none.

        Invisible characters, which could disguise it, are percent-encoded.
        """
        try:
            joined = urljoin(self.url, url[:MAX_URL].strip())
            parts = urlsplit(joined)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                return None
            return joined if joined.isprintable() else safe_url_string(joined)
        except ValueError:
            return None


def _has_endless_tag(body: bytes) -> bool:
    """Return True if a tag has so many attributes that the parser would take hours.

    The parser compares each with all others and cannot be interrupted, hence this check before it.
    """
    found = (match for match in _START_TAG.finditer(body) if not match[1])
    tags = (tag[0] for tag in found if len(tag[0]) > MAX_ATTRIBUTES and tag[0][1:2] != b"!")
    return any(sum(1 for _ in _ATTRIBUTE.finditer(tag)) > MAX_ATTRIBUTES for tag in tags)


def _cut_classes(root: HtmlElement) -> None:
    """Truncate long ``class`` attributes: selectors test those of all ancestors of an element."""
    for element in cast("list[HtmlElement]", _LONG_CLASSES(root)):
        element.set("class", str(element.get("class"))[:_MAX_CLASSES])


def _parsed(markup: bytes, *, is_huge: bool) -> HtmlElement | None:
    """Return the tree; None if it is deeper than 256 levels, or than 2,048 if it ``is_huge``."""
    # Not the parser of lxml.html: its element classes take time for every element accessed.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=is_huge, remove_blank_text=False)
    try:
        root = etree.fromstring(markup, parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):
        root = None
    last = parser.error_log.last_error
    if last is not None and last.type == _TOO_DEEP:
        return None
    if root is None:
        root = etree.fromstring(b"<html><body></body></html>", etree.HTMLParser())
    return cast(HtmlElement, root)
