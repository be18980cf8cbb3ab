"""Pages that once broke a reader or slipped something through it."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from lxml import etree

from portals.archive.encodings import EncodingError, decode_body
from portals.archive.wayback import UnreadableIndexError, parse_cdx_page, undo_rewriting
from portals.article import MAX_FIELD_CHARACTERS, Article, Image
from portals.contract import MAX_FILES, normalise, why_invalid
from portals.discovery.links import found_links
from portals.extraction.page import MAX_TAGS, Page
from portals.extraction.reader import read_article
from portals.extraction.themes import select
from portals.extraction.unreadable import UnreadablePageError
from portals.language.dates import UnreadableDateError, find_date, read_date
from portals.language.text import clean, nfc
from portals.outcomes import REJECT_RULES
from spiders.families.nukeviet import NukeVietSpider
from tests.support.bombs import compressed
from tests.support.pages.prose import story

NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://congdoan.example/tin-tuc/cong-doan-co-so-123.html"
TOLD = story(7)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in TOLD.paragraphs)


def page(text: str) -> Page:
    return Page.from_bytes(URL, text.encode(), "text/html", NOW)


def nukeviet(title: str = TOLD.title, head: str = "", after: str = "") -> str:
    return (
        f"<html><head><title>{title}</title>{head}</head><body><div class='news_column panel'>"
        f"<h1 class='title' itemprop='headline'>{title}</h1><span class='h5'>Thứ sáu - 01/03/2024"
        f" 04:37</span><div id='news-bodyhtml' class='bodytext'>{TEXT}{after}</div></div></body>"
    )


def article_of(text: str) -> Article:
    result = read_article(page(text), NukeVietSpider.recipe())
    assert isinstance(result, Article), result
    return normalise(result)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["article", "section", "main", "header", "trang-chinh"])
def test_a_page_without_body_tags_is_read(tag: str) -> None:
    found = page(f"<!doctype html><title>Tên trang</title><{tag}><h1>Tin</h1><p>Chữ</p></{tag}>")

    assert [block.text for block in found.blocks] == ["Tin", "Chữ"]


def test_what_a_head_holds_is_not_shown() -> None:
    found = page(
        "<html><head><title>a</title><style>b</style><script>c</script><meta content=d>"
        "<noscript>e</noscript><template>f</template></head><body><p>Chữ</p>"
    )
    assert [block.text for block in found.blocks] == ["Chữ"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<p>" * (MAX_TAGS + 1), "the page is too large to read"),
        ("<b>" * 2_100 + "chữ", "the page is nested too deeply"),
    ],
)
def test_more_than_any_page_has_is_no_page(text: str, reason: str) -> None:
    with pytest.raises(UnreadablePageError) as caught:
        page(text)
    assert REJECT_RULES[caught.value.code].message == reason


def test_an_endless_line_is_no_page() -> None:
    with pytest.raises(UnreadablePageError, match="too large to read"):
        _ = page("<p>" + "chữ " * 100_000).blocks


@pytest.mark.parametrize("width", ["²", "9" * 5_000, "", "1e3"])
def test_any_width_of_a_picture_is_read(width: str) -> None:
    assert len(page(f"<img src=a.jpg width='{width}'>").blocks) == 1


def test_an_address_that_is_none_costs_itself() -> None:
    links = found_links(
        page('<a href="http://[::1%;sid=x]/">a</a><a href="//[">b</a><a href="/c">')
    )

    assert f"{URL.rsplit('/', 2)[0]}/c" in [link.url for link in links]


def test_half_a_pair_in_machine_data_is_dropped() -> None:
    data = '{"@type":"NewsArticle","headline":"x","author":"Lan \\udc00Anh"}'
    script = f'<script type="application/ld+json">{data}</script>'
    found = article_of(nukeviet(head=script))

    assert (found.author or "").encode().decode() in ("Lan Anh", "")


def test_signs_that_disguise_an_address_are_written_as_numbers() -> None:
    found = article_of(nukeviet(after="<img src='/a\u202egpj.exe\x1b.jpg'>"))

    assert [image.url for image in found.images] == [
        "https://congdoan.example/a%E2%80%AEgpj.exe%1B.jpg"
    ]


def test_fields_that_are_longer_than_any_are_left_out_and_the_article_stays() -> None:
    found = article_of(nukeviet())
    found.author = "a" * (MAX_FIELD_CHARACTERS + 1)
    found.images = [Image(f"http://x.vn/{n}.jpg") for n in range(MAX_FILES + 5)]
    found = normalise(found)

    assert (found.author, len(found.images), why_invalid(found)) == (None, MAX_FILES, None)
    assert found.provenance["author"] == "none: longer than any"


# --- text ----------------------------------------------------------------------------------------


def test_signs_that_nobody_can_read_are_blanks_and_others_stay() -> None:
    assert clean("a\ue000b\U000f0000c\ud800d\ufffee\U0001f600 …★★★") == "a b c d e\U0001f600 …★★★"


def test_marks_beyond_the_eighth_on_a_letter_are_dropped() -> None:
    piled = "a" + "\u0323\u0301" * 50_000 + "b"

    assert len(nfc(piled)) < 12
    assert nfc("Tie\u0302\u0301ng Vie\u0302\u0323t " * 9) == "Tiếng Việt " * 9


def test_rows_of_signs_stay_as_long_as_they_are() -> None:
    assert nfc("★" * 99 + "…" * 99) == "★" * 99 + "…" * 99


@pytest.mark.parametrize("text", ["1 tháng 1 năm 0000", "01/01/0000"])
def test_the_year_zero_is_not_two_thousand(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        read_date(text, NOW)


def test_a_time_before_all_times_is_none() -> None:
    assert find_date("9000 tuần trước", datetime(20, 1, 1, tzinfo=UTC)) is None


# --- bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_cut_short_is_damage(encoding: str) -> None:
    whole = compressed(encoding, TEXT.encode() * 50)

    assert decode_body(whole, encoding) == TEXT.encode() * 50
    with pytest.raises(EncodingError, match=r"cut short|damaged"):
        decode_body(whole[: len(whole) // 2], encoding)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_of_several_members_is_read_whole(encoding: str) -> None:
    members = compressed(encoding, b"<p>a</p>") * 3 + compressed(encoding, b"<p>b</p>")

    assert decode_body(members, encoding) == b"<p>a</p>" * 3 + b"<p>b</p>"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_no_body_is_none_whatever_its_headers_say(encoding: str) -> None:
    assert decode_body(b"", encoding) == b""


@pytest.mark.parametrize(("encoding", "trailer"), [("gzip", 8), ("deflate", 4)])
def test_a_body_whose_checksum_is_missing_is_whole(encoding: str, trailer: int) -> None:
    text = TEXT.encode() * 500
    whole = compressed(encoding, text)

    assert [decode_body(whole[:-n], encoding) for n in range(1, trailer + 1)] == [text] * trailer
    with pytest.raises(EncodingError, match="cut short"):
        decode_body(whole[: -trailer - 9], encoding)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_later_member_that_is_cut_short_is_damage(encoding: str) -> None:
    members = compressed(encoding, b"<p>a</p>") + compressed(encoding, TEXT.encode() * 50)

    with pytest.raises(EncodingError, match="cut short"):
        decode_body(members[:-30], encoding)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_more_members_than_any_body_has_are_refused_and_not_left_out(encoding: str) -> None:
    with pytest.raises(EncodingError, match="more than 100 compressed parts"):
        decode_body(compressed(encoding, b"a") * 101, encoding)


def test_padding_behind_a_gzip_body_does_not_matter() -> None:
    assert decode_body(gzip.compress(b"<p>a</p>") + bytes(99), "gzip") == b"<p>a</p>"


def test_more_than_three_encodings_are_refused() -> None:
    with pytest.raises(EncodingError, match="4 content encodings"):
        decode_body(b"x", "gzip, gzip, gzip, gzip")


# --- what archives answer ------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{}", b"[1]", b"\xff", b'[["a"], 5]'])
def test_an_index_that_is_none_is_told(body: bytes) -> None:
    with pytest.raises(UnreadableIndexError):
        parse_cdx_page(body)


def test_what_the_archive_put_in_goes_and_what_looks_like_it_stays() -> None:
    body = (
        b"<!-- BEGIN WAYBACK TOOLBAR INSERT --><b>x</b><!-- END WAYBACK TOOLBAR INSERT -->"
        b"<p>a</p><!--\n FILE ARCHIVED ON 1 --><p>b</p>"
        b"<!-- BEGIN WAYBACK TOOLBAR INSERT --><p>c</p>"
    )
    assert undo_rewriting(body) == (
        b"<p>a</p><p>b</p><!-- BEGIN WAYBACK TOOLBAR INSERT --><p>c</p>"
    )


# --- selectors -----------------------------------------------------------------------------------

TREE = etree.fromstring(
    "<html><body><div class='a'><ul><li id='1'><a/></li><li id='2'/><li id='3'/></ul>"
    "<p id='4'/></div><div class='b'><p id='5'/><div class='a'><span id='6'/></div></div>"
    "</body></html>",
    etree.HTMLParser(),
)


@pytest.mark.parametrize(
    ("css", "ids"),
    [
        ("div.a p", ["4"]),
        ("div p", ["4", "5"]),
        ("div > p", ["4", "5"]),
        ("div.a > ul > li", ["1", "2", "3"]),
        ("div.b div.a span, div.a p", ["4", "6"]),
        ("body div.b > .a span", ["6"]),
        ("ul li:last-child", ["3"]),
        ("li:first-child", ["1"]),
        ("li + li", ["2", "3"]),
        ("div.a li + li", ["2", "3"]),
        ("li ~ li", ["2", "3"]),
        ("p li", []),
        ("p + div.a span, p ~ div.a span", ["6"]),
        ("div.b p + .a span", ["6"]),
        ("li::last", ["3"]),
    ],
)
def test_selectors_mean_what_they_mean_in_browsers(css: str, ids: list[str]) -> None:
    assert [
        str(found.get("id")) for found in select(TREE, css) if not isinstance(found, str)
    ] == ids


def test_attributes_are_selected_too() -> None:
    assert select(TREE, "div.a > p::attr(id)") == ["4"]
