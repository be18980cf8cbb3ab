"""Pages whose system nobody described: boxes in and below the text, and headers around the lead."""

from __future__ import annotations

import pytest

from portals.article import Article, Reject
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from tests.support.pages.undescribed import LEAD, TEXTS, read

pytestmark = pytest.mark.quick

TITLE = "Hội nghị người lao động nhà máy đường"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXTS)


def read_page(body: str, address: str = "tin/hoi-nghi-12.html") -> Article | Reject:
    """Return what is read on a page whose head names only the section."""
    page = f"<html><head><title>Tin tức - Nhà máy</title></head><body>{body}</body></html>"
    url = f"http://x.vn/{address}"
    return read_safely(Page.from_bytes(url, page.encode(), "text/html"), Recipe("x", general=True))


def article_of(body: str, address: str = "tin/hoi-nghi-12.html") -> Article:
    found = read_page(body, address)
    assert isinstance(found, Article), found
    return found


BOXES = {
    "a player with its titles": '<div class="vd"><div>Clip đang được xem</div><video></video>'
    "<div>Một ngày của tổ bốc xếp</div></div>",
    "a named caption of a player that a script fills": '<div type="VideoStream">'
    '<div class="VideoCMS_Caption"><p>Bản tin nghề nghiệp tuần này</p></div></div>',
    "a poll": '<div class="k7"><b>Bạn có đang ở nhà trọ không?</b>'
    '<label><input type="radio">Có</label><label><input type="radio">Không</label></div>',
    "a call above a link": '<div class="k8"><div>Xem ngay</div>'
    '<p><a href="/tin/gop-tien-7.html">Thị trấn góp tiền sửa nhà cho đoàn viên</a></p></div>',
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES.keys())
def test_a_box_in_the_text_is_no_part_of_it(box: str) -> None:
    assert read(inside=box).body.split("\n\n") == TEXTS


def test_a_subheading_above_a_paragraph_stays() -> None:
    inside = "<p><b>Những việc làm được</b></p><p>Ba việc ấy sẽ được kiểm tra lại sau đợt này.</p>"
    assert "Những việc làm được" in read(inside=inside).body


CARD = (
    '<div class="author-box"><h4>Lê Thu Hà</h4><p>Cây bút chuyên viết về đời sống công nhân'
    " các khu trọ ven sông, cộng tác với trang từ nhiều năm nay.</p></div>"
)


def test_the_card_of_an_author_is_no_text_but_names_the_author() -> None:
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><span>12/03/2024 08:15</span>{PARAGRAPHS}{CARD}</div>"
    )
    assert article.body.split("\n\n") == TEXTS
    assert article.author == "Lê Thu Hà"


@pytest.mark.parametrize(
    "heading",
    ["Góp ý của bạn đọc (1)", "3 phản hồi", "Bình luận của độc giả (2)", "Ý kiến thính giả"],
)
def test_a_comment_is_no_text(heading: str) -> None:
    comment = "<div>Đề nghị nhà máy làm sớm con đường vào khu tập thể cho bà con đi lại.</div>"
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><span>12/03/2024 08:15</span>{PARAGRAPHS}"
        f"<p align=right><b>Lê Thu Hà</b></p><div><b>{heading}</b>{comment}</div></div>"
    )
    assert article.body.split("\n\n") == TEXTS
    assert article.author == "Lê Thu Hà"


def test_a_byline_that_is_repeated_below_the_text_is_no_text() -> None:
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><div class=text>{PARAGRAPHS}"
        '<div class="timedata">08h15, 12.03.2024</div><div class="item-author">Của: Lê Thu Hà</div>'
        "</div></div>"
    )
    assert article.body.split("\n\n") == TEXTS
    assert article.author == "Lê Thu Hà"


def test_the_header_may_follow_the_lead() -> None:
    article = article_of(
        f"<article><header><h1>{TITLE}</h1><h2>{LEAD}</h2><div>bởi <a href='/u/3'>Lê Thu Hà</a>"
        f"</div><div>12 Tháng 3, 2024 - 08:15</div></header><div>{PARAGRAPHS}</div></article>"
    )
    assert (article.author, article.lead) == ("Lê Thu Hà", LEAD)
    assert article.body.split("\n\n") == TEXTS


def test_a_line_with_byline_and_date_is_no_paragraph() -> None:
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><div>Viết bởi <a href='/u/3'>Lê Thu Hà</a> &bull; Đăng"
        f" lúc 8 giờ 15 phút, 12 tháng 3, 2024</div><h3><i>{LEAD}</i></h3>{PARAGRAPHS}</div>"
    )
    assert (article.author, article.lead) == ("Lê Thu Hà", LEAD)
    assert article.published_at == "2024-03-12T08:15:00+07:00"
    assert article.body.split("\n\n") == TEXTS


def test_the_first_text_in_the_box_of_the_title_is_the_lead() -> None:
    paragraphs = "".join(f"<section><p>{text}</p></section>" for text in TEXTS)
    article = article_of(
        f"<article><div class=hero><div class=k1>{TITLE}</div><div class=k2>{LEAD}</div>"
        f"<div>Cuộn xuống để đọc</div></div>{paragraphs}<p>12/03/2024 08:15</p></article>",
        "hoi-nghi-nguoi-lao-dong-nha-may-duong-12.html",
    )
    assert article.lead == LEAD
    assert article.body.split("\n\n") == TEXTS


def test_filler_in_another_language_above_it_hides_no_lead() -> None:
    filler = (
        "Consequuntur magni dolores eos qui ratione voluptatem sequi nesciunt neque porro. " * 3
    )
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><div>12/03/2024 08:15</div><p>{filler}</p>"
        f"<div class=summary>{LEAD}</div>{PARAGRAPHS}</div>"
    )
    assert article.lead == LEAD


def test_pseudo_latin_is_no_text_wherever_it_is() -> None:
    filler = "<p>Lorem ipsum dolor sit amet, consectetur adipisicing elit. Accusantium, ea.</p>"
    assert read(inside=filler).body.split("\n\n") == TEXTS


def test_a_long_lead_is_one_where_its_element_says_so() -> None:
    long = " ".join([LEAD, *TEXTS] * 9)[:900].rsplit(" ", 1)[0] + "."
    page = (
        f"<div class=main><h1>{TITLE}</h1><div>12/03/2024 08:15</div>"
        f"<div class={{}}>{long}</div><div class=body>{PARAGRAPHS * 2}</div></div>"
    )
    assert article_of(page.format("summary")).lead == long
    assert article_of(page.format("k7")).lead is None


def test_author_and_day_in_a_card_beside_the_text_are_read() -> None:
    related = "".join(
        f'<a href="/bai/{n}/cong-nhan-nha-may-so-{n}">Công nhân nhà máy số {n} thi đua'
        f" <span>{n:02}/02/24</span></a>"
        for n in range(1, 6)
    )
    article = article_of(
        '<div><aside><div class="the-tac-gia"><div>Lê Thu Hà</div><div><time'
        ' datetime="2024-03-12T08:15:00+07:00">12 Thg 3, 2024</time></div></div>'
        f"<div>{related}</div></aside><article><h1>{TITLE}</h1><p><i>{LEAD}</i></p>"
        f"<div>{PARAGRAPHS}</div></article></div>"
    )
    assert article.author == "Lê Thu Hà"
    assert article.published_at == "2024-03-12T08:15:00+07:00"


def test_the_unit_of_an_author_is_no_part_of_the_name() -> None:
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><span>12/03/2024 08:15</span>{PARAGRAPHS}"
        "<p align=right><b>Lê Thu Hà (Hãng tin Miền Sông)</b></p></div>"
    )
    assert article.author == "Lê Thu Hà"


def test_a_unit_on_the_line_below_the_name_is_no_part_of_it() -> None:
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><span>12/03/2024 08:15</span>{PARAGRAPHS}"
        "<p align=right><b>Lê Thu Hà</b></p><p align=right><i>(Văn phòng Huyện ủy)</i></p></div>"
    )
    assert article.author == "Lê Thu Hà"
    assert article.body.split("\n\n") == TEXTS


SHORT = "Sáng 11/3, nhà máy đường khai trương bếp ăn ca mới cho hai trăm công nhân làm đêm ở đây."


def test_a_video_with_little_text_is_an_article_if_its_address_names_it() -> None:
    article = article_of(
        f"<div><video></video><h1>{TITLE}</h1><span>12/03/2024 08:15</span>"
        f"<div><p>{SHORT} Bếp mở cửa lúc nửa đêm.</p></div></div>",
        "video/hoi-nghi-nguoi-lao-dong-nha-may-duong-v12.html",
    )
    assert article.title == TITLE


def test_the_name_of_the_site_is_no_title_of_an_article() -> None:
    found = read_page(
        "<div><h1>TRANG THÔNG TIN ĐIỆN TỬ XÃ ĐỒNG MẬN</h1><span>12/03/2024 08:15</span>"
        f"<div>{PARAGRAPHS}</div></div>",
        "trang-tinh/2",
    )
    assert isinstance(found, Reject)


LINKS = (
    '<p><a href="/tin/gop-tien-7.html">Thị trấn góp tiền sửa nhà cho đoàn viên</a></p>'
    '<p><a href="/tin/hien-dat-8.html">Người dân xã Đồng Mận hiến đất làm đường</a></p>'
)


@pytest.mark.parametrize("call", ["Tin nên đọc", "Bạn nên xem"])
def test_a_heading_in_one_box_with_links_is_no_text(call: str) -> None:
    inside = f'<div class="k9"><div>{call}</div>{LINKS}</div>'
    assert read(inside=inside).body.split("\n\n") == TEXTS


def test_a_subheading_above_a_link_stays() -> None:
    inside = f"<p><b>Những việc làm được</b></p>{LINKS}"
    assert "Những việc làm được" in read(inside=inside).body


@pytest.mark.parametrize("prefix", ["(ĐM) - ", "(LĐTĐ) ", "(CĐHP) – "])
def test_a_bold_first_line_after_a_plain_prefix_is_the_lead(prefix: str) -> None:
    article = article_of(
        f"<div class=main><h1>{TITLE}</h1><span>12/03/2024 08:15</span>"
        f"<div>{prefix}<b>{LEAD}</b><br><br>{'<br><br>'.join(TEXTS)}</div></div>"
    )
    assert article.lead == LEAD
    assert article.body.split("\n\n") == TEXTS


def test_a_login_name_in_the_header_gives_way_to_the_signature() -> None:
    article = article_of(
        f"<h1>{TITLE}</h1><article><footer>Được gửi bởi <a href='/user/3'>bientap01</a> vào Thứ"
        f" ba, 12/03/2024 - 08:15</footer><div>{PARAGRAPHS}</div>"
        "<p class='rteright'><strong>Lê Thu Hà</strong></p></article>"
    )
    assert article.author == "Lê Thu Hà"


def test_a_name_that_is_a_link_ends_with_the_link() -> None:
    article = article_of(
        f"<div><h1>{TITLE}</h1><div><a href='/tac-gia/3'>Lê Thu Hà</a><span>Báo Đời Thợ</span>"
        f"</div><div>12/03/2024 08:15</div><div>{PARAGRAPHS}</div></div>"
    )
    assert article.author == "Lê Thu Hà"


def test_a_quotation_in_a_box_beside_the_text_is_text() -> None:
    quote = "“Có tổ chức bên cạnh, anh em yên tâm làm việc hơn trước nhiều”."
    assert quote in read(inside=f"<aside class='pq'><q>{quote}</q></aside>").body


def test_a_caption_below_the_lead_is_no_title() -> None:
    pictures = (
        "<table align=center><tr><td><img src='a.jpg'></td></tr><tr><td align=center><i>Bà Phạm"
        " Thùy Phượng bên phần đất vừa hiến để mở rộng đường</i></td></tr></table>"
    )
    article = article_of(
        f"<table><tr><td><font size=4 color=red>{TITLE}</font></td></tr>"
        f"<tr><td><img src='b.jpg'></td><td><b>{LEAD}</b></td></tr><tr><td><p>{TEXTS[0]}</p>"
        f"{pictures}{PARAGRAPHS}</td></tr><tr><td><table><tr><td>Người đưa tin: Lê Thu Hà</td>"
        "<td>Ngày: 12-03-2024</td><td>Lúc: 08h15'</td></tr></table></td></tr></table>",
        "xemtin.asp?idtin=12",
    )
    assert (article.title, article.author, article.lead) == (TITLE, "Lê Thu Hà", LEAD)
    assert article.published_at == "2024-03-12T08:15:00+07:00"
