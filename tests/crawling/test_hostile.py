"""Pages that are no portal's are told apart from articles, lists and static pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portals.crawling.hostile import unusual
from portals.extraction.page import Page
from portals.language.notices import Notice
from tests.pages.prose import story
from tests.pages.synthetic import TODAY, text_of
from tests.pages.themes import Frame, danaweb_1, static_page


def page(body: str, title: str = "") -> Page:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return Page("http://example.vn/tin", html, datetime(2026, 11, 20, tzinfo=UTC))


CASES: tuple[tuple[str, str, Notice], ...] = (
    ("<script>document.cookie='D1N=ab12';window.location.reload(true)</script>", "", "challenge"),
    ("<p>Vui lòng chờ</p>", "Just a moment...", "challenge"),
    ("<p>Xác minh rằng bạn là con người để vào trang</p>", "", "challenge"),
    ("<div class='g-recaptcha' data-sitekey='x'></div>", "Kiểm tra", "challenge"),
    ("<form><input name=u><input type='password' name=p></form>", "Đăng nhập", "login"),
    ("<h1>This domain has expired</h1>", "", "parked"),
    ("<h1>Tên miền congdoan.example.vn đã hết hạn sử dụng</h1>", "", "parked"),
    ("<p>Website đã bị tạm khóa, liên hệ nhà cung cấp</p>", "", "parked"),
    ("<h1>Welcome to nginx!</h1>", "Welcome to nginx!", "server"),
    ("<h1>Index of /</h1><a href='/a'>a</a>", "Index of /", "server"),
)


@pytest.mark.parametrize(("body", "title", "kind"), CASES)
def test_what_is_no_portal_page_is_named(body: str, title: str, kind: Notice) -> None:
    assert unusual(page(body, title)) == kind


@pytest.mark.parametrize(
    "markup",
    [static_page("Giới thiệu", Frame(TODAY)), danaweb_1(text_of(story(3), "Tin"), Frame(TODAY))],
)
def test_pages_of_a_portal_are_not_taken_for_anything_else(markup: bytes) -> None:
    assert unusual(Page.from_bytes("http://example.vn/a", markup, fetched_at=TODAY)) is None


def test_an_article_about_expired_domains_is_no_parked_page() -> None:
    text = "Tên miền của nhiều đơn vị hết hạn mà không ai hay. " * 60

    assert unusual(page(f"<p>{text}</p>")) is None
