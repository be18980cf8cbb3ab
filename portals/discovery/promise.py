"""How much the links of a URL pattern promise, before any page of it was read."""

from __future__ import annotations

from urllib.parse import urlsplit

from portals.discovery.links import TITLE_WORDS
from portals.discovery.targets import UrlPattern
from portals.language.sections import news_value
from portals.language.static_pages import names_document
from portals.language.text import words

SAMPLES = 2
"""Pages read of a pattern before it is classified for the first time."""

PATIENCE = 6
"""Sample size of a pattern with headlines as link texts: some of its pages may be galleries."""

STATIC_PROMISE = (1, 0)
"""The promise of a link to a static page."""


def best_promise(pattern: UrlPattern) -> tuple[int, int]:
    """Return the rank of the most promising link of a pattern."""
    return max(map(promise_of, pattern.queued.items()))


def promise_of(link: tuple[str, str]) -> tuple[int, int]:
    """Rank a link: headlines first, then news sections by name, static pages and documents last."""
    url, text = link
    if names_document(text):
        return 0, 1000 - min(len(url), 999)
    if len(words(text)) >= TITLE_WORDS + 2:
        return 3, len(text)
    value = news_value(text) or news_value(urlsplit(url).path)
    return 1 + value, 1000 - min(len(url), 999)


def leads_by_headlines(pattern: UrlPattern) -> bool:
    """Return True if the text of a link of the pattern is a headline."""
    return any(map(is_headline, pattern.queued.values()))


def is_headline(label: str) -> bool:
    """Return True for the text of a link that is long enough for a headline, and no document's."""
    return len(words(label)) >= TITLE_WORDS and not names_document(label)


def samples_of(pattern: UrlPattern) -> int:
    """Return the number of pages that are read of a pattern before it is classified."""
    return PATIENCE if pattern.others and leads_by_headlines(pattern) else SAMPLES
