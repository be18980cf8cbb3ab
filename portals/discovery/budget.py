"""How many pages that bring no article an exploration reads: more, the more articles it finds."""

from __future__ import annotations

from dataclasses import dataclass

from portals.discovery.promise import SAMPLES

# Listing pages without a new article that are allowed: a fixed number, and a share of the articles.
# They bound what a loop of URLs costs (facets, calendars, session ids).
_FREE_LISTINGS = 40
_LISTINGS_PER_ARTICLE = 0.5

_MANY_ARTICLES = 20
_FREE_READS = 4
_READS_PER_ARTICLE = 0.12


@dataclass(slots=True)
class ExplorationBudget:
    """What was found and what was spent: numbers of pages of one exploration."""

    articles: int = 0
    wasted_requests: int = 0
    """Pages that were neither an article nor a listing, copies, and failures."""
    empty_listings: int = 0
    """Listing pages without a new article."""

    @property
    def has_looped(self) -> bool:
        """True if so many listing pages had nothing new that their URLs may be a loop."""
        return self.empty_listings > _FREE_LISTINGS + _LISTINGS_PER_ARTICLE * self.articles

    @property
    def is_spent(self) -> bool:
        """True if no further page of an unknown pattern may be read."""
        return self.wasted_requests >= _FREE_READS + _READS_PER_ARTICLE * self.articles

    @property
    def static_samples(self) -> int:
        """Pages read of a pattern that promises static pages only: fewer where news were found."""
        return 1 if self.articles >= _MANY_ARTICLES else SAMPLES

    def refund(self) -> None:
        """Take back one wasted request: its page turned out to be a listing."""
        self.wasted_requests = max(0, self.wasted_requests - 1)
