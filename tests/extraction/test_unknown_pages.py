"""Details of pages whose system nobody described: captions, bylines."""

from __future__ import annotations

import pytest

from portals.article import Article
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from tests.support.pages.undescribed import TEXTS, read

pytestmark = pytest.mark.quick

CAPTION = "Đoàn viên nhận quà tại buổi lễ"


BOXES = {
    "an inline element": '<div class="pic"><img src="a.jpg"><span class="fig">{}</span></div>',
    "a floating box": '<div class="full-img pull-right"><img src="a.jpg">'
    '<span class="fig">{}</span></div>',
    "a box beside the text": '<div class="aside-img"><p class="thumbnail"><img src="a.jpg">'
    '<a href="#"><i class="zoom"></i></a></p><span class="photo-caption">{}</span></div>',
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES.keys())
def test_a_caption_of_an_inline_element_is_no_paragraph(box: str) -> None:
    article = read(inside=box.format(CAPTION))
    assert [(one.url, one.caption) for one in article.images] == [
        ("http://x.vn/tin/a.jpg", CAPTION)
    ]
    assert article.body.split("\n\n") == TEXTS


def test_a_line_with_an_inline_caption_and_more_is_a_paragraph() -> None:
    article = read(inside=f'<p>{TEXTS[0]} <span class="fig">{CAPTION}</span></p>')
    assert f"{TEXTS[0]} {CAPTION}" in article.body


def test_an_entry_of_a_menu_is_no_author() -> None:
    entries = ("Bảng Điều Khiển", "Navbar Dropdown", "Minh Họa")
    menu = "".join(f'<li class="author"><a href="#{n}">{n}</a></li>' for n in entries)
    assert read(above=f"<ul>{menu}</ul>").author is None


@pytest.mark.parametrize(
    "clock",
    [
        '<div class="ngay-gio"><span id="dongho">Chủ nhật, ngày 15/6/2025 9:00 am</span></div>',
        '<div class="dong-ho">15/06/2025 09:00</div>',
        '<p class="currentDate">Chủ nhật, 15/06/2025 | 09:00 GMT+7</p>',
    ],
)
def test_the_clock_of_a_page_is_no_date_of_publication(clock: str) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXTS)
    page = (
        "<html><head><title>Hội nghị người lao động nhà máy đường</title></head><body>"
        f"{clock}<div class=main><h1>Hội nghị người lao động nhà máy đường</h1><div class=text>"
        f"{paragraphs}<i>5/1/2017 - 12:57 am</i></div></div></body></html>"
    )
    article = read_safely(
        Page.from_bytes("http://x.vn/tin/hoi-nghi-12.html", page.encode(), "text/html"),
        Recipe("x", general=True),
    )
    assert isinstance(article, Article)
    assert article.published_at == "2017-01-05T00:57:00+07:00"
