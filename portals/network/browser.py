"""Web pages as a browser builds them, for portals whose lists or articles a script loads.

With ``BROWSER`` set, every HTML page that a crawl receives is given to Chromium, which runs its
scripts; what it shows then is the response. The page itself is requested by Scrapy, so that
robots.txt, redirects, statuses and limits are those of every crawl; what its scripts load comes
through ``BrowserProxy``. Needs the extra ``browser`` and Chromium.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import HtmlResponse, Response
from w3lib.url import canonicalize_url

from portals.archive.captures import RENDERED
from portals.archive.encodings import EncodingError, decode_body
from portals.network.browser_need import NeedsBrowserError, executable, missing_part
from portals.network.browser_proxy import USER, BrowserProxy
from portals.network.dns import names_of
from portals.network.limits import HeadLimitHandler
from portals.network.servers import server_of

if TYPE_CHECKING:
    from playwright.async_api import Page, Route
    from playwright.async_api import Request as BrowserRequest
    from playwright.async_api import Response as BrowserResponse

_SETTLED_SECONDS = 10
"""How long a page may go on loading before it is read: some ask for news for ever."""
_CLOSE_SECONDS = 10
_UNUSED = frozenset(["image", "media", "font", "websocket", "eventsource", "manifest"])
"""Types of resources that are not loaded: no text comes from them."""
_CONTENT = frozenset(["script", "xhr", "fetch"])
"""Types of resources that build a page."""
_SERVER_ERROR, _REFUSED = 500, frozenset([403, 429])
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # names are the proxy's matter
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--disable-background-networking",
)


class BrowserHandler(HeadLimitHandler):
    """Scrapy's download handler, whose HTML pages are those that a browser builds of them."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        arguments = getattr(crawler.spider, "arguments", None)
        self._is_wayback = bool(getattr(arguments, "via", ""))  # what it shows is never built anew
        self._missing = missing_part(crawler.settings)
        is_needed = not self._missing and not self._is_wayback
        self._browser = Browser.of(crawler) if is_needed else None

    async def download_request(self, request: Request) -> Response:
        """Return the page as a browser shows it, and any other response as it came.

        Raises NeedsBrowserError where there is no browser, DownloadTimeoutError for a page whose
        scripts do not end, and what Scrapy's handler raises.
        """
        response = await super().download_request(request)
        if self._is_wayback or response.status != HTTPStatus.OK or not _is_html(response):
            return response
        if self._browser is None:
            raise NeedsBrowserError(self._missing or "")
        return await self._browser.build(response, request)

    async def close(self) -> None:
        """Close the connections, and the browser."""
        await super().close()
        if self._browser:
            await self._browser.close()


def _is_html(response: Response) -> bool:
    kind = (response.headers.get("Content-Type") or b"").lower()
    return b"html" in kind


class Browser:
    """The browser of one crawl, in a context without storage, cookies and service workers."""

    _of_crawler: ClassVar[WeakKeyDictionary[Crawler, Browser]] = WeakKeyDictionary()

    def __init__(self, crawler: Crawler) -> None:
        from scrapy_playwright.handler import (  # noqa: PLC0415 - an extra
            ScrapyPlaywrightDownloadHandler,
        )
        from twisted.internet import reactor  # noqa: PLC0415 - after it was chosen

        settings = crawler.settings
        self.proxy = BrowserProxy(
            reactor, getattr(crawler.spider, "url_guard", None), names_of(crawler)
        )
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._max_size = settings.getint("DOWNLOAD_MAXSIZE")
        self._agent = str(settings.get("USER_AGENT"))
        self._is_closed = False
        self._handler: Any = ScrapyPlaywrightDownloadHandler(crawler)
        self._handler.config.launch_options = {
            "executable_path": executable(settings),
            "chromium_sandbox": os.geteuid() != 0,  # Chromium has none for root
            "args": list(_ARGUMENTS),
            "proxy": {
                "server": self.proxy.url,
                "username": USER,
                "password": self.proxy.password,
                "bypass": "<-loopback>",  # loopback is no exception
            },
        }
        self._handler.process_request_headers = None  # the browser's own
        self._handler.abort_request = lambda request: request.resource_type in _UNUSED

    @classmethod
    def of(cls, crawler: Crawler) -> Browser:
        """Return the browser of a crawl: one for its handlers of http and https."""
        if crawler not in cls._of_crawler:
            cls._of_crawler[crawler] = cls(crawler)
        return cls._of_crawler[crawler]

    async def build(self, response: Response, request: Request) -> Response:
        """Return what a browser makes of ``response``, in UTF-8, or where its script leads.

        Raises DownloadTimeoutError, DownloadFailedError, DownloadCancelledError.
        """
        visit = _Visit(response)
        asked = Request(request.url, meta=self._meta(visit))
        try:
            async with asyncio.timeout(self._seconds):
                built = await self._handler.download_request(asked)
        except TimeoutError as error:
            await self._drop_contexts()
            raise DownloadTimeoutError("the scripts of the page did not end in time") from error
        except Exception as error:
            if visit.leads_to:  # which ends what the browser was about to do
                return visit.redirect(request)
            await self._drop_contexts()
            raise DownloadFailedError(f"the browser failed: {_first_line(error)}") from error
        if not visit.leads_to and canonicalize_url(built.url) != canonicalize_url(request.url):
            visit.leads_to = built.url  # the script changed the address of the page
        if visit.leads_to:
            return visit.redirect(request)
        if visit.missing:
            raise DownloadFailedError(f"the page lacks what its script loads: {visit.missing}")
        body = built.text.encode("utf-8")
        if len(body) > self._max_size:
            raise DownloadCancelledError(f"the page has more than {self._max_size} bytes")
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return HtmlResponse(response.url, 200, headers, body, [RENDERED], request, encoding="utf-8")

    def _meta(self, visit: _Visit) -> dict[str, Any]:
        from scrapy_playwright.page import PageMethod  # noqa: PLC0415 - an extra

        return {
            "playwright": True,
            "playwright_context_kwargs": {
                "service_workers": "block",
                "accept_downloads": False,
                "user_agent": self._agent,
                "locale": "vi-VN",
                "timezone_id": "Asia/Ho_Chi_Minh",
            },
            "playwright_page_init_callback": visit.begin,
            "playwright_page_goto_kwargs": {"wait_until": "load", "timeout": self._seconds * 1000},
            "playwright_page_methods": [PageMethod(_settle)],
        }

    async def _drop_contexts(self) -> None:
        """Close the pages of a failed request: a script that never ends would hold the next one."""
        contexts = [one.context for one in self._handler.context_wrappers.values()]
        self._handler.context_wrappers.clear()
        for context in contexts:
            with suppress(Exception):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await context.close()

    async def close(self) -> None:
        """Close browser and proxy, once."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._handler.close()
        await self.proxy.close()


class _Visit:
    """One page in the browser: it gets the response that Scrapy received, and asks for no other.

    ``leads_to``: the URL that a script of the page leads to, to be requested as a redirect is.
    ``missing``: what the page's scripts asked the portal for and did not get: without it the page
    may look like one that has nothing.
    """

    def __init__(self, response: Response) -> None:
        self.response = response
        self.leads_to = ""
        self.missing = ""
        self._is_given = False

    async def begin(self, page: Page, _: Request) -> None:
        """Answer what the page asks for before the browser requests it, and note what fails."""
        page.on("requestfailed", self._on_failed)
        page.on("response", self._on_response)
        await page.route("**", self._answer)

    def _on_failed(self, request: BrowserRequest) -> None:
        if request.resource_type in _CONTENT and self._is_own(request.url):
            self.missing = self.missing or f"{request.url} ({request.failure})"

    def _on_response(self, response: BrowserResponse) -> None:
        is_failure = response.status >= _SERVER_ERROR or response.status in _REFUSED
        if is_failure and response.request.resource_type in _CONTENT and self._is_own(response.url):
            self.missing = self.missing or f"{response.url} ({response.status})"

    def _is_own(self, url: str) -> bool:
        """Return True for the portal's servers: counters of others fail without harm."""
        return server_of(url) == server_of(self.response.url)

    async def _answer(self, route: Route) -> None:
        asked = route.request
        is_page = asked.is_navigation_request() and asked.frame.parent_frame is None
        if not is_page:
            await route.fallback()
        elif not self._is_given:
            self._is_given = True
            kind = (self.response.headers.get("Content-Type") or b"text/html").decode("latin-1")
            await route.fulfill(status=200, content_type=kind, body=_decoded(self.response))
        elif canonicalize_url(asked.url) == canonicalize_url(self.response.url):
            await route.fallback()  # it loads itself again
        else:
            self.leads_to = self.leads_to or asked.url
            await route.abort()

    def redirect(self, request: Request) -> Response:
        """Return the redirect to where the page leads."""
        there = {"Location": self.leads_to}
        return Response(self.response.url, HTTPStatus.FOUND, there, request=request)


async def _settle(page: Page) -> None:
    """Wait until a page loads nothing more, or for ``_SETTLED_SECONDS``."""
    from playwright.async_api import TimeoutError as NotSettledError  # noqa: PLC0415 - an extra

    with suppress(NotSettledError):
        await page.wait_for_load_state("networkidle", timeout=_SETTLED_SECONDS * 1000)


def _decoded(response: Response) -> bytes:
    """Return the body without its compression; one that cannot be decoded is an empty page."""
    encodings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    try:
        return decode_body(response.body, encodings) if encodings else response.body
    except EncodingError:
        return b""


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]
