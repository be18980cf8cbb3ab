"""Processing of one leased request: its callback runs and its output becomes a page result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import (
    CloseSpider,
    DownloadCancelledError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from portals.article import Article, Reject, reject
from portals.crawling.open_story import ORIGIN, origin_of
from portals.crawling.page_result import (
    CrawlContext,
    FailureKind,
    PageResult,
    RequestedPage,
    SkippedLink,
)
from portals.crawling.requests import deserialize_request, serialize_request
from portals.crawling.spider_outputs import (
    ANNOUNCED,
    ARTICLE_URL,
    KIND,
    REFERRER,
    SECONDS,
    SOURCE,
    AnnouncementRead,
    ExplorationRecord,
    KnownArticle,
    ListingPageRead,
    PartRead,
    RetryLater,
    SpiderOutput,
    TraversalStart,
)
from portals.discovery.url_filters import MAX_LINKS
from portals.extraction.time_limit import PAGE_SECONDS, PageTimeoutError, time_limit
from portals.extraction.unreadable import UnreadablePageError
from portals.network.decoding import UnreadableBodyError
from portals.network.forgotten_urls import ForgottenUrlError
from portals.network.replay_handler import PAGE
from portals.network.robots import ForbiddenByRobotsError
from portals.network.url_guard import OffsiteRequestError
from portals.outcomes import REJECT_RULES, RejectCode
from portals.store.pages import ArchivedPage
from portals.store.request_queue import LeasedRequest
from portals.timestamps import utc, utc_now

Handler = Callable[..., Iterable[SpiderOutput] | None]
"""A callback or errback of a spider."""

Submit = Callable[[PageResult, Response | None], Awaitable[None]]
"""Sends a finished result through the pipelines, which store it."""

_FAILURES: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (HttpError, FailureKind.HTTP_STATUS),
    (OffsiteRequestError, FailureKind.PERMANENT),
    (ForbiddenByRobotsError, FailureKind.PERMANENT),
    (ForgottenUrlError, FailureKind.PERMANENT),
    (UnreadableBodyError, FailureKind.PERMANENT),
    (DownloadCancelledError, FailureKind.PERMANENT),
    (ResponseDataLossError, FailureKind.BODY_CUT_SHORT),
    (ValueError, FailureKind.PERMANENT),  # a redirect to an invalid URL
    (IgnoreRequest, FailureKind.IGNORED),
)


_COLLECTED: dict[type, str] = {
    Article: "articles",
    ListingPageRead: "listing_pages",
    ExplorationRecord: "exploration",
    KnownArticle: "known",
    PartRead: "parts",
}
"""Outputs of spiders and the list of the result that collects them."""


class PageWork:
    """One leased request, from the request that Scrapy sends to the submitted result.

    ``release``: frees the slot of the page; called exactly once, also after errors.
    """

    def __init__(
        self,
        spider: Spider,
        crawl: CrawlContext,
        lease: LeasedRequest,
        submit: Submit,
        release: Callable[[], None],
    ) -> None:
        self._spider = spider
        self._lease = lease
        self._submit = submit
        self._release = release
        data = lease.request
        self._result = PageResult(
            crawl,
            RequestedPage(
                lease.id,
                lease.key,
                lease.url,
                data.get("meta", {}).get(KIND, "other"),
                data.get("cb_kwargs", {}).get("purpose") == "sample",
                bool(data.get("meta", {}).get(ANNOUNCED)),
                origin_of(data.get("meta", {}).get(ORIGIN)),
                str(data.get("cb_kwargs", {}).get(ARTICLE_URL, "")),
                str(data.get("cb_kwargs", {}).get(SOURCE, "")),
            ),
            utc(utc_now()),
        )
        self._response: Response | None = None

    def request(self) -> Request:
        """Return the request, whose callback and errback are methods of this object."""
        return deserialize_request(self._lease, self.on_response, self.on_failure)

    async def on_response(self, response: Response, **kwargs: Any) -> None:
        """Run the spider's callback with the response and submit the result."""
        self._response = response
        await self._run("callback", response, kwargs)

    async def on_failure(self, failure: Failure) -> None:
        """Run the spider's errback with the failure and submit the result."""
        self._result.failure = failure_kind(failure.value)
        if isinstance(failure.value, HttpError):
            self._response = failure.value.response
        await self._run("errback", failure, {})

    async def _run(self, role: str, subject: Response | Failure, kwargs: dict[str, Any]) -> None:
        result = self._result
        result.fetched_at = utc(utc_now())
        if self._response is not None:
            _describe_answer(result, self._response)
        try:
            self._collect(role, subject, kwargs)
        except CloseSpider:
            self._release()  # the request stays leased until the scheduler closes
            raise
        except Exception as error:
            failed = Reject(self._lease.url, RejectCode.SPIDER_FAILED, repr(error)[:500])
            result.rejects.append(failed)
            await self._finish()
            raise
        await self._finish()

    async def _finish(self) -> None:
        try:
            await self._submit(self._result, self._response)
        finally:
            self._release()
            # Break the reference cycle of request, response and this object, to free the page.
            self._response = None

    def _collect(self, role: str, subject: Response | Failure, kwargs: dict[str, Any]) -> None:
        name = self._lease.request.get(role, "")
        handler: Handler = getattr(self._spider, name) if name else self._reject_failure
        try:
            with time_limit(self._lease.request.get("meta", {}).get(SECONDS, PAGE_SECONDS)):
                for output in handler(subject, **kwargs) or ():
                    self._take(output)
        except (UnreadablePageError, PageTimeoutError) as error:
            self._give_up(role, error)

    def _reject_failure(self, failure: Failure) -> Iterator[Reject]:
        """Yield the reject of a failed request that has no errback."""
        error, url = failure.value, self._lease.url
        if isinstance(error, HttpError):
            yield reject(url, RejectCode.HTTP_STATUS, status=error.response.status)
        elif isinstance(error, UnreadablePageError):
            yield Reject(url, error.code, error.detail)
        elif isinstance(error, PageTimeoutError):
            yield Reject(url, RejectCode.TOO_SLOW)
        else:
            yield Reject(url, RejectCode.UNREACHABLE, repr(error)[:200])

    def _give_up(self, role: str, error: UnreadablePageError | PageTimeoutError) -> None:
        """Reject an unreadable or slow page: run the spider's errback, as for a failed request.

        The request itself did not fail: it is no transient failure, and the page counts as read.
        """
        result = self._result
        if role == "errback":  # the error page is unreadable too
            code = getattr(error, "code", RejectCode.TOO_SLOW)
            result.rejects.append(Reject(self._lease.url, code))
            return
        # Keep the items: they may belong to earlier pages, which are not requested again.
        result.listing_pages, result.requests, result.exploration = [], [], []
        failure = Failure(error)  # type: ignore[no-untyped-call]
        failure.request = self._response.request if self._response else None  # type: ignore[attr-defined]
        self._collect("errback", failure, {})

    def _take(self, output: object) -> None:
        result = self._result
        if name := _COLLECTED.get(type(output)):
            getattr(result, name).append(output)
            return
        match output:
            case Request():
                self._take_request(output)
            case Reject():
                result.rejects.append(self._at_requested_url(output))
            case TraversalStart():
                result.traversals.append(output.listing)
            case AnnouncementRead():
                result.announcement = output.fingerprint
            case RetryLater():
                result.wants_retry = True
            case _:
                kind = type(output).__name__
                raise TypeError(f"a crawl stores articles, not {kind}; see 'scrapy runspider'")

    def _take_request(self, request: Request) -> None:
        self._result.goes_on = self._result.goes_on or ORIGIN in request.meta
        if self._response is not None:
            request.meta.setdefault(REFERRER, self._response.url)
        if len(self._result.requests) < MAX_LINKS:
            self._result.requests.append(serialize_request(request))
        else:
            self._result.skipped.append(SkippedLink("too many links", self._lease.url))

    def _at_requested_url(self, rejected: Reject) -> Reject:
        """Return a reject of the page behind a redirect under the URL that was requested."""
        if self._response is None or rejected.url != self._response.url:
            return rejected
        return replace(rejected, url=self._lease.url)


def failure_kind(error: BaseException | None) -> FailureKind:
    """Return the kind of failure of an exception."""
    if isinstance(error, UnreadableBodyError) and REJECT_RULES[error.code].is_retryable:
        return FailureKind.BODY_CUT_SHORT
    found = (kind for type_, kind in _FAILURES if isinstance(error, type_))
    return next(found, FailureKind.NO_ANSWER)


def _describe_answer(result: PageResult, response: Response) -> None:
    result.status = response.status
    result.etag = _header(response, "ETag")
    result.last_modified = _header(response, "Last-Modified")
    page = response.meta.get(PAGE) if response.request is not None else None
    result.answer = page if isinstance(page, ArchivedPage) else None


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:200] if value else None
