"""How one portal is reached otherwise than all others: through a proxy, or with older TLS.

The rows of the catalogue name such exceptions with their reasons. Both are of their portal only: of
its hosts, and of its crawls. What a crawl may request stays what the URL guard allows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from OpenSSL import SSL
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from portals.network.dns import PublicResolver
from portals.network.scrapy_compat import ClientContextFactory, context_of
from portals.urls import host_of

CREDENTIALS = "TIN_CONG_DOAN_PROXY_AUTH"
"""Environment variable with ``user:password`` for the proxies of the catalogue; with ``_NAME``
behind it that of one portal (capital letters, ``_`` for other signs)."""

_LEGACY_SERVER_CONNECT = 0x4  # OpenSSL: servers without secure renegotiation
_CIPHERS = "DEFAULT:@SECLEVEL={}"


class Exceptional(Protocol):
    """A spider whose portal may have exceptions; empty without one.

    ``proxy``: URL of its proxy. ``tls_level``: OpenSSL's security level for ``tls_hosts``.
    """

    proxy: str
    tls_level: str
    tls_hosts: frozenset[str]


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
        PublicResolver.proxy_names.add(urlsplit(proxy).hostname or "")
        name = getattr(getattr(spider, "row", None), "name", spider.name)
        return cls(with_credentials(proxy, credentials_of(name)))

    def process_request(self, request: Request) -> None:
        """Name the proxy; Scrapy's middleware takes the credentials out of its URL."""
        request.meta["proxy"] = self._proxy


class LevelContextFactory(ClientContextFactory):
    """Scrapy's TLS contexts, with a lower security level for the hosts that need it."""

    tls_hosts: frozenset[str] = frozenset()
    tls_level = ""

    @classmethod
    def for_crawler(cls, crawler: Crawler) -> LevelContextFactory:
        """Return the factory with the exception of the crawl's portal, if it has one."""
        factory = cls.from_crawler(crawler)
        factory.tls_hosts = getattr(crawler.spider, "tls_hosts", frozenset())
        factory.tls_level = getattr(crawler.spider, "tls_level", "")
        return factory

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's
        """Return what makes the connections to a host."""
        creator = super().creatorForNetloc(hostname, port)
        host = host_of(f"//{hostname.decode('latin-1')}:{port}")
        if self.tls_level and self.tls_hosts & {host, host.rpartition(":")[0]}:
            _lower(context_of(creator), self.tls_level)
        return creator


def _lower(context: SSL.Context, level: str) -> None:
    """Let a context accept the ciphers, keys and signatures of a security level."""
    context.set_cipher_list(_CIPHERS.format(level).encode())
    context.set_options(_LEGACY_SERVER_CONNECT)
