"""What holds for every answer: only for the server's own names, and with security headers."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
"""Policy of our pages: one style sheet, no script, no frame, nothing of other servers."""

ENGINE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""Policy of Datasette's own pages: its script files run, scripts inside a page do not."""

KEPT_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Policy of kept pages: nothing of them runs, also where one is opened in a tab of its own."""

_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
_POLICY = b"content-security-policy"
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - only compared
_LOOPBACK = frozenset(["localhost", "127.0.0.1", "::1"])
_LARGE = ("_nocount", "_nofacet", "_nosuggest")
"""Arguments by which Datasette counts and facets nothing: at a million rows each takes seconds."""


@dataclass(frozen=True, slots=True)
class HostNames:
    """The names under which the server answers; others may be another site's (DNS rebinding).

    ``takes_addresses``: also any IP address, for a server that listens on all of them.
    """

    names: frozenset[str]
    takes_addresses: bool = False

    @classmethod
    def of(cls, host: str, more: Iterable[str] = ()) -> HostNames:
        """Return the names of a server that listens on ``host``, with ``more`` of them."""
        own = _LOOPBACK if host in _LOOPBACK or host in _WILDCARDS else frozenset([host.lower()])
        return cls(own | {name.lower() for name in more}, host in _WILDCARDS)

    def has(self, header: str) -> bool:
        """Return True for a Host header, with a port or without, of this server."""
        name = _without_port(header.lower())
        if name in self.names:
            return True
        return self.takes_addresses and _is_address(name)


def _without_port(header: str) -> str:
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0] if header.count(":") == 1 else header


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def guarded(application: Application, names: HostNames, *, is_large: bool) -> Application:
    """Return ``application`` behind the checks. ``is_large``: Datasette must not count rows."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_headers(message.get("headers", []))}
            await send(message)

        hosts = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
        if len(hosts) != 1 or not names.has(hosts[0]):
            await _refuse(send_guarded)
            return
        await application(_cheaper(scope) if is_large else scope, receive, send_guarded)

    return guard


def _with_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    found = [(key.lower(), value) for key, value in headers]
    names = {key for key, _ in found}
    if _POLICY not in names:
        found.append((_POLICY, ENGINE_POLICY.encode()))
    return [*found, *((key, value) for key, value in _HEADERS.items() if key not in names)]


async def _refuse(send: Send) -> None:
    """Answer 400 to a name that is not this server's."""
    body = b"This server does not answer to this name; see 'serve --help', option --name.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _cheaper(scope: Scope) -> Scope:
    """Return a request for a table of Datasette without counts and facets."""
    if not scope["path"].startswith("/articles/"):
        return scope
    query = scope["query_string"].decode("latin-1")
    missing = [f"{name}=1" for name in _LARGE if f"{name}=" not in query]
    joined = "&".join(part for part in (query, *missing) if part)
    return {**scope, "query_string": joined.encode("latin-1")}
