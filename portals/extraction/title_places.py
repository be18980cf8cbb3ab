"""What a line holds beside a title, and where a title never is."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.extraction.page import Page
from portals.language.text import clean, words

_PATH_SIGNS = " /\\»›>|→-–—:"
_MIN_REST = 3  # words of a title behind a path
_BANNER_LEVELS = 2  # elements around a logo that can hold the name of the site
_LOGO_TEXTS = 20  # texts inside the link of a logo that are read


def without_path(block: Block) -> str:
    """Return a heading without the path before it: "Trang chủ / Tin tức / Title" → "Title"."""
    if not block.heading or len(block.links) < 2:
        return block.text
    rest, links = block.text, 0
    for link in block.links:
        if not rest.startswith(link.text):
            break
        rest, links = rest[len(link.text) :].lstrip(_PATH_SIGNS), links + 1
    return rest if links > 1 and len(words(rest)) >= _MIN_REST else block.text


def is_fact(element: HtmlElement) -> bool:
    """Return True for a label in a table ("Người ký"), and for the cell beside it."""
    if element.tag not in ("td", "th"):
        return False
    label = element.getprevious() if element.tag == "td" else element
    if label is None:
        return False
    if label.tag == "th":
        return element is not label or element.getnext() is not None
    return clean(label.text or "").endswith(":")


def banners(page: Page) -> frozenset[HtmlElement]:
    """Return the elements around the logos that lead to the home page: what they hold is a name."""
    found: set[HtmlElement] = set()
    home = urlsplit(urljoin(page.url, "/"))
    for link in page.root.iter("a"):
        href = link.get("href") or ""
        if href != "/" and not _is_home(page.url, href, home.netloc):
            continue
        if not any(clean(text) for text in islice(link.itertext("*"), _LOGO_TEXTS)):
            around = zip(link.iterancestors(), range(_BANNER_LEVELS), strict=False)
            found.update(element for element, _ in around if element.tag not in ("body", "html"))
    return frozenset(found)


def _is_home(page_url: str, href: str, host: str) -> bool:
    if not href.startswith(("http:", "https:")):
        return False
    try:
        parts = urlsplit(urljoin(page_url, href.strip()))
    except ValueError:
        return False
    return parts.netloc == host and parts.path in ("", "/") and not parts.query
