"""Name resolution to public IP addresses only, except for hosts named by the operator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from portals.network.addresses import is_public


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver (IPv4); local addresses are refused except for ``local_names``.

    It resolves the name for every connection, and the checked address is the one connected to.
    There is one resolver per process. ``local_names``: names without ``www.`` that a crawl's
    operator gave; ``typed_names``: exact names that were typed for one of Scrapy's own tools.
    """

    local_names: ClassVar[set[str]] = set()
    typed_names: ClassVar[set[str]] = set()
    refused: ClassVar[dict[str, str]] = {}

    def getHostByName(self, name: str, timeout: Iterable[int] = ()) -> Deferred[str]:  # noqa: N802
        """Return the IP address of ``name``. Raises DNSLookupError if it is a local one."""
        found = super().getHostByName(name, tuple(timeout))
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        exact = name.lower().rstrip(".")
        is_named = exact in self.typed_names or exact.removeprefix("www.") in self.local_names
        if is_public(address) or is_named or name in _proxies():
            return address
        self.refused[name] = address
        raise DNSLookupError(f"{name} leads to {address}, which is not a public address")


def _proxies() -> set[str | None]:
    """Return the hosts of the proxies in the environment, which may be on the local network."""
    return {
        urlsplit(url if "//" in url else f"//{url}").hostname
        for kind, url in getproxies().items()
        if kind != "no"
    }
