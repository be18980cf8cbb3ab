"""Articles on several pages: the later pages are requested one by one, and one article is yielded.

A page that cannot be had is requested once more at the end of the crawl; if it fails again, the
article is yielded without it, with a reject. A later page that a link or a sitemap names leads to
the first one, and is no article of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import MAX_BODY_CHARACTERS, Article, Reject
from portals.crawling.open_story import ORIGIN, STORY, OpenStory, origin_data, origin_of
from portals.crawling.page_result import FailureKind, StoryOrigin, may_recover
from portals.crawling.page_work import failure_kind
from portals.crawling.spider_outputs import (
    ANNOUNCED,
    CHANGED,
    KEY,
    KIND,
    LATE_PRIORITY,
    PartRead,
    SpiderOutput,
)
from portals.extraction.joining import Joining, join
from portals.network.replay_handler import NEAR, PAGE, NotArchivedError
from portals.outcomes import RejectCode
from portals.store.pages import ArchivedPage
from portals.timestamps import utc
from spiders.base.answers import asked

if TYPE_CHECKING:
    from spiders.base.portal import PortalSpider

_FIRST = 2  # priority: an article is finished before the next one is begun


class Stories:
    """Fetches the later pages of articles.

    ``callbacks``: names of the methods used as callbacks and errbacks, see ``Finder``.
    """

    callbacks = ("parse_part", "on_part_error")

    def __init__(self, spider: PortalSpider) -> None:
        self.spider = spider

    def origin_of(self, response: Response) -> StoryOrigin:
        """Return the page at which the row of an article is stored."""
        url = asked(response)
        page = response.meta.get(PAGE) if response.request is not None else None
        meta = response.meta if response.request is not None else {}
        return StoryOrigin(
            self.spider.page_key(url),
            url,
            page if isinstance(page, ArchivedPage) else None,
            is_announced=bool(meta.get(ANNOUNCED)),
            changed=str(meta.get(CHANGED, "")),
        )

    def begin(self, article: Article, origin: StoryOrigin) -> Iterator[SpiderOutput]:
        """Yield the request for the second page of an article; for the first one from a later."""
        assert article.parts is not None
        if article.parts.number == 1:
            yield from self._go_on(OpenStory(article), origin)
        elif not self.spider.arguments.via:  # an archive lists the first page, too
            yield from self._first_page(article, origin)

    def part_keys(self, article: object) -> frozenset[str]:
        """Return the page keys of the later pages of an article, which are no links to explore."""
        parts = article.parts if isinstance(article, Article) else None
        later = parts.urls[1:] if parts else ()
        return frozenset(self.spider.page_key(url) for url in later)

    def _first_page(self, part: Article, origin: StoryOrigin) -> Iterator[SpiderOutput]:
        assert part.parts is not None
        url = self.spider.normalize_url(part.parts.urls[0])
        if url is None or self.spider.is_home(url):
            yield Reject(origin.url, RejectCode.PART_MISSING, f"page 1: {part.parts.urls[0]}"[:200])
            return
        key = self.spider.page_key(url)
        is_same = key == origin.key  # one number of the portal for all pages
        yield PartRead("" if is_same else origin.key, origin.url)
        request = self.spider.finder.article_request(url, part.title)
        if is_same:
            request.meta[KEY] = f"{key} page 1"
        if origin.is_announced:
            request.meta[ANNOUNCED] = True
        if origin.changed:
            request.meta[CHANGED] = origin.changed
        yield request

    def _go_on(self, story: OpenStory, origin: StoryOrigin) -> Iterator[SpiderOutput]:
        """Yield the request for the next page, or the article if there is none."""
        while story.has_next and len(story.article.body) <= MAX_BODY_CHARACTERS:
            if self.spider.normalize_url(story.url) is not None:
                yield self._request(story, origin)
                return
            yield from self._miss(story, "its address is filtered or leads out of the portal")
        yield from self.spider.yield_whole(story.article)

    def _request(self, story: OpenStory, origin: StoryOrigin) -> Request:
        again = " again" if story.is_again else ""
        request = self.spider.finder.part_request(story.url, story.article.fetched_at)
        return request.replace(
            callback=self.spider.parse_part,  # type: ignore[attr-defined]
            errback=self.spider.on_part_error,  # type: ignore[attr-defined]
            cb_kwargs={STORY: story.as_data()},
            priority=LATE_PRIORITY + 1 if story.is_again else _FIRST,
            meta={
                **request.meta,
                KIND: "other",
                KEY: f"{origin.key} page {story.next}{again}",
                ORIGIN: origin_data(origin),
                NEAR: utc(story.article.fetched_at),
                **({ANNOUNCED: True} if origin.is_announced else {}),
            },
        )

    def parse_part(self, response: Response, story: dict[str, Any]) -> Iterator[SpiderOutput]:
        """Add a page to its story, and yield the request for the next one or the article."""
        opened, origin = OpenStory.of(story), origin_of(response.meta[ORIGIN])
        assert origin is not None
        read = self._read(response, opened.article.title)
        if isinstance(read, Reject):
            yield from self._miss(opened, read.reason)
            yield from self._go_on(opened, origin)
            return
        url = asked(response)
        joining = join(opened.article, read)
        if joining is Joining.FOREIGN and not self.spider.arguments.via:
            yield self.spider.finder.article_request(url)
        if joining is not Joining.ADDED:  # the pager is not that of the story
            yield from self.spider.yield_whole(opened.article)
            return
        key = self.spider.page_key(url)
        yield PartRead("" if key == origin.key else key, url, opened.next)
        opened.next, opened.is_again = opened.next + 1, False
        yield from self._go_on(opened, origin)

    def _read(self, response: Response, title: str) -> Article | Reject:
        page = self.spider.finder.page_of_part(response)
        if isinstance(page, Reject):
            return page
        page.link_texts = (title,)
        return self.spider.read(page)

    def on_part_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Request the page once more, later; after that, go on without it."""
        request: Request = failure.request  # type: ignore[attr-defined]
        opened, origin = OpenStory.of(request.cb_kwargs[STORY]), origin_of(request.meta[ORIGIN])
        assert origin is not None
        if not opened.is_again and _is_transient(failure):
            opened.is_again = True
            yield self._request(opened, origin)
            return
        rejects = [one for one in self.spider.on_error(failure) if isinstance(one, Reject)]
        yield from self._miss(opened, rejects[0].reason if rejects else "it is not archived")
        yield from self._go_on(opened, origin)

    def _miss(self, story: OpenStory, reason: str) -> Iterator[Reject]:
        """Go on without the page that was requested."""
        yield Reject(story.url, RejectCode.PART_MISSING, f"page {story.next}: {reason}"[:200])
        story.article.missing_parts += 1
        story.next, story.is_again = story.next + 1, False


def _is_transient(failure: Failure) -> bool:
    if isinstance(failure.value, NotArchivedError):
        return False
    status = failure.value.response.status if isinstance(failure.value, HttpError) else 0
    kind = failure_kind(failure.value)
    return kind is not FailureKind.PERMANENT and may_recover(kind, status)
