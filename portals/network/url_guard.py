"""The URL guard: a crawl requests http and https URLs of the portal's hosts at public addresses.

A hacked or misconfigured portal may lead a crawler into its operator's network: to routers,
databases, the metadata service of a cloud. Every hop is checked twice: the URL before it is
requested (links, redirects, robots.txt, requests queued by an earlier run), and the IP address of
its host before the connection. Cost: microseconds per request.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK

from portals.network.addresses import is_public
from portals.network.dns import CrawlNames, names_of

logger = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}


class OffsiteRequestError(IgnoreRequest):
    """A request to a URL outside the portal; the message says where it leads."""


@lru_cache(maxsize=4096)
def host_and_port(url: str) -> tuple[str, int]:
    """Return host (lower case, without ``www.``) and port of an http(s) URL.

    Raises ValueError, whose message says what the URL is instead.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError(f"a URL with the scheme {parts.scheme!r}")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("a URL without a host, or with a password")
    host = parts.hostname
    if not host.isascii():
        host = host.encode("idna").decode()  # as it is requested; UnicodeError is a ValueError
    # After IDNA, which maps look-alike characters to full stops and letters, and drops invisible
    # ones (soft hyphens).
    host = host.rstrip(".").removeprefix("www.")
    return host, parts.port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class UrlGuard:
    """The URLs that one crawl may request.

    ``homes``: one URL for each host of the portal; a host with a default port (80 or 443) is
    allowed on both. ``operator_urls``: those of them that the operator named (``-a origin``,
    ``WAYBACK``); they may be on the local network.
    """

    homes: tuple[str, ...]
    operator_urls: tuple[str, ...] = ()

    def refusal_of(self, url: str) -> str | None:
        """Return where ``url`` leads if that is not allowed, else None."""
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
        return f"leads to {host}, which is not a public address"
    return None


def _is_at(home: str, host: str, port: int) -> bool:
    own, own_port = host_and_port(home)
    ports = set(_PORTS.values()) if own_port in _PORTS.values() else {own_port}
    return host == own and port in ports


class UrlGuardMiddleware:
    """Downloader middleware next to the downloader: drops requests that the guard refuses.

    In a crawl the guard is the spider's. Scrapy's own tools (``is_tool``) may also request the
    hosts that the operator typed; ``OperatorUrlMiddleware`` records them.
    """

    def __init__(self, guard: UrlGuard | None, names: CrawlNames, *, is_tool: bool = False) -> None:
        self.guard = guard
        self.names = names
        self.is_tool = is_tool

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UrlGuardMiddleware:
        """Return the middleware with the guard of the crawl's spider, if it has one."""
        guard: UrlGuard | None = getattr(crawler.spider, "url_guard", None)
        names = names_of(crawler)
        if guard is not None:
            names.local |= guard.local_names
        return cls(guard, names, is_tool=not crawler.settings.getbool("RECORD"))

    def process_request(self, request: Request) -> None:
        """Raise OffsiteRequestError for a request that the guard refuses."""
        if self.is_tool and (_is_operators(request) or self._is_robots_of_typed(request)):
            return
        if reason := self._refusal_of(request.url):
            raise self._refused(request, reason)

    def _is_robots_of_typed(self, request: Request) -> bool:
        """Return True for the robots.txt of a server that the operator typed."""
        if request.callback is not NO_CALLBACK or request.meta.get("redirect_times", 0):
            return False
        with suppress(ValueError):
            return _exact_host_and_port(request.url) in self.names.typed
        return False

    def _refusal_of(self, url: str) -> str | None:
        if self.guard is not None:
            return self.guard.refusal_of(url)
        try:
            host, port = _exact_host_and_port(url)
        except ValueError as error:
            return f"leads to {error}"
        typed = self.names.typed
        if any(host == name and not _is_same_server(port, own) for name, own in typed):
            return f"leads to another port of {host}"
        return _local_refusal(host, {name for name, _ in typed})

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise OffsiteRequestError if a name was not resolved because its address is local."""
        if not isinstance(exception, CannotResolveHostError):
            return
        name = urlsplit(request.url).hostname or ""
        if address := self.names.refused.get(name):
            reason = f"resolves to {address}, which is not a public address"
            raise self._refused(request, reason)

    def _refused(self, request: Request, reason: str) -> OffsiteRequestError:
        if self.is_tool:  # a crawl records a reject; a tool would be silent
            logger.warning("%s is not requested: it %s", request.url, reason)
        return OffsiteRequestError(reason)


class OperatorUrlMiddleware:
    """First downloader middleware of Scrapy's own tools: allows the servers that were typed.

    Start requests and requests of the shell may go to the local network; links and redirects may
    not, but for the same name and port.
    """

    def __init__(self, names: CrawlNames) -> None:
        self.names = names

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OperatorUrlMiddleware:
        """Raise NotConfigured in a crawl, where the spider's guard decides."""
        if crawler.settings.getbool("RECORD"):
            raise NotConfigured
        return cls(names_of(crawler))

    def process_request(self, request: Request) -> None:
        """Allow the server of a request that comes neither from a link nor from a redirect."""
        if not _is_operators(request):
            return
        with suppress(ValueError):  # not an http URL: nothing to resolve
            self.names.typed.add(_exact_host_and_port(request.url))


def _is_operators(request: Request) -> bool:
    is_followed = request.meta.get("depth", 0) or request.meta.get("redirect_times", 0)
    return not is_followed and request.callback is not NO_CALLBACK  # robots.txt has NO_CALLBACK


def _exact_host_and_port(url: str) -> tuple[str, int]:
    """Return host (lower case, as written) and port of an http(s) URL. Raises ValueError."""
    _, port = host_and_port(url)
    return (urlsplit(url).hostname or "").rstrip("."), port


def _is_same_server(port: int, typed: int) -> bool:
    """Return True for the same port, and for http and https of a site on the usual ones."""
    usual = _PORTS.values()
    return port == typed or (port in usual and typed in usual)
