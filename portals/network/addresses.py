"""Classification of IP addresses: public or not."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_TRANSLATED = ip_network("64:ff9b::/96")  # IPv6 in front of IPv4 (NAT64): the last four bytes count


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
    return found.is_global and not found.is_multicast and not found.is_reserved
