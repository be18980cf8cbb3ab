"""Articles of a listing whose markup is not the described one: the links that are headlines."""

from __future__ import annotations

from collections import Counter

from portals.discovery.links import found_links
from portals.discovery.url_patterns import is_skipped, pattern_of
from portals.extraction.page import Page
from portals.language.text import words

TITLE_WORDS = 5
"""A link text of at least this many words counts as a headline."""

_MIN_ALIKE = 2  # headlines with one URL pattern, which make them articles of a list


def headline_urls(page: Page) -> list[str]:
    """Return the URLs of the links of ``page`` that are headlines, in order.

    A single link with many words can be a slogan; two with the same URL pattern are a list.
    """
    links = [
        link.url
        for link in found_links(page)
        if len(words(link.text)) >= TITLE_WORDS and not is_skipped(link.url)
    ]
    patterns = Counter(map(pattern_of, links))
    return [url for url in links if patterns[pattern_of(url)] >= _MIN_ALIKE]
