"""The proxy through which a portal is reached: of its row in the catalogue, or the environment.

What a crawl may request stays what the URL guard allows. The names of hosts are resolved by the
proxy: whether their addresses are public is for its rules. A proxy that fails says nothing about
the portal, and its failures are marked as its own.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    NotConfigured,
)
from scrapy.spidermiddlewares.httperror import HttpError

from portals.network.dns import names_of
from portals.redaction import without_secrets

PROXY_WANTS_PASSWORD = 407
"""The status with which a proxy, and no portal, refuses."""

_SCHEMES = ("http", "https")
_BEHIND_IT = re.compile(r"'status': 50[234]\b")
_NOTE = "no connection to the proxy"

logger = logging.getLogger(__name__)

CREDENTIALS = "TIN_CONG_DOAN_PROXY_AUTH"
"""Environment variable with ``user:password`` for the proxies of the catalogue; with ``_NAME``
behind it that of one portal (capital letters, ``_`` for other signs)."""


def credentials_of(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return ``user:password`` for the proxy of the portal called ``name``, or ``""``."""
    own = f"{CREDENTIALS}_{re.sub(r'[^A-Z0-9]', '_', name.upper())}"
    return environment.get(own) or environment.get(CREDENTIALS, "")


def with_credentials(proxy: str, credentials: str) -> str:
    """Return the URL of a proxy with ``user:password``, which Scrapy makes a header of."""
    user, colon, password = credentials.partition(":")
    if not colon:
        return proxy
    parts = urlsplit(proxy)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def proxy_of_environment(url: str) -> str | None:
    """Return the proxy of ``http_proxy`` or ``https_proxy`` for a URL, without its password.

    None: there is none, or ``no_proxy`` exempts the host. Scrapy decides in the same way.
    """
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    return without_secrets(proxy if "//" in proxy else f"http://{proxy}")


def environment_fault() -> str | None:
    """Return what is wrong with the proxies of the environment, which a crawl would use."""
    for kind, proxy in getproxies().items():
        if kind not in _SCHEMES:
            continue
        try:
            parts = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
            is_proxy = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_proxy = False
        if not is_proxy:
            shown = without_secrets(proxy)
            return f"{kind}_proxy is {shown!r}; give a URL like http://proxy.example:3128"
    return None


def is_of_proxy(error: BaseException | None) -> bool:
    """Return True for the failure of a request that met its proxy and nothing behind it.

    A tunnel that the proxy refuses because it does not reach the portal is none.
    """
    if _NOTE in getattr(error, "__notes__", ()):
        return True
    return "CONNECT tunnel" in str(error) and not _BEHIND_IT.search(str(error))


def is_refused_by_proxy(error: BaseException | None) -> bool:
    """Return True for ``is_of_proxy``, and for an answer with which a proxy refuses."""
    is_answer = isinstance(error, HttpError) and error.response.status == PROXY_WANTS_PASSWORD
    return is_answer or is_of_proxy(error)


class ProxyFailureMiddleware:
    """Downloader middleware: marks failed connections to a proxy, which are not the portal's.

    The exception stays the same one: retries, robots.txt and rejects see what happened. A crawl
    that goes through a proxy of the environment says so when it begins.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProxyFailureMiddleware:
        """Return the middleware; raise NotConfigured where archives answer."""
        if crawler.settings["REPLAY"]:
            raise NotConfigured
        home = getattr(crawler.spider, "home_url", "")
        if via := proxy_of_environment(home):
            logger.info("requests go through the proxy %s of the environment", via)
        return cls()

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Mark that no connection to the proxy could be made."""
        failures = (CannotResolveHostError, DownloadConnectionRefusedError)
        if request.meta.get("proxy") and isinstance(exception, failures):
            exception.add_note(_NOTE)


class PortalProxyMiddleware:
    """Downloader middleware before Scrapy's own: sends all requests of a portal to its proxy.

    robots.txt is one of them. A proxy of the row precedes those of the environment.
    """

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PortalProxyMiddleware:
        """Return the middleware; raise NotConfigured for a portal without a proxy."""
        spider = crawler.spider
        proxy = getattr(spider, "proxy", "")
        if spider is None or not proxy or crawler.settings["REPLAY"]:
            raise NotConfigured
        names_of(crawler).proxies.add(urlsplit(proxy).hostname or "")
        name = getattr(getattr(spider, "row", None), "name", spider.name)
        return cls(with_credentials(proxy, credentials_of(name)))

    def process_request(self, request: Request) -> None:
        """Name the proxy; Scrapy's middleware takes the credentials out of its URL."""
        request.meta["proxy"] = self._proxy
