"""What stands before the site: names, headers, and no counts over large files."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from portals.serve.guard import HostNames, guarded


def answers(query: str, path: str, *, is_large: bool) -> str:
    """Return the query string that the application gets."""
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["query_string"].decode())

    scope = {
        "type": "http", "path": path, "query_string": query.encode(),
        "headers": [(b"host", b"localhost")],
    }  # fmt: skip
    guard = guarded(application, HostNames.of("127.0.0.1"), is_large=is_large)
    asyncio.run(guard(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize(
    ("query", "path", "is_large", "expected"),
    [
        ("", "/articles/v_articles", True, "_nocount=1&_nofacet=1&_nosuggest=1"),
        ("_size=5", "/articles/pages.json", True, "_size=5&_nocount=1&_nofacet=1&_nosuggest=1"),
        ("_nocount=0", "/articles/x", True, "_nocount=0&_nofacet=1&_nosuggest=1"),
        ("", "/articles/v_articles", False, ""),
        ("q=x", "/search", True, "q=x"),
        ("sql=select+1", "/articles", True, "sql=select+1"),
    ],
)
def test_datasette_counts_nothing_in_a_large_file_unless_it_is_asked_to(
    query: str, path: str, *, is_large: bool, expected: str
) -> None:
    assert answers(query, path, is_large=is_large) == expected


@pytest.mark.parametrize(
    ("host", "more", "header", "is_own"),
    [
        ("127.0.0.1", (), "localhost:8001", True),
        ("127.0.0.1", (), "192.168.0.7", False),
        ("127.0.0.1", ("Tin.Example",), "tin.example", True),
        ("192.168.0.7", (), "192.168.0.7:80", True),
        ("192.168.0.7", (), "localhost", False),
        ("0.0.0.0", (), "192.168.0.7:80", True),
        ("0.0.0.0", (), "evil.example", False),
        ("::", (), "[2001:db8::1]:80", True),
        ("0.0.0.0", (), "", False),
    ],
)
def test_a_server_answers_to_its_own_names_only(
    host: str, more: tuple[str, ...], header: str, *, is_own: bool
) -> None:
    assert HostNames.of(host, more).has(header) is is_own
