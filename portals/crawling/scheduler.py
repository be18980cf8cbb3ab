"""The scheduler: queue and seen-set are in the database, with one transaction per page.

A request is pending, then leased to this process, then done. It becomes done in the transaction
that stores its articles, rejects and new requests, so that a killed process loses nothing: the
next run returns leased requests to the queue.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from typing import Self

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response

from portals.article import Reject
from portals.crawling.budget import OUT_OF_ERRORS, Budget
from portals.crawling.commit import PageCommitter
from portals.crawling.history import StoredHistory
from portals.crawling.item_signals import submit
from portals.crawling.modes import CrawlMode
from portals.crawling.open_story import ORIGIN, article_so_far, origin_of
from portals.crawling.page_result import (
    Applied,
    FailureKind,
    PageResult,
    RequestedPage,
    budget_class,
)
from portals.crawling.page_work import PageWork
from portals.crawling.recording import Recording
from portals.crawling.requests import LEASE, serialize_request
from portals.crawling.spider_outputs import KIND, LATE_PRIORITY
from portals.discovery.url_filters import MAX_QUEUED, UrlFilters
from portals.network.politeness import POSTPONED
from portals.network.scrapy_compat import close_spider
from portals.network.server_records import server_records
from portals.network.servers import server_of
from portals.network.url_guard import UrlGuard
from portals.outcomes import Counter, RejectCode
from portals.store.crawl_state import CrawlState
from portals.store.request_queue import LeasedRequest, RequestQueue
from portals.timestamps import utc, utc_now

logger = logging.getLogger(__name__)

ENDED = frozenset(["finished", "limit"])
"""Close reasons of Scrapy after which a crawl is finished; after any other it is resumed."""

_MISSED = ("reader_errors", "unfollowed_pagers", "unaddressed")
"""Counters of pages whose links are unknown: the next traversal may not end at known articles."""

_LEASED_AT_ONCE = 8  # requests leased in one transaction
_DEATHS = 2  # of the process with the same page in flight; one may have been an operator's kill
_TRIES = 2  # attempts per page and run, in addition to Scrapy's retries


class Frontier(BaseScheduler):
    """Scrapy scheduler on the table ``frontier``."""

    spider: Spider
    queue: RequestQueue

    def __init__(self, crawler: Crawler, committer: PageCommitter) -> None:
        self.crawler = crawler
        self.committer = committer
        self.run_log = committer.run_log
        self.guard = committer.guard
        settings = crawler.settings
        # Limit of pages in flight or not yet stored, which a killed run fetches again.
        self._max_open = settings.getint("CONCURRENT_REQUESTS")
        self._budget = Budget(settings.getint("ERROR_BUDGET"), settings.getint("MAX_REQUESTS"))
        self._returned: deque[Request] = deque()
        self._leased: deque[LeasedRequest] = deque()
        self._is_ending = False
        self._is_retrying = False
        self._has_given_up = False
        self._is_held = False
        self._unread_pages = 0
        crawler.signals.connect(self._on_opened, signals.spider_opened)
        crawler.signals.connect(self._on_idle, signals.spider_idle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the scheduler; the extension Recording exists already."""
        recording = crawler.get_extension(Recording)
        assert recording is not None, "set RECORD, which adds it"
        return cls(crawler, recording.committer)

    # --- Scrapy's interface --------------------------------------------------------------------

    def open(self, spider: Spider) -> None:
        """Begin the run, or resume the one that was interrupted."""
        self.spider = spider
        try:
            self._begin(spider)
        except sqlite3.Error as error:
            self.guard.on_failure("the run", error)

    def _begin(self, spider: Spider) -> None:
        run_log = self.run_log
        self.queue = RequestQueue(run_log.store, spider.name)
        previous = run_log.begin(spider)
        CrawlState(run_log.store, spider.name).correct_times(utc_now())
        run_log.before_end.append(self._save_skipped_urls)
        queued = self.queue.count("pending", "leased")
        is_unfinished = bool(queued or self.queue.count("done", "failed"))
        wants_to = self.crawler.settings.getbool("RESUME", default=True)
        has_callbacks = self.queue.callback_names() <= set(dir(spider))
        if is_unfinished and wants_to and has_callbacks and previous is not None:
            run_log.resume(previous)
            if run_log.was_killed and self.crawler.settings.getbool("COUNT_DEATHS"):
                self._reject_deadly_pages()
            self.queue.release()
            self.committer.queued = queued
            logger.info("resuming run %d: %d requests are queued", previous, queued)
        else:
            if is_unfinished:
                self._discard()
            self.queue.clear()
        server_records(self.crawler).forgotten = self.committer.applier.forgotten
        if run_log.crawl.mode is not CrawlMode.REPLAY:
            self._use_server_records(spider)
        if hasattr(spider, "history"):
            spider.history = StoredHistory(
                run_log.store, run_log.crawl, is_resumed=run_log.is_resumed
            )

    def _discard(self) -> None:
        """Forget what the unfinished crawl did not request: the sitemaps that named it are read."""
        logger.info(
            "discarding an unfinished crawl: its arguments or callbacks differ, or RESUME=0"
        )
        state = CrawlState(self.run_log.store, self.spider.name)
        with self.run_log.store.writing():
            for key in self.queue.announcements():
                state.forget_announcement(key)

    def _reject_deadly_pages(self) -> None:
        """Reject the pages that were being processed when the process died, for the second time.

        A page that makes the parser crash, or eats the memory, would otherwise be leased first at
        every start: no run would get past it.
        """
        for lease in self.queue.record_death(self._max_open, _DEATHS):
            expected = lease.request.get("meta", {}).get(KIND, "other")
            story = origin_of(lease.request.get("meta", {}).get(ORIGIN))
            page = RequestedPage(lease.id, lease.key, lease.url, expected, story=story)
            result = PageResult(self.run_log.crawl, page, utc(utc_now()))
            result.failure = FailureKind.PERMANENT
            result.rejects.append(Reject(lease.url, RejectCode.KILLED_PROCESS))
            if article := article_so_far(lease.request):
                result.articles.append(article)
            self.committer.store([result])
        self._max_open = 1  # so that a second death names one page

    def _use_server_records(self, spider: Spider) -> None:
        """Find out whether the server asked not to be requested yet."""
        records = server_records(self.crawler)
        records.use(self.run_log.store)
        guard: UrlGuard | None = getattr(spider, "url_guard", None)
        if guard is None:
            return
        if self.crawler.settings.getbool("RETRY_NOW"):
            records.lift(guard.homes[0])
        if until := records.held_until(server_of(guard.homes[0])):
            self.run_log.stats.set_value(Counter.HELD_UNTIL, utc(until))
            self._is_held = True

    def close(self, reason: str) -> None:
        """Return leased requests to the queue; clear the queue of a finished crawl."""
        if self.guard.has_failed:
            return
        try:
            self.queue.release()
            if reason == POSTPONED:
                self.queue.requeue_failed()
            self.run_log.failed_pages = self.queue.count("failed")
            self._unread_pages = self.queue.count_failed_lists()
            if reason in ENDED:
                self._end(is_whole=reason == "finished")
        except sqlite3.Error as error:
            self.guard.on_failure("the frontier", error)

    def _end(self, *, is_whole: bool) -> None:
        """Clear the queue and complete the traversals, in one transaction."""
        run_log = self.run_log
        with run_log.store.writing():
            self.queue.clear()
            if is_whole and self._is_live and not run_log.is_partial:
                state = CrawlState(run_log.store, run_log.crawl.portal)
                is_whole = not self._unread_pages and not any(map(run_log.total, _MISSED))
                run_ids = run_log.store.runs.crawl_of(run_log.run_id)
                again = state.complete_traversals(utc_now(), run_ids, is_whole=is_whole)
                run_log.stats.set_value(Counter.READ_AGAIN, again)

    @property
    def _is_live(self) -> bool:
        return self.run_log.crawl.mode == "live"

    def has_pending_requests(self) -> bool:
        """Return True if anything is queued."""
        is_queued = not self.guard.has_failed and self.committer.queued > 0
        return bool(self._returned or self._leased or is_queued)

    def enqueue_request(self, request: Request) -> bool:
        """Enqueue a start request; requeue a leased one after a retry or a redirect."""
        if LEASE in request.meta:
            self._returned.append(request)
            return True
        if self.guard.has_failed:
            return False
        applied, committer = Applied(), self.committer
        try:
            committer.applier.enqueue(
                [serialize_request(request)],
                self.run_log.crawl,
                utc(utc_now()),
                applied,
                MAX_QUEUED - committer.queued,
            )
        except sqlite3.Error as error:
            self.guard.on_failure(request.url, error)
            return False
        committer.on_enqueued(applied)
        return bool(applied.enqueued)

    def next_request(self) -> Request | None:
        """Return the next request, leased to this process, or None if none is pending."""
        if self._returned:
            return self._returned.popleft()
        if self.committer.open_pages >= self._max_open or self._is_held:
            return None
        if not self._leased:
            self._lease()
        if not self._leased:
            return None
        self.committer.open_pages += 1
        work = PageWork(
            self.spider, self.run_log.crawl, self._leased.popleft(), self._submit, self._release
        )
        return work.request()

    def _lease(self) -> None:
        if self.guard.has_failed or not self.committer.queued:
            return
        try:
            self._leased.extend(self.queue.lease(_LEASED_AT_ONCE, above=LATE_PRIORITY))
            if not self._leased and not self.committer.open_pages:
                self._leased.extend(self.queue.lease(1))
        except sqlite3.Error as error:
            self.guard.on_failure("the frontier", error)
            return
        is_waiting = bool(self._leased or self.committer.open_pages)
        queued = self.committer.queued - len(self._leased) if is_waiting else 0
        self.committer.queued = max(0, queued)

    def _release(self) -> None:
        self.committer.open_pages -= 1

    # --- pages ---------------------------------------------------------------------------------

    async def _submit(self, result: PageResult, response: Response | None) -> None:
        """Send a result through the pipelines, store it, and charge the budget of the run."""
        await submit(self.crawler, self.committer, result, response)
        if result.applied is None:
            return
        for link in (*result.skipped, *result.applied.skipped):
            self._url_filters.record(link.rule, link.url)
        self._charge(result)

    @property
    def _url_filters(self) -> UrlFilters:
        filters = getattr(self.spider, "url_filters", None)
        return filters if isinstance(filters, UrlFilters) else UrlFilters()

    def _charge(self, result: PageResult) -> None:
        """Charge the page to the budget and end the run if that is spent."""
        reason = None
        if self.run_log.crawl.mode != "replay":
            reason = self._budget.charge(budget_class(result))
        if reason == OUT_OF_ERRORS and self._is_retrying:
            self._give_up()
        elif reason and not self._is_ending:
            self._is_ending = True
            close_spider(self.crawler, reason)

    def _give_up(self) -> None:
        """Stop retrying failed pages: their second attempts spent the error budget again."""
        try:
            self.queue.give_up()
        except sqlite3.Error as error:
            self.guard.on_failure("the frontier", error)
        self._has_given_up = True
        self._leased.clear()
        self.committer.queued = 0

    def _save_skipped_urls(self) -> None:
        run_log = self.run_log
        run_log.store.url_knowledge.save_skipped_urls(
            run_log.crawl.portal, self._url_filters.skipped(), run_log.run_id, utc_now()
        )

    # --- signals ---------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        """End a crawl that could not begin; only now can all its components be closed."""
        if self.guard.has_failed:
            raise CloseSpider("storage")
        if self._is_held:
            raise CloseSpider(POSTPONED)

    def _on_idle(self) -> None:
        """Retry failed pages once if the portal has answered any request."""
        has_answered = self.run_log.stats.get_value(Counter.PAGES_READ)
        if self.guard.has_failed or self._has_given_up or not has_answered:
            return
        self._is_retrying = True
        self.committer.queued += self.queue.retry_failed(_TRIES)
        request = self.next_request()
        if request is not None:
            assert self.crawler.engine is not None
            self.crawler.engine.crawl(request)
            raise DontCloseSpider
