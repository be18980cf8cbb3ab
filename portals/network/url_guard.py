"""Where a crawl may go: http and https, the portal's hosts, public addresses.

A hacked or misconfigured portal may send a crawler into the network that it runs in: to routers,
databases, the metadata of a cloud. So every hop is checked twice: the URL before it is requested
(links, redirects, robots.txt, what an earlier run left in the queue), and the IP address that its
name resolves to before anything connects there. Cost: microseconds a request.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK

from portals.network.addresses import is_public
from portals.network.dns import PublicResolver

logger = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}


class OffsiteRequestError(IgnoreRequest):
    """A request that leads off the portal; the text says where."""


def host_and_port(url: str) -> tuple[str, int]:
    """Return host (lower case, without ``www.``) and port of an http(s) address.

    Raises ValueError, which says what the address is instead.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError(f"a {parts.scheme or 'nameless'}: address")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("an address without a host, or with a password")
    host = parts.hostname
    if not host.isascii():
        host = host.encode("idna").decode()  # as it is asked for; UnicodeError is a ValueError
    # Only afterwards: IDNA makes full stops and letters of characters that look like them, and
    # drops invisible ones (a soft hyphen).
    host = host.rstrip(".").removeprefix("www.")
    return host, parts.port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class UrlGuard:
    """The URLs that one crawl may request.

    ``homes``: URLs whose hosts are the portal's; on a host that is there under the usual port,
    both usual ports are. ``operator_urls``: of them, what the operator named (``-a origin``,
    ``WAYBACK``), which may be on the local network.
    """

    homes: tuple[str, ...]
    operator_urls: tuple[str, ...] = ()

    def refusal_of(self, url: str) -> str | None:
        """Return where ``url`` leads if that is outside, else None."""
        try:
            host, port = host_and_port(url)
        except ValueError as error:
            return f"leads to {error}"
        if not any(_is_at(home, host, port) for home in self.homes):
            return f"leads to another host, {host}"
        return _local_refusal(host, self.local_names)

    @property
    def local_names(self) -> frozenset[str]:
        """The names (or numbers) that may be on the local network."""
        return frozenset(host_and_port(url)[0] for url in self.operator_urls)


def _local_refusal(host: str, local_names: Collection[str]) -> str | None:
    is_number = host.replace(".", "").isdecimal() or ":" in host
    if is_number and not is_public(host) and host not in local_names:
        return f"leads to {host}, which is no public address"
    return None


def _is_at(home: str, host: str, port: int) -> bool:
    own, own_port = host_and_port(home)
    ports = set(_PORTS.values()) if own_port in _PORTS.values() else {own_port}
    return host == own and port in ports


class UrlGuardMiddleware:
    """Downloader middleware next to the network: lets through what a guard does not refuse.

    In a crawl the guard is the spider's. Scrapy's own tools (``is_tool``) may also go where the
    operator sent them: ``OperatorUrlMiddleware`` says where that is.
    """

    def __init__(self, guard: UrlGuard | None, *, is_tool: bool = False) -> None:
        self.guard = guard
        self.is_tool = is_tool

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UrlGuardMiddleware:
        """Return the middleware with the guard of the crawl's spider, where it has one."""
        guard: UrlGuard | None = getattr(crawler.spider, "url_guard", None)
        if guard is not None:
            PublicResolver.local_names |= guard.local_names
        return cls(guard, is_tool=not crawler.settings.getbool("RECORD"))

    def process_request(self, request: Request) -> None:
        """Raise OffsiteRequestError for a request that would leave."""
        if self.is_tool and _is_operators(request):
            return
        if reason := self._refusal_of(request.url):
            if self.is_tool:  # a crawl records a reject; here nobody else would say it
                logger.warning("%s is not requested: it %s", request.url, reason)
            raise OffsiteRequestError(reason)

    def _refusal_of(self, url: str) -> str | None:
        if self.guard is not None:
            return self.guard.refusal_of(url)
        try:
            host, _ = host_and_port(url)
        except ValueError as error:
            return f"leads to {error}"
        return _local_refusal(host, PublicResolver.local_names)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise OffsiteRequestError where a name was not found because it is a local one."""
        if not isinstance(exception, CannotResolveHostError):
            return
        name = urlsplit(request.url).hostname or ""
        if address := PublicResolver.refused.get(name):
            raise OffsiteRequestError(f"its name leads to {address}, which is no public address")


class OperatorUrlMiddleware:
    """Downloader middleware of Scrapy's own tools, first of all: what the operator typed is named.

    A start request, and one of the shell, goes where it was sent, be it the local network; what
    a page leads to does not.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OperatorUrlMiddleware:
        """Raise NotConfigured in a crawl, whose spider has the guard of its portal."""
        if crawler.settings.getbool("RECORD"):
            raise NotConfigured
        return cls()

    def process_request(self, request: Request) -> None:
        """Name the host of a request that no page led to."""
        if not _is_operators(request):
            return
        with suppress(ValueError):  # no http URL: nothing to resolve
            PublicResolver.local_names.add(host_and_port(request.url)[0])


def _is_operators(request: Request) -> bool:
    is_followed = request.meta.get("depth", 0) or request.meta.get("redirect_times", 0)
    return not is_followed and request.callback is not NO_CALLBACK  # as that of robots.txt
