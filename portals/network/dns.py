"""Name resolution: a crawl connects to public addresses, and to what the operator named."""

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
