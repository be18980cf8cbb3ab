"""The fence: where a crawl may go. http and https, the portal's hosts, public addresses.

A hacked or misconfigured portal may send a crawler into the network that it runs in: to routers,
databases, the metadata of a cloud. So every hop is checked twice: the address before it is asked
for (links, redirects, robots.txt, what an earlier run left in the queue), and the number that its
name resolves to before anything connects there. Cost: microseconds a request.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

_PORTS = {"http": 80, "https": 443}
_TRANSLATED = ip_network("64:ff9b::/96")  # IPv6 in front of IPv4 (NAT64): the last four bytes count


class OutsideFenceError(IgnoreRequest):
    """A request that would leave the fence; the text says where it leads."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the public net: not private, loopback, link-local, shared.

    IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64) counts as what is inside.
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found in _TRANSLATED:
            found = IPv4Address(found.packed[-4:])
        else:
            inside = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
            found = inside or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def host_and_port(url: str) -> tuple[str, int]:
    """Return host (lower case, without ``www.``) and port of an http(s) address.

    Raises ValueError, which says what the address is instead.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError(f"a {parts.scheme or 'nameless'}: address")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("an address without a host, or with a password")
    host = parts.hostname.rstrip(".").removeprefix("www.")
    if not host.isascii():
        host = host.encode("idna").decode()  # as it is asked for; UnicodeError is a ValueError
    return host, parts.port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class Fence:
    """The addresses that one crawl may ask for.

    ``homes``: addresses whose hosts are the portal's; on a host that is there under the usual port,
    both usual ports are. ``named``: of them, what the operator named (``-a origin``, ``WAYBACK``),
    which may be on the local network.
    """

    homes: tuple[str, ...]
    named: tuple[str, ...] = ()

    def why_not(self, url: str) -> str | None:
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
        return frozenset(host_and_port(url)[0] for url in self.named)


def _is_at(home: str, host: str, port: int) -> bool:
    own, own_port = host_and_port(home)
    ports = set(_PORTS.values()) if own_port in _PORTS.values() else {own_port}
    return host == own and port in ports


class FenceMiddleware:
    """Downloader middleware, nearest to the network: lets through what is inside the fence."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FenceMiddleware:
        """Take the fence of the crawl's spider."""
        fence: Fence = crawler.spider.fence  # type: ignore[union-attr]
        PublicResolver.local_names |= fence.local_names
        return cls(fence)

    def process_request(self, request: Request) -> None:
        """Raise OutsideFenceError for a request that would leave."""
        if reason := self.fence.why_not(request.url):
            raise OutsideFenceError(reason)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say so where a name was not found because it leads to the local network."""
        if not isinstance(exception, CannotResolveHostError):
            return
        name = urlsplit(request.url).hostname or ""
        if address := PublicResolver.refused.get(name):
            raise OutsideFenceError(f"its name leads to {address}, which is no public address")


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver (IPv4), which finds no local address but those that the operator named.

    It is asked for every connection, and what it answers is what is connected to: a name cannot
    lead elsewhere between the check and the use. A process has one.
    """

    local_names: ClassVar[set[str]] = set()
    refused: ClassVar[dict[str, str]] = {}

    def getHostByName(self, name: str, timeout: Iterable[int] = ()) -> Deferred[str]:  # noqa: N802
        """Return the address of ``name``; DNSLookupError where it is a local one."""
        found = super().getHostByName(name, tuple(timeout))
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        bare = name.lower().rstrip(".").removeprefix("www.")
        if is_public(address) or bare in self.local_names or name in _proxies():
            return address
        self.refused[name] = address
        raise DNSLookupError(f"{name} leads to {address}, which is no public address")


def _proxies() -> set[str | None]:
    """Return the hosts of the proxies that the environment names; they stand on local networks."""
    return {
        urlsplit(url if "//" in url else f"//{url}").hostname
        for kind, url in getproxies().items()
        if kind != "no"
    }
