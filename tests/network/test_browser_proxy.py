"""The proxy of a browser: public addresses and the portal, for the crawl's own browser only."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from twisted.internet import testing

from portals.network.browser_proxy import USER, BrowserProxy, refusal_of
from portals.network.dns import CrawlNames
from portals.network.url_guard import UrlGuard

twisted_testing: Any = testing  # without types

LOCAL = UrlGuard(("http://127.0.0.1:8000/",), ("http://127.0.0.1:8000/",))
PORTAL = UrlGuard(("https://tin.vn/",))


@pytest.mark.parametrize(
    ("host", "port", "guard", "words"),
    [
        ("127.0.0.1", 8000, LOCAL, None),
        ("127.0.0.1", 6379, LOCAL, "another host"),
        ("10.0.0.1", 80, LOCAL, "not a public address"),
        ("169.254.169.254", 80, PORTAL, "not a public address"),
        ("::1", 443, PORTAL, "not a public address"),
        ("127.0.0.1", 80, None, "not a public address"),
        ("tin.vn", 443, PORTAL, None),
        ("www.tin.vn", 80, PORTAL, None),
        ("tin.vn", 22, PORTAL, "another host"),
        ("cdn.example.com", 443, PORTAL, None),
        ("8.8.8.8", 443, PORTAL, None),
    ],
)
def test_a_browser_reaches_the_portal_and_public_addresses(
    host: str, port: int, guard: UrlGuard | None, words: str | None
) -> None:
    found = refusal_of(host, port, guard)

    assert found is None if words is None else words in (found or "")


def answer(request: str, *, knows_password: bool) -> str:
    """Return the status line with which the proxy answers."""
    proxy = BrowserProxy(twisted_testing.MemoryReactor(), PORTAL, CrawlNames())
    transport = twisted_testing.StringTransport()
    connection: Any = proxy.buildProtocol(None)
    connection.makeConnection(transport)
    login = b64encode(f"{USER}:{proxy.password}".encode()).decode() if knows_password else "x"
    connection.dataReceived(f"{request}\r\nProxy-Authorization: Basic {login}\r\n\r\n".encode())
    status: str = transport.value().decode().partition("\r\n")[0]
    return status


def test_without_the_password_nothing_is_requested() -> None:
    assert answer("GET http://tin.vn/ HTTP/1.1", knows_password=False).startswith("HTTP/1.1 407")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET http://10.0.0.1/ HTTP/1.1", "403"),
        ("CONNECT [::1]:443 HTTP/1.1", "403"),
        ("GET / HTTP/1.1", "400"),
        ("GET ftp://tin.vn/ HTTP/1.1", "400"),
        ("CONNECT tin.vn:port HTTP/1.1", "400"),
        ("CONNECT", "400"),
    ],
)
def test_what_leads_elsewhere_is_refused(request_line: str, status: str) -> None:
    assert answer(request_line, knows_password=True).startswith(f"HTTP/1.1 {status}")
