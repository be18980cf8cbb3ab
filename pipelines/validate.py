"""Second: what cannot be a row becomes a reject with its reason."""

from __future__ import annotations

from portals.article import Article, Reject
from portals.contract import why_invalid


class ValidatePipeline:
    """Checks an article against the contract of the data."""

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Return the article, or the reject that it turns out to be."""
        if isinstance(item, Reject) or not (code := why_invalid(item)):
            return item
        return Reject(item.url, code, item.title[:200] or None)
