"""Articles of a listing whose markup is not the described one: the links that are headlines."""

from __future__ import annotations

from collections import Counter

from portals.discovery.links import TITLE_WORDS, found_links
from portals.discovery.targets import FoundLink
from portals.discovery.url_patterns import is_skipped, pattern_of
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
