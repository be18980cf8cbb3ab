"""Parts of a list that a button loads: pieces of HTML, JSON, and the address of the next part."""

from __future__ import annotations

import json

import pytest

from portals.discovery.fragments import counted_on, html_of_json, is_fragment


@pytest.mark.parametrize(
    ("url", "after"),
    [
        ("http://a.vn/ajax?muc=3&page=2", "http://a.vn/ajax?muc=3&page=3"),
        ("http://a.vn/ajax?start=12&muc=3", "http://a.vn/ajax?start=18&muc=3"),
        ("http://a.vn/tin/trang-2.html", "http://a.vn/tin/trang-3.html"),
        ("http://a.vn/ajax/9/2", "http://a.vn/ajax/9/3"),
        ("http://a.vn/ajax?muc=3", None),
    ],
)
def test_the_address_of_a_part_is_counted_on(url: str, after: str | None) -> None:
    assert counted_on(url, 6) == after


def test_json_becomes_links() -> None:
    title = "Thăm công nhân ở Tân An"
    item = {"id": 7, "title": title, "image": "/a.jpg", "url": "/tin/tham-7.html"}
    made = html_of_json(json.dumps({"data": [item], "next_page_url": "/ajax?p=3"}).encode())
    assert made is not None
    text = made.decode()
    assert '<a href="/tin/tham-7.html">Thăm công nhân ở Tân An</a>' in text
    assert '<a rel="next" href="/ajax?p=3">' in text


def test_markup_in_json_stays_as_it_is() -> None:
    answer = {"html": '<a href="/x-1.html">Một tin</a>', "more": True}
    made = html_of_json(json.dumps(answer).encode())
    assert made is not None
    assert b'<a href="/x-1.html">' in made


def test_an_empty_answer_is_the_end_and_one_without_addresses_cannot_be_read() -> None:
    assert html_of_json(b'{"data": [], "more": false}') == b"<p></p>"
    assert html_of_json(b'{"data": [{"title": "Tin moi", "id": 7}]}') is None
    assert html_of_json(b"<p>no JSON</p>") is None


def test_a_piece_of_html_is_no_page() -> None:
    assert is_fragment('<div><a href="/x">Tin</a></div>')
    assert not is_fragment("<!DOCTYPE html><html><body></body></html>")
