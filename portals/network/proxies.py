"""The proxy through which one portal is reached, as its row in the catalogue says.

It is that of its crawls only. What a crawl may request stays what the URL guard allows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from portals.network.dns import names_of

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
