"""The links of a page, normalised for exploration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from portals.discovery.cards import days_beside
from portals.discovery.choices import choice_links
from portals.discovery.pagers import is_declared, pager_links
from portals.discovery.script_links import script_links
from portals.discovery.targets import FoundLink
from portals.discovery.url_filters import MAX_LINKS
from portals.extraction.page import MAX_URL, Page
from portals.language.sections import is_pager_label, loads_more, names_news, news_value
from portals.language.text import clean, words
from portals.urls import host_of

TITLE_WORDS = 5
"""A link text of at least this many words counts as a headline."""

_BREAKS = re.compile(r"[\r\n\t]+")
_MAX_LABEL = 500  # characters of a link text
_MAX_PIECES = 50  # text nodes of a link
_MAX_TAGS = 50_000
_MAX_PAGER_WORDS = 4  # of a link; a longer text is no part of a pager
_MAX_DEPTH = 8  # levels of a menu
_CURRENT = re.compile(r"(?:^|[\s_-])(?:active|current|selected)(?:$|[\s_-])", re.IGNORECASE)
_SKIPPED = ("javascript:", "mailto:", "tel:", "data:", "#")


def found_links(page: Page) -> list[FoundLink]:
    """Return the http(s) links of ``page`` in order, each URL once with its longest link text."""
    base = _base(page)
    found: dict[str, str] = {}
    headlines: list[tuple[HtmlElement, str]] = []
    root = page.root
    for element, link in (*_plain_links(root), *script_links(root), *choice_links(root)):
        if len(found) > MAX_LINKS:
            break
        is_skipped = link.url.lower().startswith(_SKIPPED)
        url = None if is_skipped else _absolute(base, link.url)
        if url and len(link.text) >= len(found.get(url, "")):
            found[url] = link.text
        if url and len(words(link.text)) >= TITLE_WORDS:
            headlines.append((element, url))
    for link in pager_links(page.root):
        href = link.url
        url = None if href.lower().startswith(_SKIPPED) else _absolute(base, href[:MAX_URL])
        label = found.get(url, "") if url else ""
        is_plain = not is_declared(link.text) or not (loads_more(label) or label.isdecimal())
        is_known = is_pager_label(label) and is_plain
        if url and not is_known and len(words(label)) <= _MAX_PAGER_WORDS:
            found[url] = link.text
    days = {url: day.isoformat() for url, day in days_beside(headlines, page.fetched_at).items()}
    return [FoundLink(url, text, days.get(url, "")) for url, text in found.items()]


def _plain_links(root: HtmlElement) -> Iterator[tuple[HtmlElement, FoundLink]]:
    """Yield (element, link) of the links that are written as such."""
    for element in islice(root.iter("a", "area", "link"), _MAX_TAGS):
        href = (element.get("href") or "").strip()
        if not href or len(href) > MAX_URL:
            continue
        if element.tag != "link":
            label = label_of(element)
            if not (label.isdecimal() and _is_current(element)):
                yield element, FoundLink(href, label)
        elif element.get("rel") == "next":
            yield element, FoundLink(href, "next")


def _is_current(link: HtmlElement) -> bool:
    """Return True for the number of the page itself: it leads here, by another address."""
    around = (link, link.getparent())
    names = " ".join(str(each.get("class") or "") for each in around if each is not None)
    return link.get("aria-current") is not None or bool(_CURRENT.search(names[:500]))


def _base(page: Page) -> str:
    """Return the base URL of relative links; a ``base`` with another host (media) is ignored."""
    for element in page.root.iterfind(".//base[@href]"):
        base = _joined(page.url, str(element.get("href") or "")) or ""
        if base and host_of(base) == host_of(page.url):
            return base
    return page.url


def _absolute(base: str, href: str) -> str | None:
    url = _joined(base, _BREAKS.sub("", href[:MAX_URL]))
    return urldefrag(url).url if url else None


def _joined(base: str, href: str) -> str | None:
    """Return ``href`` resolved against ``base``, or None if that is no http(s) URL."""
    try:
        url = urljoin(base, href)
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def news_sections(page: Page) -> list[str]:
    """Return the URLs of the menu's news entries: by their labels, with all entries below them.

    An entry below a static one ("Giới thiệu") is excluded, whatever its label.
    """
    base = _base(page)
    found: dict[str, None] = {}
    for item in islice(page.root.iter("li"), MAX_LINKS):
        link = item.find("./a[@href]")
        if link is None:
            continue
        labels = [_words(link)]
        labels += [_words(above) for above in _menu_links_above(item)]
        url = _absolute(base, str(link.get("href")).strip())
        is_news = names_news(labels[0]) and not any(news_value(label) < 0 for label in labels[1:])
        if url and (is_news or any(names_news(label) for label in labels[1:])):
            found[url] = None
    return list(found)


def _menu_links_above(item: HtmlElement) -> list[HtmlElement]:
    links = (above.find("./a[@href]") for above in islice(item.iterancestors("li"), _MAX_DEPTH))
    return [link for link in links if link is not None]


def label_of(link: HtmlElement) -> str:
    """Return the longest of a link's text, its ``title`` and the ``alt`` of its pictures.

    Of a link around a whole card, with lead and day, the text is that of the heading.
    """
    for heading in islice(link.iter("h1", "h2", "h3", "h4", "h5", "h6"), 1):
        if len(words(text := _words(heading))) >= TITLE_WORDS:
            return text
    names = [link.get("title"), *(image.get("alt") for image in islice(link.iter("img"), 3))]
    return max([_words(link), *(clean(name[:_MAX_LABEL]) for name in names if name)], key=len)


def _words(link: HtmlElement) -> str:
    """Return the beginning of a link's text: a malformed page may nest its links in each other."""
    pieces = (piece[:_MAX_LABEL] for piece in islice(link.itertext(), _MAX_PIECES))
    return clean("".join(pieces))[:_MAX_LABEL]
