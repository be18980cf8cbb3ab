"""What the pages of a URL pattern are, from those of them that were read."""

from __future__ import annotations

from portals.discovery.copies import has_named_copies
from portals.discovery.promise import PATIENCE, SAMPLES, leads_by_headlines
from portals.discovery.targets import PatternKind, UrlPattern


def kind_by_pages(pattern: UrlPattern) -> PatternKind:
    """Return the kind of a pattern as its pages show it: ``unknown`` until enough were read."""
    stories = pattern.articles + pattern.undated
    if pattern.duplicates >= SAMPLES and pattern.duplicates > pattern.articles:
        return "article" if pattern.articles and has_named_copies(pattern) else "other"
    if pattern.is_expected and pattern.articles >= pattern.listings:
        return "unknown" if pattern.others >= PATIENCE and not stories else "article"
    if pattern.listings:
        return "listing"
    if stories >= SAMPLES and stories >= pattern.others:
        return "article"
    if stories and not pattern.queued and pattern.articles:
        return "article"
    patience = PATIENCE if leads_by_headlines(pattern) else SAMPLES
    return "other" if pattern.others >= patience and not pattern.articles else "unknown"


def accepts_undated(pattern: UrlPattern) -> bool:
    """Return True if pages of a pattern that show no date are articles nevertheless."""
    return pattern.articles >= SAMPLES or pattern.undated > max(SAMPLES, pattern.others)
