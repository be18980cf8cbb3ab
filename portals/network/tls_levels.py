"""Older TLS for the hosts of one portal, as its row in the catalogue says."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from scrapy.crawler import Crawler

from portals.network.http_compat import ClientContextFactory, context_of
from portals.urls import host_of

_LEGACY_SERVER_CONNECT = 0x4  # OpenSSL: servers without secure renegotiation
_CIPHERS = "DEFAULT:@SECLEVEL={}"


class LevelContextFactory(ClientContextFactory):
    """Scrapy's TLS contexts, with a lower security level for the hosts that need it."""

    tls_hosts: frozenset[str] = frozenset()
    tls_level = ""

    @classmethod
    def for_crawler(cls, crawler: Crawler) -> LevelContextFactory:
        """Return the factory with the exception of the crawl's portal, if it has one."""
        factory = cls.from_crawler(crawler)
        factory.tls_hosts = getattr(crawler.spider, "tls_hosts", frozenset())
        factory.tls_level = getattr(crawler.spider, "tls_level", "")
        return factory

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's
        """Return what makes the connections to a host."""
        creator = super().creatorForNetloc(hostname, port)
        host = host_of(f"//{hostname.decode('latin-1')}:{port}")
        if self.tls_level and self.tls_hosts & {host, host.rpartition(":")[0]}:
            _lower(context_of(creator), self.tls_level)
        return creator


def _lower(context: SSL.Context, level: str) -> None:
    """Let a context accept the ciphers, keys and signatures of a security level."""
    context.set_cipher_list(_CIPHERS.format(level).encode())
    context.set_options(_LEGACY_SERVER_CONNECT)
