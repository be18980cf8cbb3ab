"""First: one form for every text, whichever spider it came from."""

from __future__ import annotations

from dataclasses import fields

from portals.article import Article, Reject
from portals.language.text import HASH_VERSION, clean, content_hash, words


class NormalisePipeline:
    """Cleans every text field of an article, counts its words and computes its content hash."""

    def process_item(self, item: Article | Reject) -> Article | Reject:
        """Return the article in its stored form."""
        if isinstance(item, Reject):
            return item
        item.body = "\n\n".join(
            paragraph for part in item.body.split("\n\n") if (paragraph := clean(part))
        )
        for field in fields(item):
            value = getattr(item, field.name)
            if isinstance(value, str) and field.name not in ("body", "url", "portal"):
                setattr(item, field.name, clean(value) or None)
        item.title = item.title or ""
        for image in item.images:
            image.caption = clean(image.caption or "") or None
        item.word_count = len(words(item.body))
        item.content_hash = content_hash(item.title, item.body)
        item.hash_version = HASH_VERSION
        return item
