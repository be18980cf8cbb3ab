"""Addresses without an end: which rule takes them, and that no real kind of address is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.discovery.url_filters import MEANINGS, SkippedUrls, UrlFilters, matching_filter
from portals.discovery.url_patterns import has_session_id, pattern_of, without_session
from portals.urls import url_key

HOST = "https://congdoan.example"


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/tin/" + "a" * 2000, "too long"),
        ("/a/b/c" * 6, "too deep"),
        ("/tin?" + "&".join(f"k{n}=1" for n in range(17)), "too many parameters"),
        ("/tin/vi/en", "languages in a row"),
        ("/vi/en/vi/en/tin-12.html", "languages in a row"),
        ("/VI/EN/", "languages in a row"),
        ("/tin-tuc/tin-tuc/tin-tuc", "repeated folders"),
        ("/tin/su-kien/tin/su-kien/", "repeated folders"),
        ("/a/b/c/a/b/c/a/b/c", "repeated folders"),
        ("/lich/2031/05", "calendar"),
        ("/lich/2031-5-17/", "calendar"),
        ("/lich-cong-tac/1970/01/01", "calendar"),
        ("/lich?thang=05-2044", "calendar"),
        ("/lich?date=2099-01-31", "calendar"),
        ("/lich?month=1&year=1901", "calendar"),
    ],
)
def test_addresses_without_an_end_are_left_alone_by_a_rule(path: str, rule: str) -> None:
    assert matching_filter(HOST + path) == rule
    assert rule in MEANINGS


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/vi/news/tin-tuc/cong-doan-co-so-1234.html",
        "/vi/tin-tuc/en-route-12.html",
        "/2024/05/17/cong-doan-co-so/",
        "/2024/05",
        "/lich?thang=05-2024",
        "/tin-tuc/2099-phan-qua-cho-cong-nhan-18.html",
        "/m/127/2099/Ma-Buu-chinh.html",
        "/tin-tuc/2099",
        "/tin-tuc?page=2099",
        "/tin-tuc/tin-tuc/ban-tin-12.html",
        "/tin-tuc/tin-tuc/tin-tuc-su-kien-123.html",
        "/hoat-dong/12/12/123-bai-viet.html",
        "/2011/1/1/1234.html",
        "/tin-tuc/1023/2",
        "/danh-muc/1945/12",
        "/cong-van/1234-12",
        "/tin-tuc?lich=1234",
        "/muc/1/1/1",
        "/web/guest/-/asset_publisher/x/content/y?p_p_id=101&p_p_lifecycle=0&p_p_state=normal",
        "/%E1%BB%91ng".join("abcdefgh"),
    ],
)
def test_addresses_as_portals_have_them_are_not(path: str) -> None:
    assert matching_filter(HOST + path) is None


@given(st.text(max_size=3000))
def test_any_address_is_judged(text: str) -> None:
    try:
        rule = matching_filter(f"{HOST}/{text}")
    except ValueError:
        return
    assert rule is None or rule in MEANINGS


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        (f"{HOST}/tin.jsp;jsessionid=8A9B?id=3", f"{HOST}/tin.jsp?id=3"),
        (f"{HOST}/tin?PHPSESSID=8a9b&id=3", f"{HOST}/tin?id=3"),
        (f"{HOST}/tin?sid=8a9b8a9b8a9b8a9b", f"{HOST}/tin"),
    ],
)
def test_the_number_of_a_visit_is_taken_off(url: str, bare: str) -> None:
    assert (has_session_id(url), has_session_id(bare)) == (True, False)
    assert without_session(url) == bare


@pytest.mark.parametrize("name", ["redirect", "_101_INSTANCE_x_redirect", "returnUrl"])
def test_where_a_reader_came_from_is_taken_off(name: str) -> None:
    assert without_session(f"{HOST}/tin/a?{name}=%2Fweb%2Fguest") == f"{HOST}/tin/a"


def test_the_folder_of_a_visit_without_cookies_names_no_page() -> None:
    first, later = (f"{HOST}/(S({visit}))/tin.aspx?id=3" for visit in ("4f2kq8zw", "9x1mpl0d"))

    assert url_key(first) == url_key(later) == url_key(f"{HOST}/tin.aspx?id=3")
    assert pattern_of(first) == pattern_of(later)
    assert url_key(f"{HOST}/tin(s(1))/a") == "/tin(s(1))/a"


def test_the_number_of_a_story_is_not_that_of_a_visit() -> None:
    url = f"{HOST}/modules.php?name=News&op=viewst&sid=123"  # PHP-Nuke, from which NukeViet comes

    assert (has_session_id(url), without_session(url)) == (False, url)


def test_an_address_that_was_met_before_does_not_count_again() -> None:
    traps = UrlFilters()
    for path in ("/lich/2031/05", "/lich/2031/06", "/lich/2031/05"):
        traps.record("calendar", HOST + path)

    assert traps.skipped() == [SkippedUrls("calendar", 2, f"{HOST}/lich/2031/05")]
