"""The ways in which listing pages lead on, and those that no crawl can follow."""

from __future__ import annotations

import pytest

from portals.discovery.links import found_links
from portals.discovery.pagers import (
    DECLARED_NEXT,
    DECLARED_NUMBER,
    header_next,
    leads_on,
    unfollowed_pager,
)
from portals.discovery.url_patterns import is_numbered_page_of
from portals.extraction.page import Page

LIST = "http://a.vn/tin-tuc"


def page_of(markup: str) -> Page:
    return Page.from_bytes(LIST, markup.encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ('<a rel="next" href="/tin-tuc&BRSR=6"><i></i></a>', "http://a.vn/tin-tuc&BRSR=6"),
        ('<a href="/tin-tuc/page/2/">Tin cũ hơn</a>', "http://a.vn/tin-tuc/page/2/"),
        ('<a href="?trangso=2">2</a>', "http://a.vn/tin-tuc?trangso=2"),
        ('<a href="?vi_tri=12">Trang sau »</a>', "http://a.vn/tin-tuc?vi_tri=12"),
        ('<a href="/tin-tuc/t2.html">2</a>', "http://a.vn/tin-tuc/t2.html"),
        ('<button data-url="/ajax?muc=3&amp;trang=2">Xem thêm</button>', "http://a.vn/ajax?muc=3&trang=2"),
        ('<div class="load-more" data-next="/ajax/3/2">…</div>', "http://a.vn/ajax/3/2"),
        ('<div id="feed" data-next-url="/tin-tuc?offset=8"><p>Tin</p></div>', f"{LIST}?offset=8"),
        ("""<a href="#" onclick="location.href='/tin-tuc?page=2'">Sau</a>""", f"{LIST}?page=2"),
        ('<select><option value="/tin-tuc?page=2">Trang 2</option></select>', f"{LIST}?page=2"),
        (
            '<form action="/tin-tuc"><input type="hidden" name="page" value="2">'
            "<button>Trang sau</button></form>",
            f"{LIST}?page=2",
        ),
        ('<button hx-get="/manh?muc=3&amp;p=2" hx-swap="x">Xem thêm</button>', "http://a.vn/manh?muc=3&p=2"),
        ("""<a hx-get="/tin-tuc" hx-vals='{"trang": 2}'>2</a>""", f"{LIST}?trang=2"),
        ('<li hx-get="/tin-tuc?p=2" hx-trigger="revealed"></li>', f"{LIST}?p=2"),
        ('<button data-url="/tin-tuc?p=2">2</button>', f"{LIST}?p=2"),
        ('<a class="more" href="/them?offset=20">Xem thêm</a>', "http://a.vn/them?offset=20"),
        ('<a href="?trangso=2"><img src="/img/btn_next.gif"></a>', f"{LIST}?trangso=2"),
        ('<meta http-equiv="refresh" content="20; url=/tin-tuc?p=2">', f"{LIST}?p=2"),
        ("<script>setTimeout(() => location.href='/tin-tuc?p=2', 9)</script>", f"{LIST}?p=2"),
        (
            """<a href="#" onclick='RefreshPageTo(event, "/tin-tuc?Paged=TRUE\\u0026p_ID=7")'>"""
            '<img src="next.gif" alt="Tiếp theo"></a>',
            f"{LIST}?Paged=TRUE&p_ID=7",
        ),
        (
            """<a href="javascript:RefreshPageTo(event, '/tin-tuc?Paged=1&amp;PageFirstRow=5');">"""
            '<img src="/_layouts/images/next.gif"></a>',
            f"{LIST}?Paged=1&PageFirstRow=5",
        ),
    ],
)  # fmt: skip
def test_a_listing_page_leads_to_its_next_page(markup: str, url: str) -> None:
    led = [
        one.url
        for one in found_links(page_of(markup))
        if leads_on(one.text, one.url, LIST, "/tin-tuc")
    ]
    assert led == [url]


@pytest.mark.parametrize(
    "markup",
    [
        '<a rel="next" href="/bai-2">Công đoàn xã Tân An thăm công nhân</a>',
        '<a href="/xem.html?id=6">Sau</a>',
        '<a href="/tin-tuc/2024-02">2</a>',
        '<a href="/khac?trangso=2">2</a>',
        '<form action="/tim"><input name="q"><button>Sau</button></form>',
        '<form method="post"><input type="hidden" name="p" value="2"><button>Sau</button></form>',
        '<div class="card" data-url="/bai-viet-so-mot-cua-chung-toi">Thăm công nhân</div>',
        '<button data-url="/manh?muc=3&amp;trang=2">2</button>',
        '<a class="more" href="/gioi-thieu">Xem thêm</a>',
        '<meta http-equiv="refresh" content="1800; url=/tin-tuc">',
        '<meta http-equiv="refresh" content="20; url=/su-kien">',
        '<div class="slides"><button data-url="/anh?so=2">2</button></div>',
        """<a onclick='RefreshPageTo(event, "/tin-tuc?Paged=1")'><img alt="Trang trước"></a>""",
    ],
)
def test_what_is_no_pager_leads_nowhere(markup: str) -> None:
    assert not [
        one for one in found_links(page_of(markup)) if leads_on(one.text, one.url, LIST, LIST)
    ]


def test_a_number_in_the_path_or_in_parameters_makes_another_page_of_a_list() -> None:
    assert is_numbered_page_of("http://a.vn/tin?muc=1&nv_pg=7", "/tin?muc=1")
    assert is_numbered_page_of("http://a.vn/tin/trang2.html", "/tin.html")
    assert not is_numbered_page_of("http://a.vn/tin?muc=2", "/tin?muc=1")
    assert not is_numbered_page_of("http://a.vn/2", "/")


def test_the_story_that_a_story_leads_to_keeps_its_headline() -> None:
    links = found_links(
        page_of('<a rel="next" href="/bai-2">Công đoàn xã Tân An thăm công nhân</a>')
    )
    assert [link.text for link in links] == ["Công đoàn xã Tân An thăm công nhân"]
    assert not [link for link in links if link.text == DECLARED_NEXT]


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        ("<a href=\"javascript:__doPostBack('ctl00$p','2')\">2</a>", "2"),
        ("<button onclick='more()'>Xem thêm</button>", "Xem thêm"),
        ('<a href="#">Xem thêm tin</a>', "Xem thêm tin"),
        ('<form method="post"><input type="submit" value="Trang sau"></form>', "Trang sau"),
        ("<a href=\"javascript:__doPostBack('ctl00$p','1')\">1</a>", None),
        ('<a href="#">Xem thêm</a>', None),  # unfolds a text
        ('<button class="carousel-control-next" data-slide="next">Next</button>', None),
        ('<form method="post"><button>Gửi</button></form>', None),
    ],
)
def test_a_pager_without_an_address_is_recognised(markup: str, label: str | None) -> None:
    assert unfollowed_pager(page_of(markup).root) == label


@pytest.mark.parametrize(
    "markup",
    [
        '<li class="active"><a href="?trang=1">1</a></li>',
        '<a class="page-link current" href="?trang=1">1</a>',
        '<a aria-current="page" href="?trang=1">1</a>',
    ],
)
def test_the_number_of_the_page_itself_leads_nowhere(markup: str) -> None:
    assert [link.text for link in found_links(page_of(f'{markup}<a href="?trang=2">2</a>'))] == [
        "2"
    ]


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('<http://a.vn/tin?page=3>; rel="next", <http://a.vn/tin?page=9>; rel="last"', "page=3"),
        ("<http://a.vn/tin?page=1>; rel=prev, <http://a.vn/tin?page=3>; rel=next", "page=3"),
        ('<https://a.vn/wp-json/>; rel="https://api.w.org/"', ""),
    ],
)
def test_a_header_declares_the_next_page(header: str, url: str) -> None:
    assert header_next(header).rpartition("?")[2] == url


def test_numbers_whose_addresses_differ_in_just_that_number_are_a_pager() -> None:
    buttons = "".join(
        f'<button data-url="/manh?muc=3&amp;trang={n}">{n}</button>' for n in (2, 3, 4)
    )
    found = found_links(page_of(buttons))
    led = {one.url: one.text for one in found if leads_on(one.text, one.url, LIST, "/tin-tuc")}
    assert led == {f"http://a.vn/manh?muc=3&trang={n}": f"{DECLARED_NUMBER}{n}" for n in (2, 3, 4)}
