"""Spiders of portals whose addresses nobody described: they find their way by what pages are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.run import RunRecorder
from portals.discovery.explorer import Explorer, PageKind, Shape, Visit
from portals.discovery.links import found_links
from portals.extraction.page import Page
from portals.extraction.teacher import Teacher, theme_from_json, theme_to_json
from portals.language.text import content_hash
from portals.store.database import LearntShape
from spiders.base import Output, PortalSpider

_KEPT_UNDATED = 500  # pages without a date that wait for a verdict on their addresses


class DiscoverySpider(PortalSpider):
    """A portal whose addresses nobody described: it finds its way by what pages are.

    What was learnt of the shapes of addresses is kept in the database for the next run.
    """

    explorer: Explorer
    teacher: Teacher

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the home page."""
        recorder = self._recorder()
        learnt = [
            Shape(
                name=known.shape,
                kind=known.kind,
                pages_read=known.pages_read,
                articles=known.articles,
                listings=known.listings,
                example=known.example,
            )
            for known in recorder.learnt_shapes(self.name)
        ]
        self.explorer = Explorer(self.home, learnt)
        known_theme = recorder.learnt_theme(self.name)
        self.teacher = Teacher(self.reader, theme_from_json(known_theme) if known_theme else None)
        self._undated: dict[str, Article] = {}
        yield self._request(Visit(self.home, "listing"))

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Output]:
        """Yield the article of a page, if it is one, and what to read next."""
        visit: Visit = kwargs["visit"]
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
            yield from self._requests(self.explorer.failed(visit.url))
            return
        if visit.url != self.home and response.url.rstrip("/") == self.home.rstrip("/"):
            yield Reject(visit.url, "extract", "the address leads to the home page")
            yield from self._requests(self.explorer.failed(visit.url))
            return
        yield from self._explore(page, visit)

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows, by what the portal's own pages taught where they did."""
        return self.teacher.read(page)

    def _explore(self, page: Page, visit: Visit) -> Iterator[Output]:
        result: Article | Reject | None = None if visit.url == self.home else self.read(page)
        kind: PageKind = "other"
        text_hash = None
        if isinstance(result, Article):
            kind = "article" if result.published_at else "undated"
            text_hash = content_hash(result.title, result.body)
        links = [
            type(link)(url, link.text) for link in found_links(page) if (url := self.own(link.url))
        ]
        seen = self.explorer.see(visit.url, kind, links, text_hash)
        if seen.is_list:
            self.count("listings")
        if isinstance(result, Article) and result.published_at:
            yield from self.deliver(result)
        elif isinstance(result, Article):
            yield from self._wait_for_proof(visit.url, result)
        elif isinstance(result, Reject) and not seen.is_list and visit.purpose == "article":
            yield result
        yield from self._proven()
        yield from self._requests(seen.visits)

    def _wait_for_proof(self, url: str, article: Article) -> Iterator[Output]:
        if len(self._undated) >= _KEPT_UNDATED:
            oldest = next(iter(self._undated))
            del self._undated[oldest]
            yield Reject(oldest, "extract", "no date, and its address is not like an article's")
        self._undated[url] = article

    def _proven(self) -> Iterator[Output]:
        """Deliver the undated pages whose addresses have turned out to be those of articles."""
        proven = [url for url in self._undated if self.explorer.accepts_undated(url)]
        for url in proven:
            yield from self.deliver(self._undated.pop(url))

    def failed_visit(self, failure: Failure) -> Iterator[Output]:
        """Count a failed visit and go on with what is left."""
        yield from self.failed(failure)
        visit: Visit = failure.request.cb_kwargs["visit"]  # type: ignore[attr-defined]
        yield from self._requests(self.explorer.failed(visit.url))

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy passes it
        """Keep what was learnt."""
        recorder = self._recorder()
        # A run that met no article may have met a portal that was down: what it saw proves nothing.
        proven = [s for s in self.explorer.learnt() if self.explorer.articles or s.kind != "other"]
        learnt = [
            LearntShape(
                shape=shape.name,
                kind=shape.kind,
                pages_read=shape.pages_read,
                articles=shape.articles,
                listings=shape.listings,
                example=shape.example or self.home,
            )
            for shape in proven
            if shape.kind != "unknown"
        ]
        recorder.keep_shapes(self.name, learnt)
        theme = theme_to_json(self.teacher.theme) if self.teacher.theme else None
        recorder.keep_theme(self.name, theme, self.teacher.taught_by)

    def _recorder(self) -> RunRecorder:
        recorder = self.crawler.get_extension(RunRecorder)
        assert recorder is not None
        return recorder

    def _requests(self, visits: list[Visit]) -> Iterator[Request]:
        section = self.arguments.section
        for visit in visits:
            if section and visit.purpose == "page" and section not in visit.url:
                continue
            yield self._request(visit)

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.url,
            self.parse,
            errback=self.failed_visit,
            cb_kwargs={"visit": visit},
            priority=1 if visit.purpose in ("article", "sample") else 0,
            dont_filter=True,
        )
