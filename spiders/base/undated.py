"""Pages that read like articles and show no date, held back until something proves them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from portals.article import Article
from portals.extraction.page import Page
from portals.store.pages import ArchivedPage

MAX_HELD = 500
"""Pages held back at most; the oldest is rejected for the next one."""


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page that was read as ``article``, with what it takes to read it again.

    The tree of a page takes megabytes, its compressed text some kilobytes. ``archived``: where its
    response is, if it is archived.
    """

    article: Article
    url: str
    label: str
    fetched_at: datetime
    packed: bytes
    is_clean: bool
    archived: ArchivedPage | None

    @classmethod
    def of(cls, article: Article, page: Page, label: str, archived: ArchivedPage | None) -> Self:
        """Hold ``page``; ``label``: the text of the link to it."""
        packed = zlib.compress(page.text.encode("utf-8", "surrogatepass"), 1)
        is_clean = page.markup is not None
        return cls(article, page.url, label, page.fetched_at, packed, is_clean, archived)

    def page(self) -> Page:
        """Return the page as it was fetched."""
        text = zlib.decompress(self.packed).decode("utf-8", "surrogatepass")
        return Page(self.url, text, self.fetched_at, text.encode() if self.is_clean else None)
