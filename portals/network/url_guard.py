"""The fence: where a crawl may go. http and https, the portal's hosts, public addresses.

A hacked or misconfigured portal may send a crawler into the network that it runs in: to routers,
databases, the metadata of a cloud. So every hop is checked twice: the address before it is asked
for (links, redirects, robots.txt, what an earlier run left in the queue), and the number that its
name resolves to before anything connects there. Cost: microseconds a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest

from portals.network.addresses import is_public
from portals.network.dns import PublicResolver

_PORTS = {"http": 80, "https": 443}


class OffsiteRequestError(IgnoreRequest):
    """A request that would leave the fence; the text says where it leads."""


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
    """The addresses that one crawl may ask for.

    ``homes``: addresses whose hosts are the portal's; on a host that is there under the usual port,
    both usual ports are. ``named``: of them, what the operator named (``-a origin``, ``WAYBACK``),
    which may be on the local network.
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
        is_number = host.replace(".", "").isdecimal() or ":" in host
        if is_number and not is_public(host) and host not in self.local_names:
            return f"leads to {host}, which is no public address"
        return None

    @property
    def local_names(self) -> frozenset[str]:
        """The names (or numbers) that may be on the local network."""
        return frozenset(host_and_port(url)[0] for url in self.operator_urls)


def _is_at(home: str, host: str, port: int) -> bool:
    own, own_port = host_and_port(home)
    ports = set(_PORTS.values()) if own_port in _PORTS.values() else {own_port}
    return host == own and port in ports


class UrlGuardMiddleware:
    """Downloader middleware, nearest to the network: lets through what is inside the fence."""

    def __init__(self, fence: UrlGuard) -> None:
        self.guard = fence

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UrlGuardMiddleware:
        """Take the guard of the crawl's spider."""
        guard: UrlGuard = crawler.spider.url_guard  # type: ignore[union-attr]
        PublicResolver.local_names |= guard.local_names
        return cls(guard)

    def process_request(self, request: Request) -> None:
        """Raise OutsideFenceError for a request that would leave."""
        if reason := self.guard.refusal_of(request.url):
            raise OffsiteRequestError(reason)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say so where a name was not found because it leads to the local network."""
        if not isinstance(exception, CannotResolveHostError):
            return
        name = urlsplit(request.url).hostname or ""
        if address := PublicResolver.refused.get(name):
            raise OffsiteRequestError(f"its name leads to {address}, which is no public address")
