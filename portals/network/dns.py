"""Name resolution to public IP addresses only, except for hosts named by the operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from portals.network.addresses import is_public
from portals.network.scrapy_compat import system_resolver


@dataclass(eq=False, slots=True)
class CrawlNames:
    """The names that one crawl may reach at a local address, and those that it may not.

    ``local``: names without ``www.`` that its operator gave; ``typed``: exact names and ports that
    were typed for one of Scrapy's own tools. Neither helps a name that once had a public address,
    with ``www.`` or without (``public``): its owner may point it to the local network (rebinding).
    ``on_public``: called with each new one of these, to remember it for later runs. ``refused``:
    the local address of each name that has no other. ``proxies``: the proxy that the catalogue
    names for the portal.
    """

    local: set[str] = field(default_factory=set)
    typed: set[tuple[str, int]] = field(default_factory=set)
    proxies: set[str] = field(default_factory=set)
    public: set[str] = field(default_factory=set)
    on_public: Callable[[str], None] | None = None
    refused: dict[str, str] = field(default_factory=dict)

    def admits(self, name: str, address: str) -> bool:
        """Return True if a connection to ``address``, an address of ``name``, is allowed."""
        exact = name.lower().rstrip(".")
        bare = exact.removeprefix("www.")
        if is_public(address):
            self._remember(bare)
            return True
        if name in self.proxies or name in _proxies():
            return True
        is_named = bare in self.local or any(exact == typed for typed, _ in self.typed)
        return is_named and bare not in self.public

    def _remember(self, name: str) -> None:
        if name in self.public:
            return
        self.public.add(name)
        if self.on_public:
            self.on_public(name)


_of_crawls: WeakKeyDictionary[Crawler, CrawlNames] = WeakKeyDictionary()
_asking: ContextVar[CrawlNames | None] = ContextVar("asking", default=None)


def names_of(crawler: Crawler) -> CrawlNames:
    """Return the names of a crawl: each in a process has its own."""
    return _of_crawls.setdefault(crawler, CrawlNames())


@contextmanager
def resolving_for(names: CrawlNames) -> Iterator[None]:
    """Let what is resolved within the block be judged by ``names``."""
    before = _asking.set(names)
    try:
        yield
    finally:
        _asking.reset(before)


class PublicResolver(CachingHostnameResolver):
    """Scrapy's resolver (IPv4 and IPv6), which drops local addresses.

    The checked addresses are those connected to. There is one resolver per process, and the names
    that may have a local address are those of the crawl that asks (``resolving_for``): without
    one, none but the proxies of the environment. The cache holds what was answered, unchecked.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.original_resolver = system_resolver(reactor)

    def resolveHostName(  # noqa: N802 - Twisted's
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Give the receiver the addresses of ``hostName`` that may be connected to."""
        names = _asking.get() or CrawlNames()
        checked: Any = _CheckedAddresses(resolutionReceiver, hostName, names)
        return super().resolveHostName(
            checked, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class _CheckedAddresses:
    """Passes addresses on to ``receiver`` if the name may have them."""

    def __init__(self, receiver: Any, name: str, names: CrawlNames) -> None:
        self._receiver = receiver
        self._name = name
        self._names = names

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        """Pass on that the resolution began."""
        self._names.refused.pop(self._name, None)
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        """Pass an allowed address on; keep a refused one for the reject."""
        found = str(getattr(address, "host", ""))
        if self._names.admits(self._name, found):
            self._receiver.addressResolved(address)
        else:
            self._names.refused[self._name] = found

    def resolutionComplete(self) -> None:  # noqa: N802
        """Pass on that the resolution ended; without any address the name is not found."""
        self._receiver.resolutionComplete()


def _proxies() -> set[str | None]:
    """Return the hosts of the proxies in the environment, which may be on the local network."""
    return {
        urlsplit(url if "//" in url else f"//{url}").hostname
        for kind, url in getproxies().items()
        if kind != "no"
    }
