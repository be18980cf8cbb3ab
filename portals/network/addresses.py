"""Classification of IP addresses: public or not."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Not global either, but newer or older than what Python's module knows: site-local (RFC 3879),
# documentation (RFC 9637), segment routing (RFC 9602), local NAT64 (RFC 8215).
_LOCAL = tuple(map(ip_network, ("fec0::/10", "3fff::/20", "5f00::/16", "64:ff9b:1::/48")))
_TRANSLATED = ip_network("64:ff9b::/96")  # IPv6 in front of IPv4 (NAT64): the last four bytes count


@lru_cache(maxsize=1024)
def is_literal(host: str) -> bool:
    """Return True if a host is an IP address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def is_public(address: str) -> bool:
    """Return True for a public IP address: not private, loopback, link-local or shared.

    An IPv6 address that embeds an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by that.
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
        if isinstance(found, IPv6Address) and any(found in net for net in _LOCAL):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved
