"""Name resolution to public IP addresses only, except for hosts named by the operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from portals.network.addresses import is_public
from portals.network.scrapy_compat import system_resolver


class PublicResolver(CachingHostnameResolver):
    """Scrapy's resolver (IPv4 and IPv6); local addresses are dropped except for ``local_names``.

    The checked addresses are those connected to. There is one resolver per process.
    ``local_names``: names without ``www.`` that a crawl's operator gave; ``typed_names``: exact
    names that were typed for one of Scrapy's own tools. Neither helps a name that once had a
    public address, with ``www.`` or without (``public_names``): its owner may point it to the local
    network (rebinding). ``on_public``: called with each new one of these, to remember it for later
    runs. ``refused``: the local address of each name that has no other. ``proxy_names``: of the
    proxies that the catalogue names.
    """

    local_names: ClassVar[set[str]] = set()
    typed_names: ClassVar[set[str]] = set()
    proxy_names: ClassVar[set[str]] = set()
    public_names: ClassVar[set[str]] = set()
    on_public: ClassVar[Callable[[str], None] | None] = None
    refused: ClassVar[dict[str, str]] = {}

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
        checked: Any = _CheckedAddresses(resolutionReceiver, hostName)
        return super().resolveHostName(
            checked, hostName, portNumber, addressTypes, transportSemantics
        )

    @classmethod
    def admits(cls, name: str, address: str) -> bool:
        """Return True if a connection to ``address``, an address of ``name``, is allowed."""
        exact = name.lower().rstrip(".")
        bare = exact.removeprefix("www.")
        if is_public(address):
            cls._remember(bare)
            return True
        if name in cls.proxy_names or name in _proxies():
            return True
        is_named = exact in cls.typed_names or bare in cls.local_names
        return is_named and bare not in cls.public_names

    @classmethod
    def _remember(cls, name: str) -> None:
        if name in cls.public_names:
            return
        cls.public_names.add(name)
        if cls.on_public:
            cls.on_public(name)


@implementer(IResolutionReceiver)
class _CheckedAddresses:
    """Passes addresses on to ``receiver`` if the name may have them."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver = receiver
        self._name = name

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        """Pass on that the resolution began."""
        PublicResolver.refused.pop(self._name, None)
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        """Pass an allowed address on; keep a refused one for the reject."""
        found = str(getattr(address, "host", ""))
        if PublicResolver.admits(self._name, found):
            self._receiver.addressResolved(address)
        else:
            PublicResolver.refused[self._name] = found

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
