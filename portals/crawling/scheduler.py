"""The scheduler: queue and seen-set in the database, one transaction a page, nothing lost.

A request is pending, leased to this process, then done. It is done in the same transaction that
stores its article or its reject and the requests that it led to, so that a process may be killed
at any moment: what was not committed is leased and returns to those that wait.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.utils.defer import _schedule_coro
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.budget import OUT_OF_ERRORS, Budget, PageResult
from portals.crawling.outputs import KEY, KIND, ListingPageRead
from portals.crawling.page_work import LEASE, Unit, current_unit
from portals.crawling.run import RunRecorder
from portals.discovery.url_filters import MAX_QUEUED, UrlFilters
from portals.outcomes import RejectCode
from portals.store.article_writer import utc
from portals.store.crawl_state import CrawlState, ListingPage, PageVisit
from portals.store.request_queue import LeasedRequest, QueuedRequest, RequestQueue
from portals.urls import url_key

logger = logging.getLogger(__name__)

ENDED = frozenset(["finished", "limit"])
"""Reasons of Scrapy's with which a crawl is over; after any other it is resumed."""

_LEASED_AT_ONCE = 8  # requests; one transaction for so many pages
_FULL = 6  # articles on a first page, from which one with less than a third has shrunk
_TRIES = 2  # of a page in one run, beside Scrapy's own retries: once more when all else is done


class Frontier(BaseScheduler):
    """Scrapy's scheduler over the database of the run."""

    spider: Spider
    recorder: RunRecorder
    queue: RequestQueue

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        # So many pages at once are asked for or read and not yet written: a kill repeats no more.
        self._most_open = crawler.settings.getint("CONCURRENT_REQUESTS")
        self.open_units = 0
        self._again: deque[Request] = deque()
        self._leased: deque[LeasedRequest] = deque()
        self._pending = 0
        self.resumed = False
        self._is_ending = False
        self._is_retrying = False
        self._has_given_up = False
        self.traps = UrlFilters()
        settings = crawler.settings
        self._budget = Budget(settings.getint("ERROR_BUDGET"), settings.getint("MAX_REQUESTS"))
        for signal in (signals.item_scraped, signals.item_dropped):
            crawler.signals.connect(self._item_done, signal)
        crawler.signals.connect(self._item_failed, signals.item_error)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._idle, signals.spider_idle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Frontier:
        """Take the crawl whose database is to be used."""
        return cls(crawler)

    # --- Scrapy's interface --------------------------------------------------------------------

    def open(self, spider: Spider) -> None:
        """Begin the run, or take up the one that was cut off."""
        recorder = self.crawler.get_extension(RunRecorder)
        assert recorder is not None
        self.spider, self.recorder = spider, recorder
        try:
            self._begin(spider, recorder)
        except sqlite3.Error as error:
            recorder.storage_failed("the run", error)

    def _begin(self, spider: Spider, recorder: RunRecorder) -> None:
        self.queue = RequestQueue(recorder.store, spider.name)
        self.memory = CrawlState(recorder.store, spider.name)
        previous = recorder.begin(spider, self)
        waiting = self.queue.count("pending", "leased")
        is_left = bool(waiting or self.queue.count("done", "failed"))
        wants_to = self.crawler.settings.getbool("RESUME", default=True)
        is_readable = self.queue.callback_names() <= set(dir(spider))
        self.resumed = bool(is_left and wants_to and is_readable and previous is not None)
        if self.resumed and previous is not None:
            recorder.resumes(previous)
            self.queue.release()
            self._pending = waiting
            logger.info("resuming run %d: %d requests wait", previous, waiting)
        else:
            if is_left:
                logger.info("an unfinished crawl of other arguments or another version is given up")
            self.queue.clear()

    def close(self, reason: str) -> None:
        """Return what is leased; where the crawl is over, forget its queue."""
        if self.recorder.has_storage_failed:
            return
        try:
            self.queue.release()
            self.recorder.failed_pages = self.queue.count("failed")
            if reason in ENDED:
                self._end(is_whole=reason == "finished")
        except sqlite3.Error as error:
            self.recorder.storage_failed("the frontier", error)

    def _end(self, *, is_whole: bool) -> None:
        """Forget the queue and let walks count, as one."""
        with self.recorder.store.writing():
            self.queue.clear()
            if is_whole and self.remembers and not self.recorder.is_partial:
                has_failed = bool(self.recorder.failed_pages)
                self.memory.complete_traversals(datetime.now(UTC), is_whole=not has_failed)

    def has_pending_requests(self) -> bool:
        """Return True if anything waits."""
        return bool(self._again or self._leased or self._pending)

    def enqueue_request(self, request: Request) -> bool:
        """Take a start request, or one that a retry or a redirect made of a leased one."""
        if LEASE in request.meta:
            self._again.append(request)
            return True
        try:
            return bool(self.add([self.waiting(request)]))
        except sqlite3.Error as error:
            self.recorder.storage_failed(request.url, error)
            return False

    def next_request(self) -> Request | None:
        """Return the next request, leased to this process, or None where none waits."""
        if self._again:
            return self._again.popleft()
        if self.open_units >= self._most_open:
            return None
        if not self._leased:
            self._lease()
        return Unit(self, self._leased.popleft()).request() if self._leased else None

    def _lease(self) -> None:
        if not self._pending or self.recorder.has_storage_failed:
            return
        try:
            self._leased.extend(self.queue.lease(_LEASED_AT_ONCE))
        except sqlite3.Error as error:
            self.recorder.storage_failed("the frontier", error)
            return
        self._pending = max(0, self._pending - len(self._leased)) if self._leased else 0

    def spend(self, result: PageResult) -> None:
        """Take a page into the budget of the run, and end the run where that is spent.

        An archive has no bad days, and many of its captures are no articles.
        """
        if not self.recorder.is_live and result != "unanswered":
            result = "good"
        engine = self.crawler.engine
        reason = None if self.recorder.is_replay else self._budget.take(result)
        if reason == OUT_OF_ERRORS and self._is_retrying:
            self._give_up()
        elif reason and engine is not None and not self._is_ending:
            self._is_ending = True
            _schedule_coro(engine.close_spider_async(reason=reason))

    def _give_up(self) -> None:
        """Leave what failed before as failed: all that is tried again fails again."""
        try:
            self.queue.give_up()
        except sqlite3.Error as error:
            self.recorder.storage_failed("the frontier", error)
        self._has_given_up = True
        self._leased.clear()
        self._pending = 0

    # --- what units use --------------------------------------------------------------------------

    @property
    def remembers(self) -> bool:
        """Return True if visits are remembered: those to an archive say nothing of the portal."""
        return self.recorder.is_live

    def waiting(self, request: Request) -> QueuedRequest:
        """Return a request as data. Raises TypeError where it holds what JSON cannot."""
        meta = {name: value for name, value in request.meta.items() if name != KEY}
        data: dict[str, Any] = {
            "callback": getattr(request.callback, "__name__", "parse"),
            "errback": getattr(request.errback, "__name__", "failed"),
        }
        if request.cb_kwargs:
            data["cb_kwargs"] = request.cb_kwargs
        if meta:
            data["meta"] = meta
        if request.headers:
            data["headers"] = {
                name.decode("latin-1"): b",".join(values).decode("latin-1")
                for name, values in request.headers.items()
            }
        key = str(request.meta.get(KEY) or url_key(request.url))
        return QueuedRequest(key, request.url, data, request.priority)

    def add(self, requests: Iterable[QueuedRequest]) -> int:
        """Let requests wait, but for articles that are known and not yet due again."""
        wanted = []
        for request in requests:
            if request.request.get("meta", {}).get(KIND) == "article" and self.knows(request.key):
                self.note_known(request.key, request.url)
            elif self._pending >= MAX_QUEUED:
                self.traps.record("too much waits", request.url)
            else:
                wanted.append(request)
        added = self.queue.add(wanted)
        for url in self.queue.duplicate_urls:
            self.traps.record("twin", url)
        self.queue.duplicate_urls.clear()
        self._pending += added
        self.recorder.stats.inc_value("scheduler/enqueued", added)
        return added

    def recall(self, key: str) -> PageVisit | None:
        """Return the last visit to the page ``key``, unless an archive is replayed."""
        return self.memory.last_visit(key) if self.remembers else None

    def knows(self, key: str) -> bool:
        """Return True if the page ``key`` was fetched and is not due for another visit."""
        if not self.remembers or self.recorder.revisits == "all":
            return False
        visit = self.memory.last_visit(key)
        if visit is None or visit.kind != "article":
            return False
        if self.recorder.revisits == "none":
            return True
        return visit.next_visit_at is not None and visit.next_visit_at > utc(datetime.now(UTC))

    def note_known(self, key: str, url: str) -> None:
        """Count a known article, once a crawl however many lists show it."""
        self.recorder.stats.inc_value("portal/listed_known")
        if self.queue.add_done(key, url):
            self.recorder.stats.inc_value("portal/skipped_known")

    def enter(self, page: ListingPageRead, now: datetime) -> None:
        """Enter a list page into the ledger, and its section's end if it is that."""
        run_id = self.recorder.run_id
        usual = self.memory.usual_length(page.listing) if page.number == 1 else 0
        has_shrunk = usual >= _FULL and page.items * 3 < usual
        if self.remembers and page.state == "fetched" and has_shrunk:
            self.recorder.stats.inc_value("portal/shrunken_listings")
        if page.is_traversal_start and self.remembers:
            self.memory.begin_traversal(page.listing, now, run_id)
        self.memory.record_listing_page(
            ListingPage(
                page.listing, page.number, page.url, page.state, page.items, page.stop_reason
            ),
            now,
            run_id,
        )
        self.memory.record_expected_pages(page.listing, page.expected, now, run_id)
        if page.stop_reason and self.remembers:
            self.memory.end_traversal(page.listing, page.number, page.stop_reason, run_id)

    # --- signals ---------------------------------------------------------------------------------

    def _opened(self) -> None:
        """End a crawl that could not begin, now that all its parts stand and can be closed."""
        if self.recorder.has_storage_failed:
            raise CloseSpider("storage")

    def _item_done(self) -> None:
        unit = current_unit()
        if unit is not None:
            unit.item_done()

    def _item_failed(self, item: Article | Reject, failure: Failure) -> None:
        """Lose nothing: what the pipelines failed on is a reject."""
        self.recorder.stats.inc_value("portal/errors")
        self.recorder.stats.inc_value("portal/reader_errors")
        unit = current_unit()
        if unit is not None:
            detail = repr(failure.value)[:500]
            unit.taken.append(Reject(item.url, RejectCode.PIPELINE_FAILED, detail))
            unit.item_done()

    def _idle(self) -> None:
        """Try once more what failed, if the portal answers at all."""
        has_answered = self.recorder.stats.get_value("portal/pages_read")
        if self.recorder.has_storage_failed or self._has_given_up or not has_answered:
            return
        self._is_retrying = True
        self._pending += self.queue.retry_failed(_TRIES)
        request = self.next_request()
        if request is not None:
            assert self.crawler.engine is not None
            self.crawler.engine.crawl(request)
            raise DontCloseSpider
