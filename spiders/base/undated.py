"""Pages that read like articles and show no date, held back until something proves them."""

from __future__ import annotations

import zlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from portals.article import Article, Reject
from portals.crawling.page_result import StoryOrigin
from portals.crawling.spider_outputs import LINK_LEARNED
from portals.discovery.explorer import Explorer
from portals.extraction.page import Page
from portals.outcomes import RejectCode
from portals.store.pages import ArchivedPage
from spiders.base.portal import PortalSpider, add_link_facts

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


class UndatedPages:
    """The pages of one exploration that wait for proof that they are articles.

    A listing shows the day beside the link, or the URL pattern is one of articles.
    """

    def __init__(self, spider: PortalSpider) -> None:
        self._spider = spider
        self._held: dict[str, HeldPage] = {}
        self._earlier: dict[str, None] = {}  # held back when an earlier run was interrupted

    def add_earlier(self, url: str) -> None:
        """Remember a page that an interrupted run held back; its text is lost."""
        self._earlier[url] = None

    def hold(self, url: str, page: HeldPage) -> Iterator[Reject]:
        """Hold a page back; yield the reject of the oldest one if there are too many."""
        self._earlier.pop(url, None)
        if len(self._held) >= MAX_HELD:
            oldest = next(iter(self._held))
            del self._held[oldest]
            yield Reject(oldest, RejectCode.UNDATED)
        self._held[url] = page

    def proven(
        self, explorer: Explorer, announced: Container[str]
    ) -> Iterator[tuple[Article, StoryOrigin]]:
        """Yield the articles that have proved to be some; ``announced``: URLs that feeds name."""
        for url in _proven(explorer, self._held):
            held = self._held.pop(url)
            key = self._spider.page_key(url)
            origin = StoryOrigin(key, url, held.archived, url in announced)
            yield self._read_again(held, explorer.day_of(url)), origin

    def proven_earlier(self, explorer: Explorer) -> list[str]:
        """Return the pages of interrupted runs that are articles and must be requested again."""
        proven = _proven(explorer, self._earlier)
        for url in proven:
            del self._earlier[url]
        return proven

    def headlines(self, explorer: Explorer) -> list[str]:
        """Return the pages still held back that a headline leads to."""
        return [url for url in self._held if explorer.is_led_to_by_headline(url)]

    def _read_again(self, held: HeldPage, day: str) -> Article:
        """Return the article of a page that is held back no longer, with the day of a listing."""
        if not day:
            return held.article
        page = held.page()
        add_link_facts(page, held.label, day)
        if held.archived:
            self._spider.crawler.signals.send_catch_log(
                LINK_LEARNED, page=held.archived, label=held.label, day=day
            )
        result = self._spider.read(page)
        return result if isinstance(result, Article) else held.article


def _proven(explorer: Explorer, urls: Iterable[str]) -> list[str]:
    return [url for url in urls if explorer.day_of(url) or explorer.accepts_undated(url)]
