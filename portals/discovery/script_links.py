"""Links that are no ``a``: frames, and boxes that a script makes links of.

Sources: ``frame`` and ``iframe``; ``onclick="location.href='…'"``, ``onclick="goTo('/…')"`` and
``data-href`` on the card or the row of an article; ``data-load`` on a tab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from portals.discovery.targets import FoundLink
from portals.language.sections import is_pager_label, loads_more
from portals.language.text import clean, words

_MAX_ELEMENTS = 50_000
_MAX_PIECES = 60
_MAX_LABEL = 500  # characters
_LEAST_WORDS, _MOST_WORDS = 5, 30  # of a headline
_BOXES = (
    "article", "div", "h1", "h2", "h3", "h4", "h5", "li", "p", "section", "span", "td", "tr",
)  # fmt: skip
_CALLED = re.compile(
    r"^\s*(?:return\s+)?(?:go|redirect|navigate|open|chuyen|xem|doc|view)\w{0,20}\(\s*['\"](/(?!/)[^'\"\s]{1,500})['\"]\s*\)"
)
_GOES_TO = re.compile(
    r"(?:location(?:\.href)?\s*=\s*|location\.(?:assign|replace)\(\s*|window\.open\(\s*)"
    r"['\"]([^'\"]{1,2000})['\"]"
)
_ADDRESSES = ("data-href", "data-url", "data-link")
_LOADING = (
    "data-load",
    "data-url",
    "data-href",
    "data-source",
    "data-remote",
    "data-ajax",
    "data-src",
    "hx-get",
    "data-hx-get",
)
_PATH = re.compile(r"(?:https?:)?/[^\s<>\"']{1,500}|[\w./-]{1,200}\?[^\s<>\"']{1,300}")
_MOST_TAB_WORDS = 8


def script_links(root: HtmlElement) -> Iterator[tuple[HtmlElement, FoundLink]]:
    """Yield (element, link), the address as it is written, the label the headline in the box.

    A box without a headline is no link: a button, a banner.
    """
    for element in islice(root.iter("frame", "iframe", *_BOXES), _MAX_ELEMENTS):
        if element.tag in ("frame", "iframe"):
            if source := str(element.get("src") or "").strip():
                yield (
                    element,
                    FoundLink(source, clean(str(element.get("title") or ""))[:_MAX_LABEL]),
                )
        elif (address := _address_of(element)) and (label := _headline_in(element)):
            yield element, FoundLink(address, label)
    yield from _tabs(root)


def _tabs(root: HtmlElement) -> Iterator[tuple[HtmlElement, FoundLink]]:
    """Yield the parts of a page that its tabs load, by the addresses that their data have."""
    for element in islice(root.iter("a", "button", "li"), _MAX_ELEMENTS):
        href = str(element.get("href") or "#")
        if not href.startswith("#") and not href.lower().startswith("javascript:"):
            continue
        values = (str(element.get(name) or "").strip() for name in _LOADING)
        address = next((each for each in values if _PATH.fullmatch(each)), "")
        label = clean(" ".join(islice(element.itertext(), 10))[:_MAX_LABEL]) if address else ""
        if (
            label
            and len(words(label)) <= _MOST_TAB_WORDS
            and not (is_pager_label(label) or loads_more(label))
        ):
            yield element, FoundLink(address, label)


def _address_of(box: HtmlElement) -> str:
    script = str(box.get("onclick") or "")[:4096]
    if found := _GOES_TO.search(script) or _CALLED.search(script):
        return found[1]
    addresses = (str(box.get(name) or "").strip() for name in _ADDRESSES)
    return next((each for each in addresses if each[:1] in ("/", "h", "?")), "")


def _headline_in(box: HtmlElement) -> str:
    """Return the text of the first heading in a box, else its first text that is long enough."""
    for heading in islice(box.iter("h1", "h2", "h3", "h4", "h5", "h6"), 1):
        return _if_headline(" ".join(islice(heading.itertext(), _MAX_PIECES)))
    texts = (_if_headline(str(piece)) for piece in islice(box.itertext(), _MAX_PIECES))
    return next(filter(None, texts), "")


def _if_headline(text: str) -> str:
    label = clean(text[:_MAX_LABEL])
    return label if _LEAST_WORDS <= len(words(label)) <= _MOST_WORDS else ""
