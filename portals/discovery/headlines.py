"""Articles of a listing whose markup is not the described one: the links that are headlines.

A new theme may leave some boxes of a listing as they were. What the selectors then find is a part
of the list; the rest is led to by headlines whose addresses have the same pattern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from portals.discovery.cards import list_boxes
from portals.discovery.links import TITLE_WORDS, found_links, label_of
from portals.discovery.targets import FoundLink
from portals.discovery.url_filters import MAX_LINKS
from portals.discovery.url_patterns import article_pattern, is_skipped, pattern_of
from portals.extraction.page import Page
from portals.language.text import words

_MIN_ALIKE = 2  # headlines with one URL pattern, which make them articles of a list


def headlines_of(page: Page) -> list[FoundLink]:
    """Return the links of ``page`` that are headlines, in order.

    A single link with many words can be a slogan; two with the same URL pattern are a list.
    """
    links = [
        link
        for link in found_links(page)
        if len(words(link.text)) >= TITLE_WORDS and not is_skipped(link.url)
    ]
    patterns = Counter(pattern_of(link.url) for link in links)
    return [link for link in links if patterns[pattern_of(link.url)] >= _MIN_ALIKE]


@dataclass(slots=True)
class MissedHeadlines:
    """The headlines of articles that the selectors of a listing did not find, by URL.

    ``in_list``: in a list that the selectors found articles in; ``beside``: elsewhere.
    """

    in_list: dict[str, FoundLink] = field(default_factory=dict)
    beside: dict[str, FoundLink] = field(default_factory=dict)


def missed_headlines(
    page: Page,
    selected: Collection[str],
    patterns: Collection[str],
    own: Callable[[str], str | None],
) -> MissedHeadlines:
    """Return the headlines that lead to articles and are not in ``selected``.

    ``patterns``: those of articles' URLs, see ``article_pattern``; ``own``: returns the URL of an
    address on this portal, or None.
    """
    links: list[tuple[HtmlElement, str]] = []
    texts: dict[str, str] = {}
    for element in islice(page.root.iter("a"), MAX_LINKS):
        text = label_of(element)
        url = own((element.get("href") or "").strip()) if len(words(text)) >= TITLE_WORDS else None
        if url and (url in selected or _is_like(url, patterns)):
            links.append((element, url))
            texts.setdefault(url, text)
    boxes = list_boxes(links)
    lists = {boxes[url] for url in selected if url in boxes}
    missed = MissedHeadlines()
    for url, text in texts.items():
        if url not in selected:
            place = missed.in_list if boxes.get(url) in lists else missed.beside
            place[url] = FoundLink(url, text)
    return missed


def _is_like(url: str, patterns: Collection[str]) -> bool:
    return not is_skipped(url) and article_pattern(url) in patterns
