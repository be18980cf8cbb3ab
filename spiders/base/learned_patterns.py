"""URL patterns of an exploration, as the database stores them for the next run."""

from __future__ import annotations

from collections.abc import Iterable

from portals.discovery.explorer import Explorer
from portals.discovery.targets import UrlPattern
from portals.store.url_knowledge import StoredUrlPattern


def known_patterns(stored: Iterable[StoredUrlPattern]) -> list[UrlPattern]:
    """Return the URL patterns that earlier runs learned."""
    return [
        UrlPattern(
            name=known.pattern,
            kind=known.kind,
            pages_read=known.pages_read,
            articles=known.articles,
            listings=known.listings,
            example=known.example,
        )
        for known in stored
    ]


def patterns_to_store(explorer: Explorer) -> list[StoredUrlPattern]:
    """Return the URL patterns to store.

    None as ``other`` in a run without articles, or if one of its pages could not be had: the
    portal may have been down, and its pages would not be requested again.
    """
    return [
        StoredUrlPattern(
            pattern=pattern.name,
            kind=pattern.kind,
            pages_read=pattern.pages_read,
            articles=pattern.articles,
            listings=pattern.listings,
            example=pattern.example or explorer.home,
        )
        for pattern in explorer.learned()
        if pattern.kind in ("article", "listing")
        or (pattern.kind == "other" and explorer.budget.articles and not pattern.hidden)
    ]
