"""Storing a page result: one transaction for everything that a page gave.

The same function stores results of this process and results that another one sends as JSON. All
decisions that need the database are made here: which links are known, and which of them are due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from portals.archive.wayback import parse_playback_url
from portals.article import Article, Reject
from portals.crawling.modes import CrawlMode
from portals.crawling.page_result import (
    Applied,
    CrawlContext,
    PageResult,
    SkippedLink,
    StoryOrigin,
    is_retryable,
    page_kind,
)
from portals.crawling.revisit_policy import (
    archived_visit,
    is_missing_article,
    is_settled,
    is_undecided_sample,
    visit_after,
    visit_of_part,
    visit_of_story,
)
from portals.crawling.spider_outputs import CHANGED, KIND, KnownArticle, ListingPageRead
from portals.discovery.url_filters import FORGOTTEN, MAX_QUEUED
from portals.outcomes import RejectCode
from portals.store.crawl_state import CrawlState, ListingPage
from portals.store.database import Store
from portals.store.forgotten import ForgottenUrls
from portals.store.future_times import true_until
from portals.store.pages import PageRepository
from portals.store.request_queue import QueuedRequest, RequestQueue
from portals.urls import number_of, url_key

_FULL = 6  # usual articles on a first page, from which less than a third means it has shrunk


def apply(store: Store, result: PageResult) -> Applied:
    """Store ``result`` in one transaction and return what that changed. Raises sqlite3.Error."""
    return PageApplier(store, result.crawl.portal).apply(result)


class PageApplier:
    """Stores the page results of one portal.

    ``forgotten``: the URLs that are not requested or stored; none is added while a crawl holds the
    portal's lock. ``before_commit``: stores what else belongs to the transaction of results.
    """

    def __init__(self, store: Store, portal: str) -> None:
        self.store = store
        self.portal = portal
        self.forgotten = ForgottenUrls.of(store.db.conn)
        self.pages = PageRepository(store)
        self.queue = RequestQueue(store, portal)
        self.state = CrawlState(store, portal)
        self.before_commit: Callable[[Sequence[PageResult], Sequence[Applied]], None] | None = None

    def apply(self, result: PageResult, room: int = MAX_QUEUED) -> Applied:
        """Store ``result`` and return what that changed.

        ``room``: requests that may still be enqueued. Raises sqlite3.Error.
        """
        return self.apply_all([result], room)[0]

    def apply_all(self, results: Sequence[PageResult], room: int = MAX_QUEUED) -> list[Applied]:
        """Store ``results`` in one transaction and return what each changed.

        ``room``: requests that may still be enqueued. Raises sqlite3.Error.
        """
        changes: list[Applied] = []
        with self.store.writing():
            for result in results:
                applied = Applied()
                self.store_content(result, applied)
                self._store_state(result, applied, room)
                room -= applied.enqueued
                changes.append(applied)
            if self.before_commit:
                self.before_commit(results, changes)
        return changes

    def store_content(self, result: PageResult, applied: Applied) -> None:
        """Store pages, articles and rejects, inside the caller's transaction."""
        page_id = self._store_pages(result)
        self._store_items(result, page_id, applied)

    def _store_state(self, result: PageResult, applied: Applied, room: int) -> None:
        """Store what the rest of the crawl, and later ones, need to know of the page."""
        self._skip_known(result.known, applied)
        for part in result.parts:
            if part.key:
                self.queue.add_done(part.key, part.url)
        self.enqueue(result.requests, result.crawl, result.fetched_at, applied, room)
        self._store_exploration(result)
        self._store_visit(result, applied)
        for page in () if applied.is_settled else result.listing_pages:
            self._record_listing_page(result, page, applied)
        is_failed = is_retryable(result) and not applied.is_settled
        self.queue.finish(result.request.lease_id, failed=is_failed)

    def enqueue(
        self,
        requests: Iterable[QueuedRequest],
        crawl: CrawlContext,
        now: str,
        applied: Applied,
        room: int = MAX_QUEUED,
    ) -> None:
        """Enqueue requests; skip known articles that are not due for a revisit at ``now``."""
        wanted: list[QueuedRequest] = []
        for request in requests:
            if self._is_forgotten(request):
                applied.skipped.append(SkippedLink(FORGOTTEN, request.url))
            elif self._is_not_due(request, crawl, now):
                self._skip_known([KnownArticle(request.key, request.url)], applied)
            elif len(wanted) >= room:
                applied.skipped.append(SkippedLink("queue full", request.url))
            else:
                wanted.append(request)
        applied.enqueued += self.queue.add(wanted)
        applied.skipped += [SkippedLink("duplicate", url) for url in self.queue.duplicate_urls]
        self.queue.duplicate_urls.clear()

    def _is_forgotten(self, request: QueuedRequest) -> bool:
        """Return True for a page that was taken down, or a capture of it in a public archive."""
        if not self.forgotten:
            return False
        played = parse_playback_url(request.url)
        url = played.url if played else request.url
        return self.forgotten.covers(self.portal, url, number_of(request.key))

    def _is_not_due(self, request: QueuedRequest, crawl: CrawlContext, now: str) -> bool:
        if request.request.get("meta", {}).get(KIND) != "article":
            return False
        if crawl.mode is not CrawlMode.LIVE or crawl.revisits == "all":
            return False
        visit = self.state.last_visit(request.key)
        if visit is None or visit.kind != "article":
            return False
        if crawl.revisits == "none":
            return True
        # After a visit with the clock ahead the article would never be due.
        is_false = visit.fetched_at > true_until(now)
        is_wanted = crawl.revisits == "settled" and visit.is_settled
        if is_false or is_wanted or request.request["meta"].get(CHANGED, "") > visit.fetched_at:
            return False
        return visit.next_visit_at is not None and visit.next_visit_at > now

    def _skip_known(self, known: Iterable[KnownArticle], applied: Applied) -> None:
        """Count known articles, each once a crawl however many listings show it."""
        for article in known:
            applied.listed_known += 1
            applied.skipped_known += self.queue.add_done(article.key, article.url)

    def _store_pages(self, result: PageResult) -> int | None:
        """Store where the responses are archived and what the page is; return the page's id."""
        portal = result.crawl.portal
        ids = {page: self.pages.add(portal, page) for page in result.archived}
        if result.answer is None:
            return None
        page_id = ids.get(result.answer) or self.pages.add(portal, result.answer)
        self.pages.record_page_kind(page_id, page_kind(result))
        return page_id

    def _store_items(self, result: PageResult, page_id: int | None, applied: Applied) -> None:
        run_id = result.crawl.run_id
        if result.failure is None:
            self.state.delete_rejects(result.request.url)  # of earlier, failed attempts
        if result.request.story is not None:
            page_id = self._store_parts(result, result.request.story, page_id)
        self._reject_forgotten(result)
        for article in result.articles:
            applied.outcomes.append(self._store_article(article, result, page_id))
        for reject in result.rejects:
            self.store.runs.record_reject(reject, run_id, datetime.fromisoformat(result.fetched_at))

    def _store_article(self, article: Article, result: PageResult, page_id: int | None) -> str:
        """Store an article and return its outcome."""
        is_archive = result.crawl.mode is not CrawlMode.LIVE
        return self.store.articles.save(
            article, result.crawl.run_id, from_archive=is_archive, page_id=page_id
        )

    def _reject_forgotten(self, result: PageResult) -> None:
        """Replace articles that were taken down, and came by another request, by rejects."""
        kept = [
            one
            for one in result.articles
            if not self.forgotten.covers(one.portal, one.url, one.external_id)
        ]
        if len(kept) < len(result.articles):
            result.articles = kept
            result.rejects.append(Reject(result.request.url, RejectCode.FORGOTTEN))

    def _store_parts(
        self, result: PageResult, story: StoryOrigin, page_id: int | None
    ) -> int | None:
        """Store of which story the page is a part; return the id of the story's first page."""
        if story.page is None:
            return None
        first_id = self.pages.add(result.crawl.portal, story.page)
        if page_id is not None:
            for part in result.parts:
                self.pages.add_part(first_id, part.number, page_id)
        if result.articles:
            self.pages.record_page_kind(first_id, "article")
        return first_id

    def _store_exploration(self, result: PageResult) -> None:
        now = datetime.fromisoformat(result.fetched_at)
        if result.crawl.mode is CrawlMode.LIVE:
            for listing in result.traversals:
                self.state.begin_traversal(listing, now, result.crawl.run_id)
        for record in result.exploration:
            self.queue.record_exploration(record.url, record.page)

    def _record_listing_page(
        self, result: PageResult, page: ListingPageRead, applied: Applied
    ) -> None:
        """Record a listing page, and the end of its listing's traversal if it is that."""
        is_live, run_id = result.crawl.mode is CrawlMode.LIVE, result.crawl.run_id
        now = datetime.fromisoformat(result.fetched_at)
        if is_live and page.state == "fetched" and self._has_shrunk(page):
            applied.shrunken_listings += 1
        if page.is_traversal_start and is_live:
            self.state.begin_traversal(page.listing, now, run_id)
        row = ListingPage(
            page.listing, page.number, page.url, page.state, page.items, page.stop_reason
        )
        self.state.record_listing_page(row, now, run_id)
        self.state.record_expected_pages(page.listing, page.expected, now, run_id)
        if page.stop_reason and is_live:
            self.state.end_traversal(page.listing, page.number, page.stop_reason)

    def _has_shrunk(self, page: ListingPageRead) -> bool:
        usual = self.state.usual_length(page.listing) if page.number == 1 else 0
        return usual >= _FULL and page.items * 3 < usual

    def _store_visit(self, result: PageResult, applied: Applied) -> None:
        if result.crawl.mode is CrawlMode.REPLAY:
            self._store_archived_visit(result)
        if result.crawl.mode is not CrawlMode.LIVE:
            return  # visits to an archive say nothing about the portal's current state
        for part in result.parts:
            if part.key:
                self.state.save_visit(visit_of_part(result, part))
        if result.request.story is not None:
            if not result.goes_on:
                before = self.state.last_visit(result.request.story.key)
                visit = visit_of_story(result, result.request.story, before)
                applied.is_settled = is_settled(result, visit)
                if not applied.is_settled:
                    applied.missing_articles = is_missing_article(result, before)
                self.state.save_visit(visit)
            return
        if not any(part.key in ("", result.request.key) for part in result.parts):
            self._store_own_visit(result, applied)

    def _store_own_visit(self, result: PageResult, applied: Applied) -> None:
        """Store the visit to the requested page, and what it says of articles that are missing."""
        before = self.state.last_visit(result.request.key)
        visit = visit_after(result, before)
        applied.is_settled = is_settled(result, visit)
        if not (applied.is_settled or is_retryable(result)):  # failed pages are counted as such
            applied.missing_articles = is_missing_article(result, before)
        if is_undecided_sample(result, before):
            self.state.forget_announcement(url_key(result.request.source))
        if visit:
            self.state.save_visit(visit)

    def _store_archived_visit(self, result: PageResult) -> None:
        """Store that an archived article was there or gone at the time of its capture."""
        if visit := archived_visit(result):
            self.state.save_archived_visit(visit)
