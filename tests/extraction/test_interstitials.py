"""Pages that are no portal's are told apart from articles, lists and static pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portals.extraction.interstitials import classify_interstitial
from portals.extraction.page import Page
from portals.language.notices import Notice
from tests.support.pages.prose import story
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, danaweb_1, static_page


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
    ("<p>Trang này đã bị chặn theo yêu cầu của cơ quan chức năng</p>", "", "filtered"),
    ("<h1>Website đang bảo trì</h1>", "Thông báo", "broken"),
    ("<b>Fatal error: Uncaught Error in /var/www/html/index.php:3</b>", "", "broken"),
    ("<p>Bài viết bạn tìm không tồn tại hoặc đã bị xóa.</p>", "", "missing"),
)


@pytest.mark.parametrize(
    "line",
    [
        "Chức năng: tham gia ngăn chặn vi phạm pháp luật lao động theo quy định.",
        "Hệ thống đường giao thông nông thôn được nâng cấp",
        "Nhiều trang giả mạo công đoàn vừa bị chặn",
        "Trang bị bảo hộ lao động của công nhân được bảo trì hằng quý",
        "Trang trại của đoàn viên được nâng cấp",
        "Đoàn kiểm tra nhận thấy hồ sơ không tồn tại vi phạm",
    ],
)
def test_ordinary_sentences_of_a_union_are_no_errors(line: str) -> None:
    assert classify_interstitial(page(f"<h1>{line}</h1><p>{line}.</p>", line)) is None


def test_a_page_that_tells_a_story_is_no_error_page() -> None:
    told = " ".join(story(3).paragraphs)

    assert (
        classify_interstitial(
            page(f"<p>Website đang bảo trì.</p><p>{told}</p>", "Website đang bảo trì")
        )
        is None
    )


@pytest.mark.parametrize(("body", "title", "kind"), CASES)
def test_what_is_no_portal_page_is_named(body: str, title: str, kind: Notice) -> None:
    assert classify_interstitial(page(body, title)) == kind


@pytest.mark.parametrize(
    "markup",
    [static_page("Giới thiệu", Frame(TODAY)), danaweb_1(text_of(story(3), "Tin"), Frame(TODAY))],
)
def test_pages_of_a_portal_are_not_taken_for_anything_else(markup: bytes) -> None:
    assert (
        classify_interstitial(Page.from_bytes("http://example.vn/a", markup, fetched_at=TODAY))
        is None
    )


def test_an_article_about_expired_domains_is_no_parked_page() -> None:
    text = "Tên miền của nhiều đơn vị hết hạn mà không ai hay. " * 60

    assert classify_interstitial(page(f"<p>{text}</p>")) is None
