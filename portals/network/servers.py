"""Which server a URL is on: what politeness towards one machine refers to."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portals.catalogue import portals

if TYPE_CHECKING:
    from tldextract import TLDExtract


@lru_cache(maxsize=4096)
def server_of(url: str) -> str:
    """Return the server of an http(s) URL.

    It is what the catalogue's column ``server`` says of the host, else the registrable domain:
    the portals of a province are usually on one machine. The IP address of a name says nothing,
    since strangers share that of a CDN. An address in the URL itself, and a name without a
    domain (``localhost``), are a server with their port.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if declared := _declared().get(host):
        return declared
    domain = "" if _is_address(host) else _suffixes()(host).top_domain_under_public_suffix
    return domain or parts.netloc.rpartition("@")[2]


@cache
def _declared() -> dict[str, str]:
    return {row.host: row.server for row in portals().values() if row.server}


@cache
def _suffixes() -> TLDExtract:
    """Return the public suffixes of the package; a crawl never downloads a newer list."""
    from tldextract import TLDExtract  # noqa: PLC0415 - loads requests, .1 s

    return TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
