"""A home page that only sends on, and headlines in place of an unknown list."""

from __future__ import annotations

import pytest

from portals.discovery.forwarding import forward_of
from portals.discovery.headlines import headlines_of
from portals.discovery.url_patterns import is_skipped, listing_position, pattern_of
from portals.extraction.page import Page
from tests.support.pages.synthetic import TODAY

HOME = "http://mau.example.vn/"


def page(markup: str, url: str = HOME) -> Page:
    return Page(url, markup, TODAY)


@pytest.mark.parametrize(
    "markup",
    [
        '<meta http-equiv="refresh" content="0; url=/congdoan/">',
        "<META HTTP-EQUIV=Refresh CONTENT=\"2;URL='/congdoan/'\"><p>Đang chuyển trang</p>",
        '<script>window.location.href = "/congdoan/";</script>',
        "<script>location.replace('/congdoan/')</script>",
    ],
)
def test_a_page_of_one_line_sends_on(markup: str) -> None:
    assert forward_of(page(markup)) == "http://mau.example.vn/congdoan/"


def test_a_header_sends_on() -> None:
    assert forward_of(page("<p></p>"), "0; url=/vi") == "http://mau.example.vn/vi"


@pytest.mark.parametrize(
    "markup",
    [
        '<meta http-equiv="refresh" content="1800">',
        '<meta http-equiv="refresh" content="1800; url=/">',
        '<meta http-equiv="refresh" content="60; url=/tin"><p>' + "Tin công đoàn hôm nay. " * 30,
        "<p>Trang chủ</p>",
    ],
)
def test_a_page_that_reloads_itself_or_has_content_does_not(markup: str) -> None:
    assert forward_of(page(markup)) is None


def test_headlines_with_one_url_pattern_are_articles() -> None:
    links = "".join(
        f'<a href="/tin/trao-qua-cho-cong-nhan-{n}.html">Trao quà cho công nhân khu trọ số {n}</a>'
        for n in (11, 12, 13)
    )
    markup = f'{links}<a href="/gioi-thieu">Giới thiệu</a><a href="/q">Một khẩu hiệu rất dài</a>'

    assert [link.url for link in headlines_of(page(markup))] == [
        f"http://mau.example.vn/tin/trao-qua-cho-cong-nhan-{n}.html" for n in (11, 12, 13)
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://a.vn/index.php?option=com_content&view=article&id=12",
        "http://a.vn/Default.aspx?view=detail&newsid=7",
        "http://a.vn/news.php?action=show&id=7",
        "http://a.vn/?mod=news&mode=detail&id=7",
    ],
)
def test_a_parameter_is_not_left_out_by_its_name(url: str) -> None:
    assert not is_skipped(url)


@pytest.mark.parametrize(
    "query",
    ["view=print", "format=pdf", "task=login", "print=1", "tmpl=x", "act=send", "tag=x", "page=-1"],
)
def test_copies_and_forms_are_left_out(query: str) -> None:
    assert is_skipped(f"http://a.vn/index.php?id=12&{query}")


def test_programs_give_different_kinds_of_pages() -> None:
    assert pattern_of("http://a.vn/xem.php?id=1") != pattern_of("http://a.vn/gui.php?id=1")


def test_words_that_choose_a_program_give_different_kinds_of_pages() -> None:
    page = "http://a.vn/index.php?act={}&id=1"
    assert pattern_of(page.format("news")) != pattern_of(page.format("doc"))
    assert pattern_of("http://a.vn/?tag=a") == pattern_of("http://a.vn/?tag=b")


def test_a_year_is_no_page_number() -> None:
    assert listing_position("http://a.vn/2017/")[1] == 1
    assert listing_position("http://a.vn/tin/3")[1] == 3
