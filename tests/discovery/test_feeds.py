"""Feeds as portals serve them, and those that want a reader to open, fetch or swell something."""

from __future__ import annotations

import builtins
import socket
import time
import tracemalloc
from pathlib import Path

import pytest

from portals.discovery.feeds import MAX_FEED_ENTRIES, read_feed
from portals.discovery.posts import read_posts
from tests.support.variants import some

pytestmark = pytest.mark.quick

URL = "https://c.vn/rss/tin.rss"
A = "https://c.vn/tin/a-1.html"


def rss(*items: str, version: str = "2.0", head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<rss version="{version}"><channel>{"".join(items)}</channel></rss>'.encode()


def item(link: str = A, title: str = "Công đoàn", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


RDF = (
    '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns="{name}"><channel><title>x</title></channel>{item}</rdf:RDF>'
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Công đoàn</title>'
    '<link rel="self" href="https://c.vn/x"/><link rel="alternate" href="{link}"/>'
    "<updated>2024-05-30T08:00:00+07:00</updated></entry></feed>"
)


@pytest.mark.parametrize(
    "body",
    [
        RDF.format(name="http://my.netscape.com/rdf/simple/0.9/", item=item()).encode(),
        RDF.format(name="http://purl.org/rss/1.0/", item=item()).encode(),
        rss(item(), version="0.91"),
        rss(item()),
        ATOM.format(link=A).encode(),
        ATOM.format(link="/tin/a-1.html").encode(),
        rss(item("../tin/a-1.html")),
        b"\xef\xbb\xbf" + rss(item()),
        rss(item(), head="<?xml version='1.0' encoding='utf-16'?>"),
        rss(item(title="<![CDATA[Công đoàn]]>")),
        rss(item(title="Công &nbsp;đoàn")),
        rss(item(), "<item><title>x & y"),
    ],
    ids=[
        "RSS 0.9", "RSS 1.0", "RSS 0.91", "RSS 2.0", "Atom", "Atom, relative", "RSS, relative",
        "BOM", "wrong encoding", "CDATA", "undeclared entity", "cut off",
    ],
)  # fmt: skip
def test_the_entries_are_read(body: bytes) -> None:
    found = read_feed(body, URL)

    assert found is not None
    assert (found[0].url, found[0].title) == (A, "Công đoàn")


def test_the_encoding_of_the_text_is_found_though_the_header_names_another() -> None:
    found = read_feed(rss(item()), URL, "text/xml; charset=iso-8859-1")

    assert found is not None
    assert found[0].url == A


def test_a_change_is_that_of_the_edit_else_that_of_the_publication() -> None:
    published = "<pubDate>Thu, 30 May 2024 08:00:00 +0700</pubDate>"
    (edited,) = read_feed(ATOM.format(link=A).encode(), URL) or []
    (plain,) = read_feed(rss(item(more=published)), URL) or []

    assert edited.changed == "2024-05-30T08:00:00+07:00"
    assert plain.changed == "Thu, 30 May 2024 08:00:00 +0700"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><body><p>Trang ch\xe1\xbb\xa7</p></body></html>",
        b"{}",
        b"\x00\xff",
    ],
)
def test_what_is_no_feed_is_none(body: bytes) -> None:
    assert not read_feed(body, URL)


def test_an_entry_without_a_web_address_is_left_out() -> None:
    links = ("", "javascript:alert(1)", "file:///etc/passwd", "mailto:a@c.vn", "http://[", A)

    assert [entry.url for entry in read_feed(rss(*map(item, links)), URL) or []] == [A]


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A process that records every attempt to open a file or to connect."""
    opened: list[object] = []

    def refuse(*given: object, **_: object) -> None:
        opened.append(given)
        raise OSError("closed")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return opened


def test_a_text_that_is_an_address_or_a_file_name_opens_nothing(
    tmp_path: Path, closed: list[object]
) -> None:
    feed = tmp_path / "own.xml"
    feed.write_bytes(rss(item()))
    texts = [
        str(feed), f"file://{feed}", "http://127.0.0.1/feed.xml", "https://c.vn/feed",
        "ftp://127.0.0.1/x", "feed://127.0.0.1/x", "/etc/passwd",
    ]  # fmt: skip

    assert [text for text in texts if read_feed(text.encode(), URL)] == []
    assert closed == []


def test_external_entities_and_documents_are_not_opened(closed: list[object]) -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"'
        b' [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1/p">%p;]>'
        + rss(item(title="&x;"), head="")
    )
    found = read_feed(body, URL)

    assert closed == []
    assert "root" not in str(found)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
).encode()


HOSTILE = {
    "billion laughs": LAUGHS + rss(item(title="&a11;"), head=""),
    "one long entity": b'<!DOCTYPE rss [<!ENTITY a "'
    + b"x" * 100_000
    + b'">]>'
    + rss(item(title="&a;" * 10_000), head=""),
    "laughs in utf-16": (LAUGHS + rss(item(title="&a11;"), head="")).decode().encode("utf-16"),
    "items in each other": rss("<item>" * 150_000),
    "tags not closed": b"<rss>" + b"<a " * 300_000,
    "depth": b"<rss><channel><item><title>" + b"<b>" * 300_000,
    "declarations not closed": b"<!ENTITY %" * 100_000,
}


@pytest.mark.parametrize(
    "name", some(HOSTILE, HOSTILE.keys() - {"items in each other", "tags not closed"})
)
def test_hostile_feeds_take_little_time_and_memory(name: str) -> None:
    tracemalloc.start()
    before = time.process_time()
    read_feed(HOSTILE[name], URL)
    spent, (_, peak) = time.process_time() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert spent < 5
    assert peak < 200 * 1024**2


def test_no_more_entries_are_read_than_a_feed_has() -> None:
    found = read_feed(rss(*(item(f"{A}?{n}") for n in range(MAX_FEED_ENTRIES + 5))), URL)

    assert found is not None
    assert len(found) == MAX_FEED_ENTRIES


def test_posts_are_read_with_their_titles() -> None:
    body = (
        b'[{"link": "https://c.vn/a", "title": {"rendered": "A &#8211; B"},'
        b' "modified": "2024-05-30T08:00:00"}, {"link": 5}, 7, {"title": "x"}]'
    )
    (post,) = read_posts(body) or []

    assert (post.url, post.title, post.changed) == (
        "https://c.vn/a", "A – B", "2024-05-30T08:00:00",
    )  # fmt: skip


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"[" * 100_000, b'{"code": "rest_no"}'])
def test_what_is_no_list_of_posts_is_none(body: bytes) -> None:
    assert read_posts(body) is None
