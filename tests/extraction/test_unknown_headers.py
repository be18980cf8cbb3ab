"""Pages whose system nobody described: title and date of publication in uncommon places."""

from __future__ import annotations

import pytest

from portals.article import Article
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.language.dates import VIETNAM
from tests.support.pages.synthetic import TODAY
from tests.support.pages.undescribed import TEXTS

pytestmark = pytest.mark.quick

TITLE = "Hội nghị người lao động nhà máy đường"
SITE = "Diễn đàn Công nhân Sông Mây"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXTS)
HEADING = f"<h1>{TITLE}</h1>"


def article_of(body: str, head_title: str = "Tin tức - Nhà máy", head: str = "") -> Article:
    page = f"<html><head><title>{head_title}</title>{head}</head><body>{body}</body></html>"
    found = read_safely(
        Page.from_bytes("http://x.vn/xem?id=12", page.encode(), "text/html", TODAY),
        Recipe("x", general=True),
    )
    assert isinstance(found, Article), found
    return found


# --- dates ---------------------------------------------------------------------------------------

RELATIVE = {
    "time datetime": '<time datetime="2017-01-05T00:57:00+07:00">2 giờ trước</time>',
    "title": '<li><span title="05/01/2017 00:57">2 giờ trước</span></li>',
    "seconds since 1970": '<div><abbr data-utime="1483552620">2 giờ trước</abbr></div>',
    "milliseconds": '<div><i data-time="1483552620000">hôm qua</i></div>',
}


@pytest.mark.parametrize("shown", RELATIVE.values(), ids=RELATIVE.keys())
def test_a_relative_date_takes_its_moment_from_its_element(shown: str) -> None:
    article = article_of(f"<div>{HEADING}{shown}{PARAGRAPHS}</div>")

    assert article.published_at == "2017-01-05T00:57:00+07:00"
    assert article.published_precision == "minute"


def test_a_relative_date_takes_its_moment_from_the_head() -> None:
    head = '<meta property="article:published_time" content="2017-01-05T00:57:00+07:00">'
    article = article_of(f"<div>{HEADING}<i>2 giờ trước</i>{PARAGRAPHS}</div>", head=head)

    assert article.published_at == "2017-01-05T00:57:00+07:00"


def test_a_relative_date_without_more_counts_from_the_visit() -> None:
    article = article_of(f"<div>{HEADING}<i>3 ngày trước</i>{PARAGRAPHS}</div>")

    assert (article.published_at, article.published_precision) == (
        "2025-06-12T00:00:00+07:00",
        "day",
    )


@pytest.mark.parametrize(
    "member",
    ["Ngày tham gia: Thứ 2 Tháng 4 11, 2016 9:20 am", "<b>Tham gia</b><br>11-04-2016", "Joined:"
     " 11/04/2016"],
)  # fmt: skip
def test_the_first_day_of_a_member_is_no_date_of_publication(member: str) -> None:
    article = article_of(
        f"<div><h2>{TITLE}</h2><div class=user><p>tho_lo</p><p>{member}</p></div>"
        f"<div><p>bởi Lê Thu Hà » 05/01/2017 12:57 am</p>{PARAGRAPHS}</div></div>"
    )
    assert article.published_at == "2017-01-05T00:57:00+07:00"
    assert article.lead is None


def post(name: str, day: str, text: str) -> str:
    return (
        f'<li><div class="posthead"><i>{day}</i></div><div><a href="/u/{name}">{name}</a>'
        f"<dl><dt>Tham gia</dt><dd>12-08-2011</dd></dl></div><div>{text}</div>"
        '<div class="signature"><p>Vững tay búa, chắc tay lái</p></div></li>'
    )


def test_the_first_post_of_a_thread_gives_day_and_author() -> None:
    reply = "<p>Cảm ơn bác đã đưa tin, phân xưởng em cũng mong được làm như vậy trong năm nay.</p>"
    article = article_of(
        "<ol>"
        + post("Lê Thu Hà", "05-01-2017, 08:15 AM", f"<h2>{TITLE}</h2>{PARAGRAPHS}")
        + post("tho_lo", "11-03-2024, 07:15 PM", reply)
        + "</ol>"
    )
    assert (article.published_at, article.author) == ("2017-01-05T08:15:00+07:00", "Lê Thu Hà")


def test_the_day_of_publication_beats_that_of_the_document() -> None:
    facts = (
        "<tr><th>Ngày ban hành</th><td>01/01/2016</td><th>Người ký</th><td>Hà Bá Toàn</td></tr>"
        "<tr><th>Ngày đăng</th><td>05/01/2017 00:57:00</td><th>Hiệu lực</th>"
        "<td>Còn hiệu lực đến 31/12/2026</td></tr>"
    )
    article = article_of(f"<div><h2>{TITLE}</h2><table>{facts}</table>{PARAGRAPHS}</div>")

    assert article.published_at == "2017-01-05T00:57:00+07:00"
    assert article.title == TITLE
    assert article.author is None


def test_a_row_with_the_date_below_the_lead_beats_the_clock_of_the_page() -> None:
    lead = "Gần ba trăm đại biểu của nhà máy bàn về tiền thưởng và bữa ăn ca trong năm mới."
    row = "<div>PV - Thứ năm, 05/01/2017 08:15 (GMT+7) <a>Chia sẻ</a> <a>Lưu tin</a></div>"
    clock = f"<div>{TODAY.astimezone(VIETNAM):%d/%m/%Y %H:%M}</div>"
    article = article_of(
        f"{clock}<div><header><h1>{TITLE}</h1><p>{lead}</p>{row}</header><div>{PARAGRAPHS}</div></div>"
    )
    assert (article.published_at, article.lead) == ("2017-01-05T08:15:00+07:00", lead)


# --- titles --------------------------------------------------------------------------------------


def test_the_path_before_a_title_is_no_part_of_it() -> None:
    path = '<a href="/">Trang chủ</a> / <a href="/tin">Tin tức</a> / '
    article = article_of(f"<div><h1>{path}{TITLE}</h1><i>5/1/2017</i>{PARAGRAPHS}</div>")

    assert article.title == TITLE


def test_a_kicker_in_the_heading_is_no_part_of_a_title_that_the_head_names() -> None:
    body = f"<div><h1><span>Ghi chép</span> {TITLE}</h1><i>5/1/2017</i>{PARAGRAPHS}</div>"

    assert article_of(body, head_title=f"{TITLE} - Nhà máy").title == TITLE
    assert article_of(body).title == f"Ghi chép {TITLE}"


def test_links_in_a_title_stay() -> None:
    title = '<a href="/t/1">Công đoàn</a> và <a href="/t/2">nhà máy đường</a> họp bàn tiền thưởng'
    article = article_of(f"<div><h1>{title}</h1><i>5/1/2017</i>{PARAGRAPHS}</div>")

    assert article.title == "Công đoàn và nhà máy đường họp bàn tiền thưởng"


def test_a_byline_is_no_title() -> None:
    byline = "<td>Người đăng: Đỗ Hà My</td><td>15 giờ 33, ngày 08 tháng 01 năm 2017</td>"
    article = article_of(
        f"<div><table><tr>{byline}</tr></table><div align=center>{TITLE}</div>{PARAGRAPHS}</div>"
    )
    assert (article.title, article.author) == (TITLE, "Đỗ Hà My")


def test_the_name_beside_the_logo_is_no_title() -> None:
    article = article_of(
        f'<div><div><a href="/"><img src="logo.png"></a><h1>{SITE}</h1></div>'
        f"<div><h3>{TITLE}</h3><i>5/1/2017 00:57</i>{PARAGRAPHS}</div></div>",
        head_title=SITE,
    )
    assert article.title == TITLE
