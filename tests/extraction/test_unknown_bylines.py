"""Pages whose system nobody described: authors, credits and boxes around them."""

from __future__ import annotations

import json

import pytest

from portals.article import Article, Reject
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from tests.support.pages.synthetic import TODAY
from tests.support.pages.undescribed import TEXTS

pytestmark = pytest.mark.quick

TITLE = "Hội nghị người lao động nhà máy đường"
DAY = "<i>05/01/2017 08:15</i>"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXTS)
HEAD = f"<h1>{TITLE}</h1>{DAY}"


def read_page(body: str, head: str = "") -> Article | Reject:
    page = f"<html><head><title>Tin tức - Nhà máy</title>{head}</head><body>{body}</body></html>"
    at = Page.from_bytes("http://x.vn/xem?id=12", page.encode(), "text/html", TODAY)
    return read_safely(at, Recipe("x", general=True))


def article_of(body: str, head: str = "") -> Article:
    found = read_page(body, head)
    assert isinstance(found, Article), found
    return found


ENDINGS = {
    "credits of a photo story": "<div><p><b>Bài và ảnh:</b> Lê Thu Hà</p>"
    "<p><b>Trình bày:</b> Tổ đồ họa</p></div>",
    "credits of an interview": "<p>Nội dung: Lê Thu Hà</p><p>Thiết kế: Ban Điện tử</p>",
    "lines parted by breaks": "Tác giả: Lê Thu Hà<br>Nguồn: Báo Sông Mây<br>"
    "Chuyên mục: <a href='/tin'>Tin tức</a><br>",
    "a reprint with its address": "<div>Theo Lê Thu Hà (Báo Sông Mây)</div>"
    "<div>Link nguồn: <span>https://song.example.vn/12.html</span></div>",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_the_credits_below_a_text_are_no_text(ending: str) -> None:
    article = article_of(f"<div>{HEAD}<div>{PARAGRAPHS}{ending}</div></div>")

    assert article.author == "Lê Thu Hà"
    assert article.body.split("\n\n") == TEXTS


@pytest.mark.parametrize(
    "heading", ["Chùm ảnh khác", "Câu hỏi cùng lĩnh vực", "Video liên quan", "Các chủ đề tương tự"]
)
def test_a_heading_of_other_stories_ends_the_text(heading: str) -> None:
    other = '<div>{}</div><div><a href="/tin/{}">Công đoàn tặng quà Tết cho công nhân {}</a></div>'
    others = "".join(other.format(heading if not n else "", n, n) for n in range(2))
    article = article_of(f"<div>{HEAD}{PARAGRAPHS}{others}</div>")

    assert article.body.split("\n\n") == TEXTS


def test_the_card_of_another_article_inside_the_text_is_no_text() -> None:
    card = (
        '<div class="k5"><a href="/tin/9.html"><img src="9.jpg"></a><div><header>'
        '<a href="/tin/9.html">Thị trấn góp tiền sửa nhà cho đoàn viên</a></header>'
        "<p>Với sáu trăm triệu đồng do cộng đồng đóng góp, nhiều gia đình công nhân ở thị trấn"
        " đã có mái nhà mới trước mùa mưa năm nay...</p></div></div>"
    )
    inside = PARAGRAPHS.replace("</p>", f"</p>{card}", 1)
    assert article_of(f"<div>{HEAD}{inside}</div>").body.split("\n\n") == TEXTS


def test_a_paragraph_below_its_picture_and_a_link_stays() -> None:
    inside = (
        '<div><a href="/anh/9.jpg"><img src="9.jpg"></a>'
        '<p><a href="/tin/9.html">Thị trấn góp tiền sửa nhà cho đoàn viên</a></p>'
        "<p>Việc sửa nhà được làm trong ba tháng với sự góp sức của cả tổ dân phố.</p></div>"
    )
    article = article_of(f"<div>{HEAD}{PARAGRAPHS.replace('</p>', f'</p>{inside}', 1)}</div>")
    assert "ba tháng với sự góp sức" in article.body


def test_paragraphs_in_one_box_with_a_link_to_another_article_stay() -> None:
    link = '<p><a href="/tin/{0}">Đọc tiếp: công đoàn tặng quà Tết cho công nhân {0}</a></p>'
    text = "<div>" + "</div><div>".join(
        f"<p>{TEXTS[2 * n]}</p><p>{TEXTS[2 * n + 1]}</p>"
        f"<p>Đợt {n} ấy, ban chấp hành công đoàn đã đi thăm từng tổ sản xuất của nhà máy.</p>"
        + link.format(n)
        for n in range(3)
    )
    article = article_of(f"<div>{HEAD}{text}</div></div>")
    assert [one for one in article.body.split("\n\n") if one in TEXTS] == TEXTS


def test_a_name_in_one_list_with_the_day_above_the_title_is_the_author() -> None:
    meta = "<ul><li>Lê Thu Hà</li><li>5 thg 1, 2017</li><li>3 phút đọc</li></ul>"
    article = article_of(f"<article>{meta}<h1>{TITLE}</h1>{PARAGRAPHS}</article>")

    assert article.author == "Lê Thu Hà"


def person(*names: str) -> str:
    node = {"@type": "NewsArticle", "author": [{"@type": "Person", "name": n} for n in names]}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_an_author_in_the_data_that_the_page_shows_beats_another_line() -> None:
    shown = "<div>Hải Sơn</div><div>Ảnh do Lê Thu Hà và bạn đọc gửi về</div>"
    head = person("Lê Thu Hà")
    assert article_of(f"<div>{HEAD}{shown}{PARAGRAPHS}</div>", head).author == "Lê Thu Hà"
    assert article_of(f"<div>{HEAD}{shown}{PARAGRAPHS}</div>").author == "Hải Sơn"


def test_a_signature_beats_the_author_in_the_data() -> None:
    signed = f"{PARAGRAPHS}<p align=right><b>Lê Thu Hà</b></p>"
    head = person("Hải Sơn")
    assert article_of(f"<div>{HEAD}<div>Hải Sơn</div>{signed}</div>", head).author == "Lê Thu Hà"


def test_all_authors_in_the_data_are_named() -> None:
    article = article_of(f"<div>{HEAD}{PARAGRAPHS}</div>", person("Lê Thu Hà", "Hải Sơn"))
    assert article.author == "Lê Thu Hà - Hải Sơn"


def test_a_page_that_says_that_there_is_nothing_is_an_error() -> None:
    found = read_page(
        "<h1>Ồ, không có gì ở đây</h1><p>Nội dung mà bạn cần hiện không tồn tại trên trang của"
        " chúng tôi, kính mời quý vị chọn mục khác ở thanh trên cùng của trang này để xem tiếp.</p>"
    )
    assert isinstance(found, Reject)
    assert found.code == "error_page"


ROWS = {
    "a part that is named": "<div><span class=by-author>PV</span> - <b>{}</b> <a>Lưu tin</a></div>",
    "a department": "<h6>{} | Phòng Văn hóa - Xã hội | 348 lượt xem</h6>",
    "counters": "<div><span>Lê Thu Hà</span><time>{}</time><span>1.240 lượt đọc</span></div>",
    "an address": "<div><b>Lê Thu Hà</b> <a href='mailto:ha@x.vn'>ha@x.vn</a> {}</div>",
    "two names and a short count": "<div><span>Lê Thu Hà, Vũ An</span><span>{}</span>"
    "<span>1,2K lượt xem</span></div>",
    "a count in brackets": "<small>Gửi bởi Lê Thu Hà vào {} (1.024 lần xem)</small>",
    "a desk": "<div><span>{}</span><span>Nhóm phóng viên</span></div>",
    "a row of networks": "<div>Lê Thu Hà</div><div>{}</div><div><a>Facebook</a><a>Zalo</a></div>",
    "a paper's code": "<div>LÊ THU HÀ - VŨ AN BTL | {}</div>",
}
SIGNERS = (
    *("PV", "Phòng Văn hóa - Xã hội", "Lê Thu Hà", "Lê Thu Hà", "Lê Thu Hà, Vũ An"),
    *("Lê Thu Hà", "Nhóm phóng viên", "Lê Thu Hà", "LÊ THU HÀ - VŨ AN"),
)


@pytest.mark.parametrize(("row", "author"), [*zip(ROWS.values(), SIGNERS, strict=True)], ids=ROWS)
def test_the_author_in_a_row_with_the_date_is_read(row: str, author: str) -> None:
    article = article_of(f"<div><h1>{TITLE}</h1>{row.format('05/01/2017 08:15')}{PARAGRAPHS}</div>")

    assert (article.author, article.published_at) == (author, "2017-01-05T08:15:00+07:00")
    assert article.body.split("\n\n") == TEXTS


def test_the_author_in_the_footer_of_a_post_is_read() -> None:
    footer = (
        "<div class=post-footer><span class=post-author>Người đăng: <b>Lê Thu Hà</b></span>"
        " vào lúc 21:40 <span>Nhãn: chợ</span></div>"
    )
    assert article_of(f"<div>{HEAD}{PARAGRAPHS}{footer}</div>").author == "Lê Thu Hà"


def test_author_and_source_in_lines_of_their_own_above_the_text_are_read() -> None:
    lines = ("05/01/2017 08:15", "Người đăng: Lê Thu Hà", "Nguồn: Báo Sông Mây")
    facts = f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    article = article_of(f"<div><h1>{TITLE}</h1>{facts}{PARAGRAPHS}</div>")

    assert (article.author, article.source) == ("Lê Thu Hà", "Báo Sông Mây")
    assert article.body.split("\n\n") == TEXTS


def test_counters_and_the_heading_of_links_around_a_text_are_no_text() -> None:
    below = "<div>👍 24 💬 3</div><div>Ban Biên tập</div><b>Đọc tiếp</b>"
    links = "".join(f'<p><a href="/t/{n}">Công đoàn tặng quà Tết cho thợ</a></p>' for n in range(2))
    article = article_of(f"<div>{HEAD}<p>182</p>{PARAGRAPHS}{below}{links}</div>")

    assert article.body.split("\n\n") == TEXTS
    assert article.author == "Ban Biên tập"


def test_a_byline_between_lead_and_date_is_read() -> None:
    lead = "Gần ba trăm đại biểu của nhà máy bàn về tiền thưởng và bữa ăn ca trong năm mới."
    day = "<p>Xuất bản lúc 8 giờ 15 phút, ngày 05 tháng 01 năm 2017</p>"
    byline = "<p>Bài: <b>Lê Thu Hà</b> • Ảnh: <b>Vũ An</b></p>"
    article = article_of(
        f"<section><h1>{TITLE}</h1><p>{lead}</p>{byline}{day}</section><section>{PARAGRAPHS}</section>"
    )
    assert (article.author, article.lead) == ("Lê Thu Hà", lead)
    assert article.published_at == "2017-01-05T08:15:00+07:00"


def test_a_heading_of_links_below_a_text_is_no_author() -> None:
    links = '<h3>Recent Posts</h3><ul><li><a href="/t/1">Công đoàn tặng quà Tết cho thợ</a></ul>'
    assert article_of(f"<div>{HEAD}{PARAGRAPHS}{links}</div>").author is None


def test_a_list_of_labels_and_values_below_a_text_is_no_text() -> None:
    facts = {"Tác giả": "Lê Thu Hà", "Nguồn": "Báo Sông Mây", "Số lượt xem": "190"}
    rows = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts.items())
    article = article_of(f"<div>{HEAD}{PARAGRAPHS}<dl>{rows}</dl></div>")

    assert (article.author, article.source) == ("Lê Thu Hà", "Báo Sông Mây")
    assert article.body.split("\n\n") == TEXTS
