"""Pages by layout whose header, boxes or foot are not as declared: what stands around a story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portals.article import Article, Reject
from portals.contract import normalise
from portals.extraction.page import Page
from portals.extraction.reader import read_article
from tests.support.recipes import SPIDERS

TITLE = "Công đoàn xã Đông Hưng trao quà cho đoàn viên"
FIRST = (
    "Sáng nay, Công đoàn xã Đông Hưng trao hai mươi suất quà cho đoàn viên có hoàn cảnh khó khăn "
    "đang làm việc tại các nhà máy trên địa bàn."
)
SECOND = (
    "Mỗi suất quà gồm gạo, dầu ăn và một phong bì, do các doanh nghiệp trong xã cùng đóng góp từ "
    "đầu năm để giúp người lao động đón Tết."
)
OTHER = "Hội thi an toàn vệ sinh viên giỏi cấp tỉnh"
DATE = "13/12/2016|18:32"
AT = "2016-12-13T18:32:00+07:00"
HEADER = f"<h3>{TITLE}</h3><p>{DATE}</p>"
STORY = f"<p>{FIRST}</p><p>{SECOND}</p>"
SIGNED = f"{STORY}<p>MD</p>"


def read(portal: str, body: str, title: str = "") -> Article | Reject:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    page = Page("http://example.vn/bai-viet-1.html", html, datetime(2026, 11, 20, 11, tzinfo=UTC))
    result = read_article(page, SPIDERS[portal].recipe())
    return normalise(result) if isinstance(result, Article) else result


def article(portal: str, body: str, title: str = "") -> Article:
    result = read(portal, body, title)
    assert isinstance(result, Article), result
    return result


HEADERS = {
    "a share row between": f"<h3>{TITLE}</h3><p><a href=#>Chia sẻ</a> <a href=#>Zalo</a></p>"
    f"<p>{DATE}</p>",
    "a link to the section between": f"<h3>{TITLE}</h3><p><a href=/x>Công đoàn</a></p>"
    f"<p>{DATE}</p>",
    "the title links to the page, with www": "<h3><a href='https://www.example.vn/bai-viet-1.html'>"
    f"{TITLE}</a></h3><p>{DATE}</p>",
    "the title links to a script": f"<h3><a href='javascript:void(0)'>{TITLE}</a></h3>"
    f"<p>{DATE}</p>",
    "the date in the heading": f"<h3>{TITLE} <small>{DATE}</small></h3>",
    "the date under a break of the heading": f"<h3>{TITLE}<br><small>{DATE}</small></h3>",
    "a break in the title": f"<h3>{TITLE.replace(' trao', '<br>trao')}</h3><p>{DATE}</p>",
    "spaces in the date": f"<h3>{TITLE}</h3><p>13/12/2016 | 18:32</p>",
    "a label before the date": f"<h3>{TITLE}</h3><p>Đăng ngày: {DATE}</p>",
    "controls after the date": f"<h3>{TITLE}</h3><p>{DATE} <a href=#>In bài</a></p>",
    "the date in two cells": f"<h3>{TITLE}</h3><table><tr><td>13/12/2016</td>"
    "<td>|18:32</td></table>",
    "the date cut by breaks": f"<h3>{TITLE}</h3><p>13/12/2016<br>|<br>18:32</p>",
    "today in the header": f"<p>Trang tin công đoàn</p><p>20/11/2026|18:02</p>{HEADER}",
    "another dated notice before": "<p>Thông báo tuyển dụng viên chức</p><p>01/12/2016|08:00</p>"
    f"<p>Hồ sơ nộp trước ngày cuối tháng.</p>{HEADER}",
    "the header twice, for telephones": HEADER + HEADER,
    "spans shown as blocks": f"<span style='display:block'>{TITLE}</span>"
    f"<span style='display: block'>{DATE}</span>",
    "elements of the portal's own": f"<tin-title>{TITLE}</tin-title><tin-date>{DATE}</tin-date>",
    "the page ends before it begins": f"</body></html>{HEADER}",
}


@pytest.mark.parametrize("header", HEADERS)
def test_title_and_date_are_found_in_any_header(header: str) -> None:
    found = article("brvt", HEADERS[header] + SIGNED)

    assert (found.title, found.published_at) == (TITLE, AT)


@pytest.mark.parametrize("header", HEADERS)
def test_the_story_begins_under_any_header(header: str) -> None:
    found = article("brvt", HEADERS[header] + SIGNED)

    assert (found.body.split("\n\n"), found.author) == ([FIRST, SECOND], "MD")


FEET = {
    "a footer": "<footer><p>Cơ quan biên tập: Văn phòng, số 1 đường Trần Phú.</p></footer>",
    "the owner": "<div>Cơ quan chủ quản: Đảng ủy Khối</div><div>Địa chỉ: số 1 Trần Phú</div>",
    "a copyright": f"<div>© 2016 Trang tin công đoàn. {FIRST}</div>",
    "a heading and one link": f"<h4>Thông báo</h4><ul><li><a href=/x>{OTHER}</a></ul>",
    "comments": f"<p>Bình luận (2)</p><p>Lê Tâm</p><p>{FIRST}</p>",
    "a form": "<h3>Ý kiến của bạn</h3><form><label>Họ tên</label><input></form>",
    "an attachment": "<p>Tệp đính kèm: <a href=/f/ke-hoach.pdf>Kế hoạch số 10</a></p>",
    "a rating": "<div>Đánh giá bài viết:</div>",
    "the way back": "<p>[Trở về]</p>",
    "other news": f"<p>Các tin đã đưa:</p><p><a href=/x>{OTHER}</a></p>",
}


@pytest.mark.parametrize("foot", FEET)
def test_the_foot_of_a_page_is_not_the_story(foot: str) -> None:
    found = article("brvt", HEADER + SIGNED + FEET[foot])

    assert (found.body.split("\n\n"), found.author) == ([FIRST, SECOND], "MD")


BOXES = {
    "related news": f"<div><b>Tin liên quan</b><p><a href=/x>{OTHER}</a></p></div>",
    "dated related news": f"<table><tr><td><a href=/x>{OTHER}</a></td></tr>"
    "<tr><td>12/12/2016|09:15</td></tr></table>",
    "an aside": f"<aside><p>{OTHER}</p><p>{FIRST} {FIRST}</p></aside>",
    "a form around nothing": "<form><p>Nhập từ cần tìm</p></form>",
}


@pytest.mark.parametrize("box", BOXES)
def test_a_box_in_the_middle_does_not_cut_the_story(box: str) -> None:
    found = article("brvt", f"{HEADER}<p>{FIRST}</p>{BOXES[box]}<p>{SECOND}</p><p>MD</p>")

    assert (found.body.split("\n\n"), found.author) == ([FIRST, SECOND], "MD")


def test_teasers_of_other_news_are_not_the_story() -> None:
    teasers = "".join(
        f"<p><a href=/{n}>{OTHER}</a></p><p>{n}/12/2016|09:15</p><p>{SECOND}</p>" for n in (10, 11)
    )

    assert article("brvt", HEADER + f"<p>{FIRST}</p>" + teasers, TITLE).body == FIRST


def test_items_of_a_list_are_not_captions() -> None:
    items = "<ul><li>Chăm lo đời sống đoàn viên</li><li>Tổ chức phong trào thi đua</li></ul>"
    found = article("brvt", f"{HEADER}<p>{FIRST}</p>{items}<p>{SECOND}</p>")

    assert found.images == []
    assert len(found.body.split("\n\n")) == 4


def test_text_beside_a_picture_is_not_its_caption() -> None:
    table = f"<table><tr><td><img src=/a.jpg></td><td>{FIRST}</td></tr></table>"
    found = article("brvt", f"{HEADER}{table}<p>{SECOND}</p>")

    assert found.body.split("\n\n") == [FIRST, SECOND]


@pytest.mark.parametrize(
    "last",
    [
        "<p><img src=/a.jpg></p><p>MD</p>",
        f"<p>{SECOND}{'&nbsp;' * 40}MD</p>",
        f"<p>{SECOND}<span style='float:right'>MD</span></p>",
    ],
    ids=["under a picture", "pushed by blanks", "floated"],
)
def test_a_signature_is_seen_wherever_it_stands(last: str) -> None:
    assert article("brvt", f"{HEADER}<p>{FIRST}</p>{last}").author == "MD"


def test_lines_of_preformatted_text_are_lines() -> None:
    found = article("brvt", f"{HEADER}<pre>{FIRST}\n\n{SECOND}\n\nMD</pre>")

    assert (found.body.split("\n\n"), found.author) == ([FIRST, SECOND], "MD")


@pytest.mark.parametrize(
    "line",
    [
        "Nghe nội dung bài viết",
        "Cập nhật: 14/07/2018 09:00",
        f"<b>{TITLE}</b>",
        "Theo dõi chúng tôi trên <a href=/g>Google News</a>",
    ],
)
def test_a_control_or_the_title_again_is_not_the_lead(line: str) -> None:
    body = f"<h3>{TITLE}</h3><p>(13:06 | 11/07/2018)</p><p>{line}</p>{STORY}"

    assert article("kiengiang", body).lead == FIRST


@pytest.mark.parametrize("place", ["above", "below"])
def test_the_counter_is_read_above_the_title_and_under_the_text(place: str) -> None:
    counter = "<div>Số lượt xem: 16.717</div>"
    header = f"<h3>{TITLE}</h3><p>Ngày 01/03/2022</p>"
    body = counter + header + STORY if place == "above" else header + STORY + counter

    assert article("tienlang", body).view_count == 16_717


def test_a_date_in_another_form_is_read_under_the_title_that_the_head_names() -> None:
    comment = f"<p>Ý kiến</p><p>Lê Tâm</p><p>12/12/2016|09:15</p><p>{SECOND}</p>"
    body = f"<h3>{TITLE}</h3><p>Thứ Ba, 13 tháng 12 năm 2016</p>{STORY}<p>{FIRST}</p>{comment}"
    found = article("brvt", body, TITLE)

    assert (found.title, found.published_at) == (TITLE, "2016-12-13T00:00:00+07:00")


def test_a_dated_comment_does_not_date_the_article() -> None:
    comment = f"<p>Bình luận</p><p>Lê Tâm</p><p>12/12/2016|09:15</p><p>{SECOND}</p>"
    found = article("brvt", f"<h3>{TITLE}</h3>{STORY}<p>{FIRST}</p>{comment}", TITLE)

    assert (found.title, found.published_at) == (TITLE, None)


def test_a_line_with_a_false_address_is_no_reason_to_fail() -> None:
    body = f"<h3><a href='http://[x/1'>{TITLE}</a></h3><p>{DATE}</p>{STORY}"

    assert isinstance(read("brvt", body), Reject)


FILLER = (
    "Đoạn chữ mẫu này do người làm giao diện để lại trong khung bài, không thuộc về bài nào, và "
    "được chép nhiều lần để xem thử độ dài của trang."
)


def test_text_that_a_template_repeats_is_no_text_of_the_article() -> None:
    copies = f"<div>{FILLER}</div>"
    longer = f"<p>{SECOND} {FIRST}</p><p>{FIRST} Cuối buổi, {SECOND}</p>"
    body = (
        f"{HEADER}<p>{FIRST}</p>{copies}{copies}<p>{SECOND}</p><div>{FILLER} Và thêm.</div>{copies}"
    )

    assert article("ldtd", body + longer).body == article("ldtd", f"{HEADER}{STORY}{longer}").body


def test_an_article_that_the_page_has_three_times_is_kept() -> None:
    assert FIRST in article("ldtd", HEADER + 3 * STORY).body
