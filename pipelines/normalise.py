"""First: one form for every text, whichever spider it came from."""

from __future__ import annotations

from portals.article import Article, Reject
from portals.contract import normalise


class NormalisePipeline:
    """Cleans every text field of an article, counts its words and computes its content hash."""

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Return the article in its stored form."""
        return item if isinstance(item, Reject) else normalise(item)
