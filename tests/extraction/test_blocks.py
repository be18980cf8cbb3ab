"""Blocks: what a page shows, line by line, however it is written."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HTMLParser, document_fromstring

from portals.extraction.blocks import Block, read_blocks


def blocks(markup: str) -> list[Block]:
    parser = HTMLParser(encoding="utf-8")
    return read_blocks(document_fromstring(markup.encode(), parser=parser))


def texts(markup: str) -> list[str]:
    return [block.text for block in blocks(markup) if block.image is None]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Một</p><p>Hai</p>", ["Một", "Hai"]),
        ("<div>Một<div>Hai</div>Ba</div>", ["Một", "Hai", "Ba"]),
        ("<font>Một<br>Hai</font><br/>Ba", ["Một", "Hai", "Ba"]),
        ("<table><tr><td>Một</td><td>Hai</td></tr></table>", ["Một", "Hai"]),
        ("<P>Một<P>Hai<TABLE><TR><TD>Ba<TD>Bốn", ["Một", "Hai", "Ba", "Bốn"]),
        ("<p><span>Li</span><span>ên</span> đo<b>àn</b></p>", ["Liên đoàn"]),
        ("<p>Một<!-- x -->Hai</p>", ["MộtHai"]),
        ("<p>&#76;&#105;&#234;&#110;&nbsp;&nbsp;đoàn</p>", ["Liên đoàn"]),
        ("<p>a&#150;b</p>", ["a\u2013b"]),
        ("<p>&nbsp;</p><p> \u200b </p>", []),
        ("<p>Thấy</p><p style='display: none'>Ẩn</p><p hidden>Ẩn</p>", ["Thấy"]),
        (
            "<p>Thấy</p><p class='d-none'>Ẩn</p><p class='d-none d-md-block'>Rộng</p>",
            ["Thấy", "Rộng"],
        ),
        ("<script>x()</script><style>p{}</style><select><option>1</option></select>Thấy", ["Thấy"]),
        ("<ul><li>Một<li>Hai</ul>Ba", ["Một", "Hai", "Ba"]),
        ("<p>Trước <svg><text>x</text></svg>sau</p>", ["Trước sau"]),
    ],
)
def test_lines_are_as_shown(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<div><b class=by>Thu Hà</b><time>2 giờ trước</time></div>", "Thu Hà 2 giờ trước"),
        ("<div><span>Đăng: 08:00 10/11/2026</span><span>Xem: 52</span></div>",
         "Đăng: 08:00 10/11/2026 Xem: 52"),
        ("<p><i class=a>PV</i><i class=b>05/01/2017</i></p>", "PV 05/01/2017"),
        ("<p><span class=f1>H</span><span class=f2>ội</span> đo<b>àn</b></p>", "Hội đoàn"),
        ("<p><span>km</span><span>2</span> và 20<b>26</b></p>", "km2 và 2026"),
    ],
)  # fmt: skip
def test_items_of_a_row_are_parted_and_pieces_of_words_are_not(markup: str, expected: str) -> None:
    assert texts(markup) == [expected]


def test_classes_of_css_frameworks_make_a_line_bold_or_italic() -> None:
    found = blocks("<p class='card-text fw-bold'>Đậm</p><p class='italic'>Nghiêng</p><p>Tin</p>")

    assert [(block.bold, block.italic) for block in found] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_a_picture_parts_the_line_it_stands_in() -> None:
    found = blocks("<p>Trước<img src='/a.jpg' alt='không thấy'>Sau</p>")

    assert [(block.text, block.image) for block in found] == [
        ("Trước", None),
        ("", "/a.jpg"),
        ("Sau", None),
    ]


@pytest.mark.parametrize(
    "picture",
    ["<img src='data:image/gif;base64,R0'>", "<img src='/i.png' width='16'>", "<img src=''>"],
)
def test_icons_and_spacers_are_no_pictures(picture: str) -> None:
    assert texts(f"<p>Một {picture}hai</p>") == ["Một hai"]


def test_a_lazy_picture_has_its_real_address() -> None:
    assert blocks("<img src='/blank.gif' data-src='/real.jpg'>")[0].image == "/real.jpg"


@pytest.mark.parametrize(
    ("markup", "align"),
    [
        ("<p style='text-align: right;'>x</p>", "right"),
        ("<p align='CENTER'>x</p>", "center"),
        ("<p class='text-right'>x</p>", "right"),
        ("<center><p>x</p></center>", "center"),
        ("<div align=right><p>x</p></div>", "right"),
        ("<p>x</p>", ""),
    ],
)
def test_alignment_is_known_and_inherited(markup: str, align: str) -> None:
    assert blocks(markup)[0].align == align


def test_a_line_is_bold_only_as_a_whole() -> None:
    whole, part = blocks("<p><b>Tít</b> <strong>lớn</strong></p><p><b>Tít</b> nhỏ</p>")

    assert (whole.bold, part.bold) == (True, False)


def test_links_carry_their_words() -> None:
    (block,) = blocks("<p>Xem <a href='/a'>tin <b>một</b></a> và <a href='/b'>tin hai</a></p>")

    assert [(link.url, link.text) for link in block.links] == [("/a", "tin một"), ("/b", "tin hai")]


@pytest.mark.parametrize(
    ("markup", "is_link"),
    [
        ("<li>• <a href='/a'>Tin một hai ba</a></li>", True),
        ("<li><a href='/a'>Hội nghị người lao động năm 2023</a> 01/02/2023</li>", True),
        ("<p>Theo <a href='/a'>báo cáo</a> của ban tổ chức hội nghị</p>", False),
        ("<p>Không có liên kết</p>", False),
    ],
)
def test_a_line_of_links_is_told_from_text_with_a_link(markup: str, *, is_link: bool) -> None:
    assert blocks(markup)[0].is_link is is_link


def test_what_is_left_out_leaves_its_neighbours() -> None:
    root = document_fromstring("<div>Một<table><tr><td>Hộp</td></tr></table>Hai</div>")
    box = root.find(".//table")
    assert box is not None

    assert [block.text for block in read_blocks(root, without=[box])] == ["Một", "Hai"]


@pytest.mark.parametrize("tag", ["div", "b", "span"])
def test_deep_nesting_does_not_break_the_reader(tag: str) -> None:
    shown = texts("<p>Trước</p>" + f"<{tag}>" * 3000 + "Đáy" + f"</{tag}>" * 3000)

    assert shown[0] == "Trước"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
)
def test_the_same_lines_in_paragraphs_and_breaks_are_the_same_blocks(lines: list[str]) -> None:
    escaped = [html.escape(line) for line in lines]
    paragraphs = texts("<div>" + "".join(f"<p>{line}</p>" for line in escaped) + "</div>")
    breaks = texts("<div>" + "<br>".join(escaped) + "</div>")

    assert paragraphs == breaks


@given(st.text(alphabet="aăâđêôơư ắềộ\u0301\u0323\u00a0", max_size=60))
def test_every_block_is_nfc_on_one_line(text: str) -> None:
    for shown in texts(f"<p>x{html.escape(text)}</p>"):
        assert unicodedata.is_normalized("NFC", shown)
        assert shown == " ".join(shown.split())
