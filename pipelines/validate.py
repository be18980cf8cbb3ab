"""Second: what cannot be a row becomes a reject with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from portals.article import Article, Reject
from portals.language.dates import FUTURE_TOLERANCE, VIETNAM

MAX_TITLE_CHARACTERS = 500
MAX_BODY_CHARACTERS = 2_000_000


class ValidatePipeline:
    """Checks an article against the contract of the data."""

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Return the article, or the reject that it turns out to be."""
        if isinstance(item, Reject):
            return item
        reason = why_invalid(item)
        if reason:
            return Reject(item.url, "validate", reason, item.title[:200] or None)
        return item


def why_invalid(article: Article) -> str | None:
    """Return why ``article`` cannot be stored, in plain words, or None."""
    if not article.title:
        return "the article has no title"
    if len(article.title) > MAX_TITLE_CHARACTERS:
        return "the title is longer than any headline"
    if not article.word_count:
        return "the article has no text"
    if len(article.body) > MAX_BODY_CHARACTERS:
        return "the text is longer than any article"
    if article.published_at is None:
        return None
    at = datetime.fromisoformat(article.published_at)
    if at.utcoffset() != VIETNAM.utcoffset(None):
        return "the publication date is not in +07:00"
    if at > article.fetched_at + FUTURE_TOLERANCE + timedelta(seconds=1):
        return "the publication date is in the future"
    return None
