"""Article and list pages in the shape of the five portals, each with its decoys.

The class names of MasterCMS and DANAWEB are the systems' own; the other three are invented, since
nobody knows theirs: only what stands where is known.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portals.language.text import fold

WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


@dataclass(frozen=True, slots=True)
class Text:
    """What an article page is to show. ``published`` is None for a page without a date."""

    title: str
    paragraphs: Sequence[str]
    published: datetime | None
    lead: str | None = None
    author: str | None = None
    source: str | None = None
    section: str = ""
    captions: Sequence[str] = ()
    views: int = 0
    files: Sequence[Sequence[str]] = ()  # address and words of each


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list page."""

    url: str
    text: Text


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds an article: related items, today's date, the menu as (address, words)."""

    today: datetime
    related: Sequence[Item] = ()
    menu: Sequence[tuple[str, str]] = ()
    section_url: str = "/"
    extra: dict[str, str] = field(default_factory=dict)


def _e(text: str | None) -> str:
    return html.escape(text or "", quote=False)


def _day(moment: datetime) -> str:
    return f"{WEEKDAYS[moment.weekday()]}, {moment:%d/%m/%Y}"


def _menu(frame: Frame) -> str:
    return "".join(f'<li><a href="{url}">{_e(label)}</a></li>' for url, label in frame.menu)


def _document(head_title: str, body: str, head: str = "", before: str = "") -> bytes:
    return (
        f'{before}<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>{_e(head_title)}</title>{head}</head><body>{body}</body></html>"
    ).encode()


def _meta(name: str, value: str, key: str = "name") -> str:
    return f'<meta {key}="{name}" content="{html.escape(value)}">'


# --- MasterCMS -----------------------------------------------------------------------------------


def mastercms_2018(text: Text, frame: Frame) -> bytes:
    """Báo Lao động Thủ đô, theme of 2018-2020: date above the title, box of links under the lead."""
    alt = html.escape(fold(text.title))
    related = "".join(
        f'<tr><td><a href="{item.url}"><img src="/t.jpg" alt="{alt}"> {_e(item.text.title)}</a></td></tr>'
        for item in frame.related[:3]
    )
    pictures = "".join(
        f'<table class="MASTERCMS_TPL_TABLE"><tbody><tr><td><img class="__img_mastercms"'
        f' src="/stores/news_dataimages/{n}.jpg?rt=20181007112600" alt="{alt}"></td></tr>'
        f"<tr><td>{_e(caption)}</td></tr></tbody></table>"
        for n, caption in enumerate(text.captions)
    )
    first, *rest = text.paragraphs
    paragraphs = "".join(f'<p style="text-align: justify;">{_e(p)}</p>' for p in rest)
    date = f"{text.published:%H:%M | %d/%m/%Y}" if text.published else ""
    body = (
        f'<div id="bar"><ul>{_menu(frame)}</ul></div><span class="m">M</span>'
        f'<div class="title_new_nav"><span><a href="{frame.section_url}"><span>{_e(text.section)}</span></a></span></div>'
        f'<div class="content_detail"><div class="tool"><i class="fa">{date}</i></div>'
        f"<h1>{_e(text.title)}</h1>"
        f'<h3><span class="__MB_SITE_AUTHOR">(LĐTĐ) </span>{_e(text.lead)}</h3>'
        f'<div class="detail_info "><div class="__MB_CONTENT_FOR_PRINTER __MASTERCMS_CONTENT">'
        f'<table class="__MB_ARTICLE_A"><tbody>{related}</tbody></table>'
        f'<p style="text-align: justify;">{_e(first)}</p>{pictures}{paragraphs}'
        f'<p class="display_author" style="text-align: right;"><strong>{_e(text.author)}</strong></p>'
        f'</div></div><div class="source">Nguồn : </div>'
        f'<div class="tags clearfix"><a href="/tag/x-1.tag">công đoàn</a></div></div>'
        f'<div class="other_news"><h2>Tin khác</h2>{_cards(frame.related)}</div>'
    )
    head = _meta("og:title", text.title, "property") + _meta("description", (text.lead or "")[:90])
    return _document(f"{text.title} | Báo Lao động Thủ đô", body, head)


def mastercms_2_9(text: Text, frame: Frame) -> bytes:
    """MasterCMS 2.9: header with today's clock, source inside the body, dated cards."""
    today = f"Hôm nay: {WEEKDAYS[frame.today.weekday()]} {frame.today:%d/%m/%Y %H:%M}"
    date = (
        f'<span class="article-date"><span class="format_time">{text.published:%H:%M}</span> | '
        f'<span class="format_date">{text.published:%d/%m/%Y}</span></span>'
        if text.published
        else ""
    )
    pictures = "".join(
        f'<table class="MASTERCMS_TPL_TABLE"><tr><td><img src="/stores/{n}.jpg" alt="x"></td></tr>'
        f"<tr><td>{_e(caption)}</td></tr></table>"
        for n, caption in enumerate(text.captions)
    )
    paragraphs = "".join(f"<p>{_e(p)}</p>" for p in text.paragraphs[1:])
    body = (
        f'<span class="hna-system-date">{today}</span><ul class="menu">{_menu(frame)}</ul>'
        f'<ul class="breadcrumb"><li><a href="/">Trang chủ</a></li></ul>'
        f'<ul class="breadcrumb active"><li><a href="/">Trang chủ</a></li>'
        f'<li><a href="{frame.section_url}">{_e(text.section)}</a></li></ul>'
        f'<h1 class="article-detail-title">{_e(text.title)}</h1>{date}'
        f'<div class="article-detail-desc"><span class="__MB_SITE_AUTHOR">(LĐTĐ) - </span>{_e(text.lead)}</div>'
        f'<div class="fw lt clearfix __MASTERCMS_CONTENT __MASTERCMS_CONTENT_BODY">'
        f"<p>{_e(text.paragraphs[0])}</p>{pictures}{paragraphs}"
        f'<div class="article-detail-author">{_e(text.author)}</div>'
        f'<div class="article-detail-source">Nguồn : </div></div>'
        f'<div class="bx-related">{_cards(frame.related)}</div>'
    )
    before = "<!-- https://laodongthudo.vn/ BASED ON MASTERCMS ULTIMATE EDITION VERSION 2.9 -->"
    return _document(text.title, body, before=before)


def mastercms_list(items: Sequence[Item], frame: Frame, pager: Sequence[tuple[str, str]]) -> bytes:
    """A section of Báo Lao động Thủ đô, 2018."""
    rows = "".join(
        f'<div class="list_news clearfix"><div class="list_news_img clearfix"><a href="{item.url}">'
        f'<img src="/t.jpg"></a></div><div class="list_news_title clearfix"><h2><a href="{item.url}">'
        f"{_e(item.text.title)}</a></h2><p>{_e(item.text.lead)}</p></div></div>"
        for item in items
    )
    pages = "".join(f'<a href="{url}">{label}</a>' for url, label in pager)
    body = (
        f'<div id="bar"><ul>{_menu(frame)}</ul></div><div class="col_category clearfix">{rows}'
        f'<div class="__MB_ARTICLE_PAGING paging">{pages}</div></div>'
    )
    return _document("Báo Lao động Thủ đô", body)


def _cards(items: Sequence[Item]) -> str:
    return "".join(
        f'<div class="article"><h3 class="related-title"><a href="{item.url}">{_e(item.text.title)}</a></h3>'
        f'<span class="format_date">{item.text.published:%d/%m/%Y}</span></div>'
        for item in items
        if item.text.published
    )


# --- DANAWEB -------------------------------------------------------------------------------------


def _danaweb(head_title: str, middle: str, frame: Frame) -> bytes:
    body = (
        f'<div class="header">Hải Phòng {frame.today:%d/%m/%Y}<ul>{_menu(frame)}</ul></div>'
        f'<section class="content">{middle}</section>'
        '<div class="footer">Lượt truy cập<br>Hôm nay:612<br>Tất cả:04418273<br>Đang trực tuyến:37<br>'
        "<p>Designed and Maintained by Thiết kế website Đà Nẵng, DANAWEB.vn</p></div>"
    )
    head = '<meta http-equiv="Refresh" content="1800">' + _meta("author", "Liên đoàn Lao động")
    return _document(head_title, body, head)


def _danaweb_crumbs(text_section: str, section_url: str) -> str:
    return (
        '<div class="tendanhmucsanpham"><span><a href="/">Trang chủ</a> / '
        f'<a href="/tin-tuc-su-kien">Tin tức - sự kiện</a> / <a href="{section_url}">{_e(text_section)}</a>'
        "</span></div>"
    )


def danaweb_1(text: Text, frame: Frame) -> bytes:
    """congdoanhaiphong.vn, generation 1: day only, today in the header, other news under the text."""
    pictures = [
        f'<p style="text-align: center;"><img src="/uploads/images/{n}.jpg" alt=""></p>'
        f'<p style="text-align: center;"><em>{_e(caption)}</em></p>'
        for n, caption in enumerate(text.captions)
    ]
    paragraphs = [f'<p style="text-align: justify;">{_e(p)}</p>' for p in text.paragraphs]
    files = [f'<p><a href="{url}">{_e(words)}</a></p>' for url, words in text.files]
    story = "".join([paragraphs[0], *pictures, *paragraphs[1:], *files])
    if text.author:
        story += f'<p style="text-align: right;"><strong>{_e(text.author)}</strong></p>'
    date = (
        f'<p class="time"><i class="fa"></i> {_day(text.published)}</p>' if text.published else ""
    )
    lead = f'<h3 class="t-semibold f-space10">{_e(text.lead)}</h3>' if text.lead else ""
    others = "".join(
        f'<li><a href="{item.url}">{_e(item.text.title)}</a></li>' for item in frame.related
    )
    middle = (
        f'<div class="wrap-detail clearfix">{_danaweb_crumbs(text.section, frame.section_url)}'
        f'<h1 class="t-semibold">{_e(text.title)}</h1>{date}<div class="iconlike"><ul><li>x</li></ul></div>{lead}'
        f'<div class="detail-wp f-space15">{story}</div><div class="social-like">Tweet</div>'
        f'<div class="others"><h3>Xem tin khác</h3><ul class="list-other">{others}</ul></div></div>'
    )
    return _danaweb(text.title, middle, frame)


def danaweb_1_list(items: Sequence[Item], frame: Frame, pager: Sequence[tuple[str, str]]) -> bytes:
    """A list of generation 1, each item with its day and its views glued together."""
    rows = "".join(
        f'<li><div class="baotinmoi"><div class="chuatinhinh"><a href="{item.url}"><img src="/l.png"></a></div>'
        f'<div class="chuatenhinhanh"><h1><a href="{item.url}">{_e(item.text.title)}</a></h1>'
        f'<div class="noidunghienthitinanh1"><p class="time">{_day(item.text.published or frame.today)}'
        f"<i></i>{item.text.views}</p>{_e((item.text.lead or '')[:80])}...</div></div></div></li>"
        for item in items
    )
    pages = "".join(
        f'<li class="paginate_button"><a href="{url}">{label}</a></li>' for url, label in pager
    )
    middle = (
        f'<div class="wp-list clearfix"><div class="thantinhtuc"><ul>{rows}</ul></div></div>'
        f'<div class="page-navigation"><ul class="pagination">{pages}</ul></div>'
    )
    return _danaweb("Tin tức - sự kiện", middle, frame)


def danaweb_404(frame: Frame) -> bytes:
    """The error page that answers 200."""
    middle = '<div class="error404 f-space30"><p>Liên kết không tồn tại, vui lòng bấm để quay lại.</p></div>'
    return _danaweb("Error pages 404! - Công đoàn", middle, frame)


# --- portals whose markup nobody knows -----------------------------------------------------------


def kiengiang(text: Text, frame: Frame) -> bytes:
    """The provincial portal: date in parentheses under the title, blank paragraphs, "./." at the end."""
    pictures = "".join(
        f'<div><img src="/PublishingImages/TinTuc/{n}.jpg"></div><div>{_e(caption)}</div><div>&nbsp;</div>'
        for n, caption in enumerate(text.captions)
    )
    paragraphs = "<div>&nbsp;</div>".join(f"<div>{_e(p)}</div>" for p in text.paragraphs)
    date = f"<span>({text.published:%H:%M | %d/%m/%Y})</span>" if text.published else ""
    body = (
        f"<h2>Cổng thông tin điện tử Kiên Giang</h2><ul>{_menu(frame)}</ul>"
        f'<div class="cat">{_e(text.section)}</div><div>Xem với cỡ chữ<a href="#">A</a><a href="#">A</a></div>'
        f'<div class="t1">{_e(text.title)}</div><div>{date}</div>'
        f'<div class="ms-rtestate-field"><div><strong>{_e(text.lead)}</strong></div>{pictures}{paragraphs}'
        f'<div style="text-align:right">{_e(text.author)}</div></div>'
        f"<div>Các tin khác</div><ul>{_dated_links(frame.related, '({:%H:%M | %d/%m/%Y})')}</ul>"
    )
    return _document("Chi tiết tin - Cổng thông tin điện tử Kiên Giang", body)


def brvt(text: Text, frame: Frame) -> bytes:
    """The party bloc: no lead, captions as plain indented lines, signature pushed far right."""
    indent = "&nbsp;" * 10
    lines = [f"{indent}{_e(p)}" for p in text.paragraphs]
    pictures = [
        f'<img src="/images/{n}.jpg"><br>&nbsp;{_e(c)}' for n, c in enumerate(text.captions)
    ]
    story = "<br>&nbsp;<br>".join([lines[0], *pictures, *lines[1:]])
    signature = f"<br>{'&nbsp;' * 150}{_e(text.author)}<br>" if text.author else "<br>"
    date = f"<span>{text.published:%d/%m/%Y|%H:%M}</span>" if text.published else ""
    links = "".join(f'<a href="{item.url}">{_e(item.text.title)}</a><br>' for item in frame.related)
    body = (
        f"<table><tr><td>{_menu(frame)}</td></tr><tr><td><b>{_e(text.title)}</b><br>{date}<br>"
        f"<font>{story}{signature}</font></td><td>Chuyên đề<br>{links}</td></tr></table>"
    )
    return _document(text.title, body)


def tienlang(text: Text, frame: Frame) -> bytes:
    """The district radio: day and views under the title, source line, comment form, two lists."""
    paragraphs = "<p>&nbsp;</p>".join(f"<p>{_e(p)}</p>" for p in text.paragraphs)
    date = f"Ngày {text.published:%d/%m/%Y}<br>" if text.published else ""
    related = "".join(f'<li><a href="{i.url}">{_e(i.text.title)}</a></li>' for i in frame.related)
    body = (
        f"<ul>{_menu(frame)}</ul><div><h3>{_e(text.title)}</h3>{date}Lượt xem: {text.views}</div>"
        f"<div>{paragraphs}<p>{_e(text.author)}</p></div><p>Nguồn: {_e(text.source)}</p>"
        "<form>Ý kiến phản hồi<br>Để thuận tiện cho việc đăng tải, hãy viết tiếng Việt có dấu.<br>"
        "Captcha <input></form>"
        f"<h4>Tin mới hơn</h4><p>Hiển thị : 3 / 12 kết quả</p><ul>{related}</ul>"
        '<p>Trang: <a href="javascript:p(1)">1</a> - <a href="javascript:p(2)">2</a></p>'
        "<h4>Thông tin doanh nghiệp</h4><ul><li>• Tự Cường</li><li>• Quang Phục</li></ul><p>Liên kết</p>"
    )
    return _document("Đài Phát thanh Tiên Lãng", body)


def plain_list(
    items: Sequence[Item],
    frame: Frame,
    pager: Sequence[tuple[str, str]],
    style: str = "ul",
    date: str | None = None,
    heading: str = "",
) -> bytes:
    """A list in invented markup: ``ul``, ``table`` or ``div``; ``date`` is a format, if dates show."""
    wrap = {"ul": ("<ul>", "</ul>"), "table": ("<table>", "</table>"), "div": ("<div>", "</div>")}
    row = {
        "ul": "<li><a href='{url}'>{title}</a> {date}</li>",
        "table": "<tr><td><a href='{url}'><img src='/t.jpg'></a></td>"
        "<td><a href='{url}'>{title}</a><br>{date}<br>{lead}</td></tr>",
        "div": "<div class='n'><div><a href='{url}'>{title}</a></div><div>{date}</div><p>{lead}</p></div>",
    }[style]
    rows = "".join(
        row.format(
            url=item.url,
            title=_e(item.text.title),
            date=item.text.published.strftime(date) if date and item.text.published else "",
            lead=_e((item.text.lead or item.text.paragraphs[0])[:120]),
        )
        for item in items
    )
    pages = " - ".join(f"<a href='{url}'>{label}</a>" for url, label in pager)
    opening, closing = wrap[style]
    body = (
        f"<ul id='menu'>{_menu(frame)}</ul><h2>{_e(heading)}</h2>{opening}{rows}{closing}"
        f"<p>Trang: {pages}</p><p>Bản quyền thuộc về cổng thông tin</p>"
    )
    return _document(heading or "Trang chủ", body)


def static_page(title: str, frame: Frame) -> bytes:
    """A page that is neither article nor list: an address, an organisation chart."""
    body = (
        f"<ul>{_menu(frame)}</ul><h1>{_e(title)}</h1><p>Trụ sở: số 1 đường Trần Phú.</p>"
        "<p>Điện thoại: 0200 000 000</p><p>Thời gian làm việc: sáng 7h30, chiều 13h30.</p>"
    )
    return _document(title, body)


def _dated_links(items: Sequence[Item], pattern: str) -> str:
    return "".join(
        f'<li><a href="{item.url}">{_e(item.text.title)}</a><br>{pattern.format(item.text.published)}</li>'
        for item in items
        if item.text.published
    )
