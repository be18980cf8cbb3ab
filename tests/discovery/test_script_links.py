"""Links that are no ``a``: frames, and cards and rows that a script makes links of."""

from __future__ import annotations

import pytest

from portals.discovery.links import found_links
from portals.extraction.page import Page

TITLE = "Công đoàn xã Tân An thăm công nhân"
HOME = "http://a.vn/"


def links_of(markup: str) -> list[tuple[str, str]]:
    page = Page.from_bytes(f"{HOME}tin", markup.encode(), "text/html; charset=utf-8")
    return [(link.url, link.text) for link in found_links(page)]


@pytest.mark.parametrize(
    ("markup", "url", "text"),
    [
        (f"<div onclick=\"location.href='/b-1'\"><i>Mới</i><h3>{TITLE}</h3></div>", "b-1", TITLE),
        (f"<li onclick=\"window.open('/b-2')\">{TITLE}</li>", "b-2", TITLE),
        (f"<table><tr data-href='/b-3'><td>7</td><td>{TITLE}</td></tr></table>", "b-3", TITLE),
        (f"<div onclick=\"goTo('/b-4')\"><h3>{TITLE}</h3></div>", "b-4", TITLE),
        ('<a href="#t2" data-load="/manh?muc=2">Chính sách</a>', "manh?muc=2", "Chính sách"),
        ('<button role="tab" hx-get="/manh/3">Chính sách</button>', "manh/3", "Chính sách"),
        ('<iframe src="/khung?trang=1" title="Danh sách"></iframe>', "khung?trang=1", "Danh sách"),
        ('<frameset><frame src="menu.html"></frameset>', "menu.html", ""),
    ],
)
def test_what_leads_to_a_page_without_a_link_is_found(markup: str, url: str, text: str) -> None:
    assert links_of(markup) == [(HOME + url, text)]


@pytest.mark.parametrize(
    "markup",
    [
        "<div onclick=\"location.href='/gio-hang'\">Xem</div>",
        f'<div data-url="/b-1"><p>{TITLE * 6}</p></div>',
        f"<div onclick=\"mo('/b-1')\"><h3>{TITLE}</h3></div>",
        '<div class="fb-comments" data-href="/b-1"></div>',
        '<iframe src="javascript:void(0)"></iframe>',
    ],
)
def test_what_is_no_link_is_not_found(markup: str) -> None:
    assert links_of(markup) == []
