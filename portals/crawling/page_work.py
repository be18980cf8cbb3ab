"""The unit of work of a crawl: one leased request and all that comes of it, written as one."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.exceptions import CloseSpider, DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.budget import PageResult
from portals.crawling.outputs import (
    KIND,
    ExplorationRecord,
    ListingPageRead,
    RetryLater,
    SpiderOutput,
)
from portals.crawling.revisit_policy import visit_after
from portals.discovery.url_filters import MAX_LINKS
from portals.extraction.interstitials import INTERSTITIAL_CODES
from portals.extraction.time_limit import PageTimeoutError, time_limit
from portals.extraction.unreadable import UnreadablePageError
from portals.network.decoding import UnreadableBodyError
from portals.network.replay_handler import PAGE
from portals.network.url_guard import OffsiteRequestError
from portals.outcomes import REJECT_RULES, RejectCode
from portals.store.article_writer import Outcome
from portals.store.pages import ArchivedPage, ShownKind
from portals.store.request_queue import LeasedRequest, QueuedRequest

if TYPE_CHECKING:
    from portals.crawling.scheduler import Frontier

logger = logging.getLogger(__name__)

LEASE = "frontier_lease"
"""Key in ``Request.meta``: the row of the frontier that the request was leased from."""

_SETTLED = (OffsiteRequestError, UnreadableBodyError, DownloadCancelledError, ValueError)
"""Failures that are the same at every try; ValueError: of a redirect to no address."""

_CURRENT: ContextVar[Unit | None] = ContextVar("unit of work", default=None)


class Unit:
    """One leased request and all that comes of it, written as one."""

    def __init__(self, frontier: Frontier, lease: LeasedRequest) -> None:
        self.frontier = frontier
        self.lease = lease
        self.response: Response | None = None
        self.failure: Failure | None = None
        self.taken: list[Article | Reject] = []
        self.lists: list[ListingPageRead] = []
        self._requests: list[QueuedRequest] = []
        self._explored: list[ExplorationRecord] = []
        self._items_left = 0
        self._wants_again = False
        self._is_open = True
        frontier.open_units += 1

    def leave(self) -> None:
        """Make room for another page: this one is written, or will not be."""
        if self._is_open:
            self._is_open = False
            self.frontier.open_units -= 1

    @property
    def kind(self) -> str:
        """What the address was expected to be."""
        return str(self.lease.request.get("meta", {}).get(KIND, "other"))

    def request(self) -> Request:
        """Return the request, with this unit as what is called back."""
        data = self.lease.request
        return Request(
            self.lease.url,
            callback=self.answer,
            errback=self.fail,
            cb_kwargs=data.get("cb_kwargs", {}),
            headers=data.get("headers"),
            meta={**data.get("meta", {}), LEASE: self.lease.id},
            priority=self.lease.priority,
            dont_filter=True,
        )

    def answer(self, response: Response, **kwargs: Any) -> list[Article | Reject]:
        """Let the spider read the response; requests and notes stay here, items go on."""
        self.response = response
        return self._work("callback", response, kwargs)

    def fail(self, failure: Failure) -> list[Article | Reject]:
        """Let the spider deal with a failed request."""
        self.failure = failure
        if isinstance(failure.value, HttpError):
            self.response = failure.value.response
        return self._work("errback", failure, {})

    def _work(
        self,
        role: str,
        subject: Response | Failure,
        kwargs: dict[str, Any],
        told: Iterable[Article | Reject] = (),
    ) -> list[Article | Reject]:
        _CURRENT.set(self)
        items = list(told)
        try:
            name = self.lease.request[role]
            handler: Callable[..., Iterable[SpiderOutput]] = getattr(self.frontier.spider, name)
            with time_limit():
                for output in handler(subject, **kwargs):
                    self._take_output(output, items)
        except (UnreadablePageError, PageTimeoutError) as error:
            return self._give_up(role, error, items)
        except CloseSpider:
            self.leave()  # the lease returns to those that wait
            raise
        except Exception as error:
            self.taken.append(Reject(self.lease.url, RejectCode.SPIDER_FAILED, repr(error)[:500]))
            self.commit()
            raise
        self._items_left = len(items)
        if not items:
            self.commit()
        return items

    def _give_up(
        self,
        role: str,
        error: UnreadablePageError | PageTimeoutError,
        items: list[Article | Reject],
    ) -> list[Article | Reject]:
        """Let the spider deal with a page that cannot be read as with one that cannot be had."""
        if role == "errback":  # nor can its error page
            items.append(Reject(self.lease.url, getattr(error, "code", RejectCode.TOO_SLOW)))
            self._items_left = len(items)
            return items
        self.lists, self._requests, self._explored = [], [], []
        # What was told before stands: it may be of other pages, whose turn will not come again.
        failure = Failure(error)  # type: ignore[no-untyped-call]
        failure.request = self.response.request if self.response else None  # type: ignore[attr-defined]
        return self._work("errback", failure, {}, items)

    def _take_output(self, output: SpiderOutput, items: list[Article | Reject]) -> None:
        if isinstance(output, Request):
            if len(self._requests) < MAX_LINKS:
                self._requests.append(self.frontier.waiting(output))
            else:
                self.frontier.traps.record("too many links", self.lease.url)
        elif isinstance(output, ListingPageRead):
            self.lists.append(output)
        elif isinstance(output, ExplorationRecord):
            self._explored.append(output)
        elif isinstance(output, RetryLater):
            self._wants_again = True
        elif isinstance(output, Reject) and self.response and output.url == self.response.url:
            items.append(replace(output, url=self.lease.url))  # behind a redirect: what was asked
        else:
            items.append(output)
        if isinstance(output, Reject) and output.code in INTERSTITIAL_CODES.values():
            counter = REJECT_RULES[output.code].counter
            if counter:
                self.frontier.recorder.stats.inc_value(counter)

    def item_done(self) -> None:
        """Take in that an item has left the pipelines, stored or not; after the last, commit."""
        self._items_left -= 1
        if not self._items_left:
            self.commit()

    def commit(self) -> None:
        """Write everything in one transaction, and count it once it is written."""
        frontier, recorder = self.frontier, self.frontier.recorder
        now = datetime.now(UTC)
        self.leave()
        if recorder.has_storage_failed:
            return  # leased it stays, and the next run asks again
        try:
            outcomes = self._write(now)
        except sqlite3.Error as error:
            recorder.storage_failed(self.lease.url, error)
            return
        except OSError as error:
            recorder.storage_failed("the archive", error)
            return
        except Exception as error:
            logger.exception("cannot store what %s gave", self.lease.url)
            recorder.spider_error()
            self._forget_all_but(Reject(self.lease.url, RejectCode.NOT_STORABLE, repr(error)))
            try:
                outcomes = self._write(now)
            except (sqlite3.Error, OSError) as again:
                recorder.storage_failed(self.lease.url, again)
                return
        recorder.pages_are_kept()
        recorder.count_outcomes(self.taken, outcomes)
        frontier.spend(self.result)
        # Requests, responses and this point at each other: a large page would stay for minutes.
        self.response = self.failure = None

    def _forget_all_but(self, reject: Reject) -> None:
        """Keep of a page that no table takes that it was one."""
        self.taken = [reject]
        self.lists, self._requests, self._explored = [], [], []

    def _write(self, now: datetime) -> list[Outcome | None]:
        """Write what came of the page in one transaction and return what was new of it."""
        frontier, recorder = self.frontier, self.frontier.recorder
        with recorder.store.writing():
            page_id = self._keep_page()
            if self.failure is None:
                frontier.memory.delete_rejects(self.lease.url)  # it can be read after all
            outcomes = [recorder.write(item, page_id) for item in self.taken]
            frontier.add(self._requests)
            for explored in self._explored:
                frontier.queue.record_exploration(explored.url, explored.page)
            for page in self.lists:
                frontier.enter(page, now)
            visit = visit_after(self, frontier.memory.last_visit(self.lease.key), now)
            if frontier.remembers and visit:
                frontier.memory.save_visit(visit)
            frontier.queue.finish(self.lease.id, failed=self.has_failed)
        return outcomes

    def _keep_page(self) -> int | None:
        """Enter the archived page of the answer with what it showed, and return its id."""
        kept = self.frontier.recorder.keep_pages()
        page = self.response.meta.get(PAGE) if self.response is not None else None
        if not isinstance(page, ArchivedPage):
            return None
        pages = self.frontier.recorder.pages
        page_id = kept[page] if page in kept else pages.add(self.frontier.spider.name, page)
        pages.record_page_kind(page_id, self._shown)
        return page_id

    @property
    def _shown(self) -> ShownKind:
        """What the page was."""
        if any(isinstance(item, Article) for item in self.taken):
            return "article"
        if self.lists:
            return "list"
        return "reject" if self.taken else "other"

    @property
    def result(self) -> PageResult:
        """What came of the page, for the budget of the run."""
        if self.failure is not None and not isinstance(self.failure.value, HttpError):
            is_settled = isinstance(self.failure.value, (IgnoreRequest, *_SETTLED))
            return "barren" if is_settled else "unanswered"
        status = self.response.status if self.response is not None else 0
        if self.failure is not None and status >= 500:
            return "error"
        has_list = any(page.state in ("fetched", "unchanged") for page in self.lists)
        if has_list or any(isinstance(item, Article) for item in self.taken):
            return "good"
        if self.lease.request.get("cb_kwargs", {}).get("purpose") == "sample":
            return "rationed"  # the explorer knows how many it may read
        # An article outside the dates that were asked for leaves nothing, and is one.
        return "barren" if self.taken or self.kind != "article" else "good"

    @property
    def has_failed(self) -> bool:
        """Return True for transient failures; they are fetched once more at the end of the run."""
        if self.failure is None:
            has_hole = any(page.state in ("empty", "failed") for page in self.lists)
            is_passing = any(
                isinstance(item, Reject) and REJECT_RULES[item.code].is_retryable
                for item in self.taken
            )
            return self._wants_again or has_hole or is_passing
        if isinstance(self.failure.value, HttpError):
            status = self.failure.value.response.status
            return status >= 500 or status in (408, 429)
        if isinstance(self.failure.value, UnreadableBodyError):
            return REJECT_RULES[self.failure.value.code].is_retryable
        if isinstance(self.failure.value, _SETTLED):
            return False
        return not self.frontier.recorder.is_replay


def current_unit() -> Unit | None:
    """Return the unit of work whose items are in the pipelines now."""
    return _CURRENT.get()
