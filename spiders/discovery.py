"""Spiders of portals whose addresses nobody described: they find their way by what pages are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.outputs import KEY, KIND, ExplorationRecord, ListingPageRead, SpiderOutput
from portals.crawling.scheduler import ENDED
from portals.discovery.explorer import Explorer
from portals.discovery.links import found_links
from portals.discovery.paging import fingerprint_of
from portals.discovery.targets import CrawlTarget, FoundLink, PageKind, UrlPattern
from portals.discovery.url_patterns import listing_position
from portals.extraction.page import Page
from portals.extraction.selector_learner import SelectorLearner, theme_from_json, theme_to_json
from portals.language.text import content_hash
from portals.network.replay_handler import NotArchivedError
from portals.outcomes import REJECT_RULES, Counter, RejectCode
from portals.store.database import StoredUrlPattern
from spiders.base import LAST
from spiders.wayback import ArchivedPortalSpider

_KEPT_UNDATED = 500  # pages without a date that wait for a verdict on their addresses


class DiscoverySpider(ArchivedPortalSpider):
    """A portal whose addresses nobody described: it finds its way by what pages are.

    What was learnt of the shapes of addresses is kept in the database for the next run.
    """

    explorer: Explorer
    learner: SelectorLearner

    async def start_live(self) -> AsyncIterator[Request]:
        """Ask for the home page, or for what an interrupted crawl would have asked for next."""
        self.fill_gaps()
        frontier, recorder = self.frontier, self.recorder
        learnt = [
            UrlPattern(
                name=known.pattern,
                kind=known.kind,
                pages_read=known.pages_read,
                articles=known.articles,
                listings=known.listings,
                example=known.example,
            )
            for known in recorder.learnt_shapes(self.name)
        ]
        wanted = self.arguments
        is_partial = bool(wanted.since or wanted.until or wanted.revisit == "all")
        walked_at = frontier.memory.completed_at("") if frontier.remembers else None
        self.explorer = Explorer(
            self.home_url, learnt, self._is_known, stops_at_known=bool(walked_at and not is_partial)
        )
        known_theme = recorder.learnt_theme(self.name)
        self.learner = SelectorLearner(
            self.reader, theme_from_json(known_theme) if known_theme else None
        )
        self._undated: dict[str, Article] = {}
        for url in self.due_revisits():
            yield self._request(CrawlTarget(url, "article")).replace(priority=LAST)
        if frontier.remembers and not frontier.resumed:
            frontier.memory.begin_traversal("", datetime.now(UTC), recorder.run_id)
        yield self._request(CrawlTarget(self.home_url, "listing"))
        for url, seen in frontier.queue.exploration_log():
            for request in self._requests(self._see_again(url, seen)):
                yield request

    def _is_known(self, url: str) -> bool:
        """Return True if ``url`` is a known article; the calendar brings those that are due."""
        frontier, key = self.frontier, self.page_key(url)
        if self.arguments.revisit == "all":
            return False
        visit = frontier.recall(key)
        if visit is None or visit.kind != "article" or visit.fingerprint is None:
            return False
        frontier.note_known(key, url)
        return True

    def _see_again(self, url: str, seen: list[Any]) -> list[CrawlTarget]:
        """Let the explorer see what an interrupted crawl saw. What it asks for may wait already."""
        if not seen:
            return self.explorer.on_failure(url)
        kind, links, text_hash = seen
        found = [FoundLink(link, text) for link, text in links]
        return self.explorer.on_page(url, kind, found, text_hash).targets

    def parse(
        self,
        response: Response,
        **kwargs: Any,  # noqa: ARG002 - they are in the request, for errbacks too
    ) -> Iterator[SpiderOutput]:
        """Yield the article of a page, if it is one, and what to read next."""
        visit = self._visit(response.request)
        page = self.page_of(response)
        if isinstance(page, Reject):
            yield page
            yield from self._broken(visit)
            return
        if visit.url != self.home_url and response.url.rstrip("/") == self.home_url.rstrip("/"):
            yield Reject(visit.url, RejectCode.REDIRECTED_HOME)
            yield from self._missed(visit)
            return
        yield from self._explore(page, visit)

    def _visit(self, request: Request | None) -> CrawlTarget:
        assert request is not None
        return CrawlTarget(request.cb_kwargs["asked"], request.cb_kwargs["purpose"])

    def _missed(self, visit: CrawlTarget) -> Iterator[SpiderOutput]:
        yield ExplorationRecord(visit.url, [])
        yield from self._requests(self.explorer.on_failure(visit.url))

    def read_page(self, page: Page) -> Article | Reject:
        """Return what the page shows, by what the portal's own pages taught where they did."""
        return self.learner.read(page)

    def _explore(self, page: Page, visit: CrawlTarget) -> Iterator[SpiderOutput]:
        result: Article | Reject | None = None if visit.url == self.home_url else self.read(page)
        kind: PageKind = "other"
        text_hash = None
        if isinstance(result, Article):
            kind = "article" if result.published_at else "undated"
            text_hash = content_hash(result.title, result.body)
        links = [
            type(link)(url, link.text)
            for link in found_links(page)
            if (url := self.normalize_url(link.url))
        ]
        seen = self.explorer.on_page(visit.url, kind, links, text_hash)
        yield ExplorationRecord(
            visit.url, [kind, [[link.url, link.text] for link in links], text_hash]
        )
        if seen.is_listing:
            self.inc_counter(Counter.LISTINGS)
            section, number = listing_position(visit.url)
            fingerprint = fingerprint_of([link.url for link in links])
            yield ListingPageRead(
                section, number, visit.url, "fetched", seen.listed, fingerprint, seen.stop_reason
            )
        if isinstance(result, Article) and result.published_at:
            yield from self.yield_if_wanted(result)
        elif isinstance(result, Article):
            yield from self._wait_for_proof(visit.url, result)
        elif result is None and not seen.is_listing and (reject := self.interstitial_of(page)):
            yield reject
        elif isinstance(result, Reject) and not seen.is_listing and self._is_told(result, visit):
            yield result
        yield from self._proven()
        yield from self._requests(seen.targets)

    def _is_told(self, reject: Reject, visit: CrawlTarget) -> bool:
        """Return True if a reject is worth recording: sampled pages seldom are articles."""
        return visit.purpose == "article" or REJECT_RULES[reject.code].counter is not None

    def _wait_for_proof(self, url: str, article: Article) -> Iterator[SpiderOutput]:
        if len(self._undated) >= _KEPT_UNDATED:
            oldest = next(iter(self._undated))
            del self._undated[oldest]
            yield Reject(oldest, RejectCode.UNDATED)
        self._undated[url] = article

    def _proven(self) -> Iterator[SpiderOutput]:
        """Deliver the undated pages whose addresses have turned out to be those of articles."""
        proven = [url for url in self._undated if self.explorer.accepts_undated(url)]
        for url in proven:
            yield from self.yield_if_wanted(self._undated.pop(url))

    def on_visit_error(self, failure: Failure) -> Iterator[SpiderOutput]:
        """Count a failed visit and go on with what is left."""
        yield from self.on_error(failure)
        if isinstance(failure.value, NotArchivedError):
            yield from self._missed(self._visit(failure.request))  # type: ignore[attr-defined]
            return
        yield from self._broken(self._visit(failure.request))  # type: ignore[attr-defined]

    def _broken(self, visit: CrawlTarget) -> Iterator[SpiderOutput]:
        """Note a page that could not be read; one of a list leaves a hole in the ledger."""
        if visit.purpose in ("listing", "page"):
            section, number = listing_position(visit.url)
            yield ListingPageRead(section, number, visit.url, "failed")
        yield from self._missed(visit)

    def closed(self, reason: str) -> None:
        """Keep what was learnt; a crawl that was cut off goes on from what it knew before."""
        if not hasattr(self, "explorer"):
            return
        for shape in self.explorer.exhausted():
            self.frontier.traps.record(
                "lists without news", next(iter(shape.queued)), len(shape.queued)
            )
        if self.explorer.unsorted:
            self.frontier.traps.record("too many kinds", self.home_url, self.explorer.unsorted)
        if reason not in ENDED:
            return
        recorder = self.recorder
        # A run that met no article may have met a portal that was down: what it saw proves nothing.
        proven = [s for s in self.explorer.learned() if self.explorer.articles or s.kind != "other"]
        learnt = [
            StoredUrlPattern(
                pattern=shape.name,
                kind=shape.kind,
                pages_read=shape.pages_read,
                articles=shape.articles,
                listings=shape.listings,
                example=shape.example or self.home_url,
            )
            for shape in proven
            if shape.kind != "unknown"
        ]
        recorder.keep_shapes(self.name, learnt)
        theme = theme_to_json(self.learner.theme) if self.learner.theme else None
        recorder.keep_theme(self.name, theme, self.learner.trained_on)

    def _requests(self, visits: list[CrawlTarget]) -> Iterator[Request]:
        section = self.arguments.section
        for visit in visits:
            if section and visit.purpose == "page" and section not in visit.url:
                continue
            yield self._request(visit)

    def _request(self, visit: CrawlTarget) -> Request:
        return Request(
            visit.url,
            self.parse,
            errback=self.on_visit_error,
            cb_kwargs={"asked": visit.url, "purpose": visit.purpose},
            priority=1 if visit.purpose in ("article", "sample") else 0,
            meta={
                KIND: "article" if visit.purpose == "article" else "other",
                KEY: self.page_key(visit.url),
            },
        )
